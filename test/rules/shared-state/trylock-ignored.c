// shared-state-trylock-ignored: the result of a trylock or timed lock is ignored, or tested with the wrong sense for its
// API (pthread and C11 calls give 0 on success and a positive number on failure, never a negative one). Reported at the try.
// rules: shared-state-trylock-ignored
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <threads.h>
#include <time.h>

struct queue {
    pthread_mutex_t mu;
    pthread_rwlock_t index_lock;
    pthread_spinlock_t spin;
    mtx_t mtx;
    int count;
};

int check(int value);

void bad_ignored(struct queue *q) {
    pthread_mutex_trylock(&q->mu); // expect: shared-state-trylock-ignored "mu"
    q->count++;
    pthread_mutex_unlock(&q->mu);
}

void bad_cast_to_void(struct queue *q) {
    (void)pthread_mutex_trylock(&q->mu); // expect: shared-state-trylock-ignored "mu"
    q->count++;
    pthread_mutex_unlock(&q->mu);
}

void bad_wrong_sense(struct queue *q) {
    if (pthread_mutex_trylock(&q->mu)) { // expect: shared-state-trylock-ignored "mu"
        q->count++;
        pthread_mutex_unlock(&q->mu);
    }
}

int bad_negative_test(struct queue *q) {
    if (pthread_mutex_trylock(&q->mu) < 0) { // expect: shared-state-trylock-ignored "mu"
        return -1;
    }
    q->count++;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

int bad_minus_one(struct queue *q, const struct timespec *deadline) {
    if (pthread_mutex_timedlock(&q->mu, deadline) == -1) { // expect: shared-state-trylock-ignored "mu"
        return -1;
    }
    q->count++;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

void bad_timed_lock_ignored(struct queue *q, const struct timespec *deadline) {
    pthread_mutex_timedlock(&q->mu, deadline); // expect: shared-state-trylock-ignored "mu"
    q->count++;
    pthread_mutex_unlock(&q->mu);
}

void bad_rwlock_ignored(struct queue *q) {
    pthread_rwlock_trywrlock(&q->index_lock); // expect: shared-state-trylock-ignored "index_lock"
    q->count++;
    pthread_rwlock_unlock(&q->index_lock);
}

void bad_spin_ignored(struct queue *q) {
    pthread_spin_trylock(&q->spin); // expect: shared-state-trylock-ignored "spin"
    q->count++;
    pthread_spin_unlock(&q->spin);
}

void bad_c11_ignored(struct queue *q) {
    mtx_trylock(&q->mtx); // expect: shared-state-trylock-ignored "mtx"
    q->count++;
    mtx_unlock(&q->mtx);
}

void bad_result_stored_and_never_read(struct queue *q) {
    int rc = pthread_mutex_trylock(&q->mu); // expect: shared-state-trylock-ignored "mu"
    q->count++;
    pthread_mutex_unlock(&q->mu);
    rc = 0;
    check(rc);
}

int bad_unlock_after_failed_trylock(struct queue *q) {
    if (pthread_mutex_trylock(&q->mu) != 0) { // expect: shared-state-trylock-ignored "mu"
        pthread_mutex_unlock(&q->mu);
        return -1;
    }
    q->count++;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

void ok_tested(struct queue *q) {
    if (pthread_mutex_trylock(&q->mu) == 0) {
        q->count++;
        pthread_mutex_unlock(&q->mu);
    }
}

void ok_negated(struct queue *q) {
    if (!pthread_mutex_trylock(&q->mu)) {
        q->count++;
        pthread_mutex_unlock(&q->mu);
    }
}

int ok_busy(struct queue *q) {
    int rc = pthread_mutex_trylock(&q->mu);
    if (rc == EBUSY) {
        return 1;
    }
    if (rc != 0) {
        return -1;
    }
    q->count++;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

void ok_asserted(struct queue *q) {
    int rc = pthread_mutex_trylock(&q->mu);
    assert(rc == 0);
    (void)rc;
    q->count++;
    pthread_mutex_unlock(&q->mu);
}

int ok_result_returned(struct queue *q) {
    return pthread_mutex_trylock(&q->mu);
}

bool ok_wrapper(struct queue *q) {
    return pthread_mutex_trylock(&q->mu) == 0;
}

void ok_wrapper_used(struct queue *q) {
    if (ok_wrapper(q)) {
        q->count++;
        pthread_mutex_unlock(&q->mu);
    }
}

void ok_back_off(struct queue *q) {
    while (pthread_mutex_trylock(&q->mu) != 0) {
        thrd_yield();
    }
    q->count++;
    pthread_mutex_unlock(&q->mu);
}

int ok_timed(struct queue *q, const struct timespec *deadline) {
    int rc = pthread_mutex_timedlock(&q->mu, deadline);
    if (rc == ETIMEDOUT) {
        return 0;
    }
    if (rc != 0) {
        return -1;
    }
    q->count++;
    pthread_mutex_unlock(&q->mu);
    return 1;
}

void ok_c11(struct queue *q) {
    if (mtx_trylock(&q->mtx) == thrd_success) {
        q->count++;
        mtx_unlock(&q->mtx);
    }
}

void ok_c11_busy(struct queue *q) {
    if (mtx_trylock(&q->mtx) == thrd_busy) {
        return;
    }
    q->count++;
    mtx_unlock(&q->mtx);
}

void ok_kept_in_a_flag(struct queue *q) {
    bool locked = pthread_mutex_trylock(&q->mu) == 0;
    check(locked);
    if (locked) {
        pthread_mutex_unlock(&q->mu);
    }
}

void ok_ternary(struct queue *q) {
    int got = pthread_mutex_trylock(&q->mu) == 0 ? 1 : 0;
    if (got) {
        q->count++;
        pthread_mutex_unlock(&q->mu);
    }
}

void ok_passed_to_a_checker(struct queue *q) {
    if (check(pthread_mutex_trylock(&q->mu)) == 0) {
        q->count++;
        pthread_mutex_unlock(&q->mu);
    }
}
