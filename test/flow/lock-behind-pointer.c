// A lock that was taken through a pointer: the pointer is not null.
// rules: shared-state-lock-leak
#include <pthread.h>
#include <stddef.h>

struct list {
    struct list *next;
};

struct entry {
    struct list list;
    pthread_mutex_t mu;
    int uses;
};

struct target {
    pthread_mutex_t mu;
    struct list idle;
};

#define ENTRY(p) ((struct entry *)((char *)(p)-offsetof(struct entry, list)))

int ok_none_idle(struct target *t) {
    struct entry *e = NULL;
    pthread_mutex_lock(&t->mu);
    if (t->idle.next != &t->idle) {
        e = ENTRY(t->idle.next);
        pthread_mutex_lock(&e->mu);
    }
    pthread_mutex_unlock(&t->mu);
    if (e == NULL) {
        return -1;
    }
    e->uses++;
    pthread_mutex_unlock(&e->mu);
    return 0;
}

int bad_busy(struct entry *e) {
    pthread_mutex_lock(&e->mu);
    if (e->uses > 3) {
        return -1; // expect: shared-state-lock-leak "e->mu"
    }
    e->uses++;
    pthread_mutex_unlock(&e->mu);
    return 0;
}
