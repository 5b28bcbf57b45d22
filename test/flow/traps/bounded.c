// What limits a queue: a list has no limit of its own, a ring has one, and so has a list that is counted.
// rules: buffer-unbounded-queue
// profile: review
// program: whole
#include <pthread.h>
#include <stdbool.h>

enum { SIZE = 16 };

struct item {
    struct item *next;
};

struct list {
    pthread_mutex_t mu;
    pthread_cond_t more;
    struct item *head;
};

void bad_push(struct list *l, struct item *x) {
    pthread_mutex_lock(&l->mu);
    x->next = l->head;
    l->head = x; // expect: buffer-unbounded-queue "list::head"
    pthread_cond_signal(&l->more);
    pthread_mutex_unlock(&l->mu);
}

static struct item *pop(struct list *l) {
    pthread_mutex_lock(&l->mu);
    while (!l->head) {
        pthread_cond_wait(&l->more, &l->mu);
    }
    struct item *x = l->head;
    l->head = x->next;
    pthread_mutex_unlock(&l->mu);
    return x;
}

struct ring {
    pthread_mutex_t mu;
    pthread_cond_t more;
    struct item *items[SIZE];
    unsigned head;
    unsigned tail;
    unsigned count;
};

bool ok_ring_push(struct ring *r, struct item *x) {
    pthread_mutex_lock(&r->mu);
    bool room = r->count < SIZE;
    if (room) {
        r->items[r->tail] = x;
        r->tail = (r->tail + 1) % SIZE;
        r->count++;
        pthread_cond_signal(&r->more);
    }
    pthread_mutex_unlock(&r->mu);
    return room;
}

static struct item *ring_pop(struct ring *r) {
    pthread_mutex_lock(&r->mu);
    while (!r->count) {
        pthread_cond_wait(&r->more, &r->mu);
    }
    struct item *x = r->items[r->head];
    r->head = (r->head + 1) % SIZE;
    r->count--;
    pthread_mutex_unlock(&r->mu);
    return x;
}

void use(struct item *x);

static void *work(void *arg) {
    for (;;) {
        use(pop(arg));
    }
}

static void *ring_work(void *arg) {
    for (;;) {
        use(ring_pop(arg));
    }
}

int start(pthread_t *t, struct list *l, struct ring *r) {
    return pthread_create(&t[0], NULL, work, l) || pthread_create(&t[1], NULL, ring_work, r);
}
