// Locks of another file: functions without a body that are called in pairs.
// rules: shared-state-inconsistent-guard shared-state-lock-leak shared-state-race
// shared-state-unlock-not-held shared-state-double-lock
#include <pthread.h>

typedef struct port_mutex port_mutex_t;
struct port_mutex {
    void *handle;
};

struct list;

void port_mutex_lock(port_mutex_t *m);
void port_mutex_unlock(port_mutex_t *m);
int port_mutex_trylock(port_mutex_t *m);
void PORT_STATS_LOCK(void);
void PORT_STATS_UNLOCK(void);
void list_lock(struct list *l);
void list_unlock(struct list *l);
void range_lock(struct list *l, int from);
void range_unlock(struct list *l, int from);
void work(struct list *l);

struct queue {
    port_mutex_t mu;
    int len;
};

static long served;

void ok_push(struct queue *q) {
    port_mutex_lock(&q->mu);
    q->len++;
    q->len = q->len > 100 ? 100 : q->len;
    port_mutex_unlock(&q->mu);
}

void ok_pop(struct queue *q) {
    port_mutex_lock(&q->mu);
    q->len--;
    port_mutex_unlock(&q->mu);
}

int bad_length(struct queue *q) {
    return q->len; // expect: shared-state-inconsistent-guard "'q->len' is read without 'queue::mu'"
}

int bad_leave(struct queue *q) {
    port_mutex_lock(&q->mu);
    if (q->len > 3) {
        return 1; // expect: shared-state-lock-leak "'bad_leave' returns while it still holds 'q->mu'"
    }
    port_mutex_unlock(&q->mu);
    return 0;
}

int ok_try(struct queue *q) {
    if (port_mutex_trylock(&q->mu)) { // whichever way round it tells success
        q->len++;
        port_mutex_unlock(&q->mu);
    }
    return 0;
}

long bad_served(int reset) {
    PORT_STATS_LOCK();
    long n = served;
    if (reset && n == 0) {
        return 0; // expect: shared-state-lock-leak "'bad_served' returns while it still holds 'PORT_STATS_LOCK'"
    }
    PORT_STATS_UNLOCK();
    return n;
}

void ok_walk(struct list *l) { // may let its holder in again
    list_lock(l);
    list_lock(l);
    work(l);
    list_unlock(l);
    list_unlock(l);
}

int ok_range(struct list *l, int from) { // which lock depends on more than the list
    range_lock(l, from);
    work(l);
    if (from) {
        return 1;
    }
    range_unlock(l, from);
    return 0;
}
