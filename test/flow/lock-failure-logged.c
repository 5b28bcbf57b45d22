// A plain lock whose failure is logged and nothing else: the code goes on, and callers cannot tell.
// rules: shared-state-lock-leak, shared-state-double-lock, shared-state-trylock-ignored, shared-state-unlock-not-held, shared-state-lost-wakeup, shared-state-wait-without-loop
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define LOGGED(call)                                                                               \
    do {                                                                                           \
        int err_ = (call);                                                                         \
        if (err_ != 0)                                                                             \
            fprintf(stderr, "%s: %s\n", #call, strerror(err_));                                    \
    } while (0)

struct queue {
    pthread_mutex_t mu;
    pthread_rwlock_t index;
    int count;
};

void ok_logged(struct queue *q) {
    LOGGED(pthread_mutex_lock(&q->mu));
    q->count++;
    LOGGED(pthread_mutex_unlock(&q->mu));
}

// Two locks of one class: the failure of one must not look like the other one's release.
void ok_two(struct queue *a, struct queue *b) {
    LOGGED(pthread_rwlock_wrlock(&a->index));
    LOGGED(pthread_rwlock_wrlock(&b->index));
    LOGGED(pthread_rwlock_unlock(&b->index));
    LOGGED(pthread_rwlock_unlock(&a->index));
}

static void lock(struct queue *q) {
    LOGGED(pthread_mutex_lock(&q->mu));
}

static void unlock(struct queue *q) {
    LOGGED(pthread_mutex_unlock(&q->mu));
}

void ok_by_wrapper(struct queue *q) {
    lock(q);
    q->count++;
    unlock(q);
}

int bad_left_locked(struct queue *q) {
    lock(q);
    if (q->count > 3) {
        return -1; // expect: shared-state-lock-leak "q->mu"
    }
    q->count++;
    unlock(q);
    return 0;
}

void bad_locked_twice(struct queue *q) {
    lock(q);
    lock(q); // expect: shared-state-double-lock "q->mu"
    q->count++;
    unlock(q);
}

void bad_wrong_way_round(struct queue *q) {
    if (pthread_mutex_lock(&q->mu)) { // expect: shared-state-trylock-ignored "q->mu"
        pthread_mutex_unlock(&q->mu);
    }
}
