// shared-state-double-lock: a held non-recursive lock is taken again, also through callees. Reported at the second
// acquisition, or at the call that leads to it.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <threads.h>

struct queue {
    pthread_mutex_t mu;
    pthread_mutex_t other_mu;
    pthread_cond_t ready;
    pthread_rwlock_t index_lock;
    pthread_spinlock_t spin;
    mtx_t mtx;
    int count;
    bool closed;
    struct queue *next;
};

int check(int value);

static pthread_mutex_t table_mu = PTHREAD_MUTEX_INITIALIZER;

void bad_lock_for_unlock(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    q->count++;
    pthread_mutex_lock(&q->mu); // expect: shared-state-double-lock "mu"
}

static int queue_length(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    int count = q->count;
    pthread_mutex_unlock(&q->mu);
    return count;
}

bool bad_callee_locks(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    bool empty = queue_length(q) == 0; // expect: shared-state-double-lock "mu"
    pthread_mutex_unlock(&q->mu);
    return empty;
}

static bool queue_is_empty(struct queue *q) {
    return queue_length(q) == 0;
}

bool bad_callee_of_callee_locks(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    bool empty = queue_is_empty(q); // expect: shared-state-double-lock "mu"
    pthread_mutex_unlock(&q->mu);
    return empty;
}

void bad_missing_unlock_in_the_loop(struct queue *q, const int *values) {
    for (int i = 0;; i++) {
        pthread_mutex_lock(&q->mu); // expect: shared-state-lock-leak "mu"
        if (values[i] < 0) {
            continue;
        }
        if (values[i] == 0) {
            pthread_mutex_unlock(&q->mu);
            return;
        }
        q->count += values[i];
        pthread_mutex_unlock(&q->mu);
    }
}

void bad_write_after_read_lock(struct queue *q) {
    pthread_rwlock_rdlock(&q->index_lock);
    if (q->count == 0) {
        pthread_rwlock_wrlock(&q->index_lock); // expect: shared-state-double-lock "index_lock"
        q->count = 1;
    }
    pthread_rwlock_unlock(&q->index_lock);
}

void bad_spin(struct queue *q, bool twice) {
    pthread_spin_lock(&q->spin);
    if (twice) {
        pthread_spin_lock(&q->spin); // expect: shared-state-double-lock "spin"
    }
    q->count++;
    pthread_spin_unlock(&q->spin);
}

void bad_global(int value) {
    pthread_mutex_lock(&table_mu);
    if (check(value) == 0) {
        pthread_mutex_lock(&table_mu); // expect: shared-state-double-lock "table_mu"
    }
    pthread_mutex_unlock(&table_mu);
}

void bad_c11(struct queue *q) {
    mtx_lock(&q->mtx);
    q->count++;
    mtx_lock(&q->mtx); // expect: shared-state-double-lock "mtx"
    mtx_unlock(&q->mtx);
}

void bad_alias(struct queue *q) {
    pthread_mutex_t *mu = &q->mu;
    pthread_mutex_lock(mu);
    pthread_mutex_lock(&q->mu); // expect: shared-state-double-lock "mu"
    q->count++;
    pthread_mutex_unlock(mu);
}

void ok_unlocked_between(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    q->count++;
    pthread_mutex_unlock(&q->mu);
    pthread_mutex_lock(&q->mu);
    q->count--;
    pthread_mutex_unlock(&q->mu);
}

void ok_two_instances(struct queue *a, struct queue *b) {
    pthread_mutex_lock(&a->mu);
    pthread_mutex_lock(&b->mu);
    a->count = b->count;
    pthread_mutex_unlock(&b->mu);
    pthread_mutex_unlock(&a->mu);
}

void ok_two_fields(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    pthread_mutex_lock(&q->other_mu);
    q->count++;
    pthread_mutex_unlock(&q->other_mu);
    pthread_mutex_unlock(&q->mu);
}

void ok_array(struct queue *queues, int count) {
    for (int i = 0; i < count; i++) {
        pthread_mutex_lock(&queues[i].mu);
    }
    for (int i = 0; i < count; i++) {
        pthread_mutex_unlock(&queues[i].mu);
    }
}

void ok_list_hand_over_hand(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    while (q->next != NULL) {
        struct queue *next = q->next;
        pthread_mutex_lock(&next->mu);
        pthread_mutex_unlock(&q->mu);
        q = next;
    }
    pthread_mutex_unlock(&q->mu);
}

int ok_recursive(void) {
    pthread_mutex_t mu;
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&mu, &attr);
    pthread_mutexattr_destroy(&attr);
    pthread_mutex_lock(&mu);
    pthread_mutex_lock(&mu);
    int rc = check(1);
    pthread_mutex_unlock(&mu);
    pthread_mutex_unlock(&mu);
    pthread_mutex_destroy(&mu);
    return rc;
}

static pthread_mutex_t recursive_mu = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

void ok_recursive_initializer(void) {
    pthread_mutex_lock(&recursive_mu);
    pthread_mutex_lock(&recursive_mu);
    check(1);
    pthread_mutex_unlock(&recursive_mu);
    pthread_mutex_unlock(&recursive_mu);
}

static void unlock_and_notify(struct queue *q) {
    pthread_cond_signal(&q->ready);
    pthread_mutex_unlock(&q->mu);
}

void ok_released_by_the_callee(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    q->count++;
    unlock_and_notify(q);
    pthread_mutex_lock(&q->mu);
    q->count--;
    pthread_mutex_unlock(&q->mu);
}

void ok_trylock_while_held(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    if (pthread_mutex_trylock(&q->mu) != 0) {
        check(q->count);
    }
    pthread_mutex_unlock(&q->mu);
}

void ok_two_readers(struct queue *a, struct queue *b) {
    pthread_rwlock_rdlock(&a->index_lock);
    pthread_rwlock_rdlock(&b->index_lock);
    check(a->count + b->count);
    pthread_rwlock_unlock(&b->index_lock);
    pthread_rwlock_unlock(&a->index_lock);
}

void ok_either_branch(struct queue *q, bool now) {
    if (now) {
        pthread_mutex_lock(&q->mu);
    } else {
        check(1);
        pthread_mutex_lock(&q->mu);
    }
    q->count++;
    pthread_mutex_unlock(&q->mu);
}

int ok_lock_failed_then_again(struct queue *q) {
    if (pthread_mutex_lock(&q->mu) != 0) {
        if (pthread_mutex_lock(&q->mu) != 0) {
            return -1;
        }
    }
    q->count++;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

void ok_callee_takes_the_others_lock(struct queue *a, struct queue *b) {
    pthread_mutex_lock(&a->mu);
    a->count = queue_length(b);
    pthread_mutex_unlock(&a->mu);
}

void ok_same_flag(struct queue *q, bool locked) {
    if (!locked) {
        pthread_mutex_lock(&q->mu);
    }
    if (q->closed) {
        check(1);
    }
    if (!locked) {
        pthread_mutex_unlock(&q->mu);
    }
    pthread_mutex_lock(&q->other_mu);
    pthread_mutex_unlock(&q->other_mu);
}

void bad_waits_by_locking(struct queue *q, int *done) {
    while (!*done) {
        pthread_mutex_lock(&q->mu); // expect: shared-state-double-lock "mu"
    }
}
