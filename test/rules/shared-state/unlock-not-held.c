// shared-state-unlock-not-held: unlock of a lock that is not held on that path. Reported at the unlock.
// rules: shared-state-unlock-not-held
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
};

int check(int value);

static pthread_mutex_t table_mu = PTHREAD_MUTEX_INITIALIZER;

int bad_unlocked_twice(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    int count = q->count;
    pthread_mutex_unlock(&q->mu);
    if (count == 0) {
        pthread_mutex_unlock(&q->mu); // expect: shared-state-unlock-not-held "mu"
        return -1;
    }
    return count;
}

int bad_unlock_at_the_label_too(struct queue *q, int value) {
    int rc = -1;
    pthread_mutex_lock(&q->mu);
    if (q->closed) {
        pthread_mutex_unlock(&q->mu);
        goto out;
    }
    q->count += value;
    rc = 0;
out:
    pthread_mutex_unlock(&q->mu); // expect: shared-state-unlock-not-held "mu"
    return rc;
}

void bad_unlock_in_the_loop_and_after(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    for (int i = 0; i < 3; i++) {
        if (q->count == i) {
            pthread_mutex_unlock(&q->mu);
            break;
        }
    }
    pthread_mutex_unlock(&q->mu); // expect: shared-state-unlock-not-held "mu"
}

void bad_two_locks_one_unlocked_twice(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    pthread_mutex_lock(&q->other_mu);
    q->count++;
    pthread_mutex_unlock(&q->other_mu);
    pthread_mutex_unlock(&q->mu);
    pthread_mutex_unlock(&q->other_mu); // expect: shared-state-unlock-not-held "other_mu"
}

static void unlock_and_notify(struct queue *q) {
    pthread_cond_signal(&q->ready);
    pthread_mutex_unlock(&q->mu);
}

void bad_helper_unlocked_already(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    q->count++;
    unlock_and_notify(q);
    pthread_mutex_unlock(&q->mu); // expect: shared-state-unlock-not-held "mu"
}

void bad_rwlock(struct queue *q) {
    pthread_rwlock_rdlock(&q->index_lock);
    check(q->count);
    pthread_rwlock_unlock(&q->index_lock);
    pthread_rwlock_unlock(&q->index_lock); // expect: shared-state-unlock-not-held "index_lock"
}

void bad_spin(struct queue *q) {
    pthread_spin_lock(&q->spin);
    q->count++;
    pthread_spin_unlock(&q->spin);
    pthread_spin_unlock(&q->spin); // expect: shared-state-unlock-not-held "spin"
}

void bad_c11(struct queue *q) {
    mtx_lock(&q->mtx);
    q->count++;
    mtx_unlock(&q->mtx);
    mtx_unlock(&q->mtx); // expect: shared-state-unlock-not-held "mtx"
}

int ok_one_unlock_per_path(struct queue *q, int value) {
    pthread_mutex_lock(&q->mu);
    if (q->closed) {
        pthread_mutex_unlock(&q->mu);
        return -1;
    }
    q->count += value;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

void ok_wrapper_half(struct queue *q) {
    pthread_mutex_unlock(&q->mu);
}

void ok_global_wrapper_half(void) {
    pthread_mutex_unlock(&table_mu);
}

void ok_unlock_for_a_callback(struct queue *q) {
    pthread_mutex_unlock(&q->mu);
    check(q->count);
    pthread_mutex_lock(&q->mu);
}

void ok_condition(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    while (q->count == 0) {
        pthread_cond_wait(&q->ready, &q->mu);
    }
    q->count--;
    pthread_mutex_unlock(&q->mu);
}

void ok_flag(struct queue *q, int value) {
    bool locked = false;
    if (value > 0) {
        pthread_mutex_lock(&q->mu);
        locked = true;
    }
    check(value);
    if (locked) {
        pthread_mutex_unlock(&q->mu);
    }
}

void ok_trylock_result_kept(struct queue *q) {
    bool held = pthread_mutex_trylock(&q->mu) == 0;
    if (held) {
        q->count++;
    }
    if (held) {
        pthread_mutex_unlock(&q->mu);
    }
}

void ok_unlocked_around_the_work(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    while (q->count > 0) {
        q->count--;
        pthread_mutex_unlock(&q->mu);
        check(1);
        pthread_mutex_lock(&q->mu);
    }
    pthread_mutex_unlock(&q->mu);
}

void ok_other_instance(struct queue *a, struct queue *b) {
    pthread_mutex_lock(&a->mu);
    pthread_mutex_lock(&b->mu);
    a->count = b->count;
    pthread_mutex_unlock(&a->mu);
    pthread_mutex_unlock(&b->mu);
}

void ok_array(struct queue *queues, int count) {
    for (int i = 0; i < count; i++) {
        pthread_mutex_lock(&queues[i].mu);
    }
    for (int i = count - 1; i >= 0; i--) {
        pthread_mutex_unlock(&queues[i].mu);
    }
}

static void lock_it(struct queue *q) {
    pthread_mutex_lock(&q->mu);
}

void ok_locked_by_a_helper(struct queue *q) {
    lock_it(q);
    q->count++;
    pthread_mutex_unlock(&q->mu);
}

void ok_fork_handlers(void) {
    pthread_mutex_lock(&table_mu);
    check(1);
    ok_global_wrapper_half();
}

void ok_shared_goto(struct queue *q, int value) {
    if (value < 0) {
        goto out;
    }
    pthread_mutex_lock(&q->mu);
    if (q->closed) {
        goto out_unlock;
    }
    q->count = value;
out_unlock:
    pthread_mutex_unlock(&q->mu);
out:
    check(value);
}

// --- a function that takes the lock itself on its other ways ---

static void queue_unlock(struct queue *q) {
    pthread_mutex_unlock(&q->mu);
}

int bad_before_it_is_locked(struct queue *q, int value) {
    if (q->closed) {
        pthread_mutex_unlock(&q->mu); // expect: shared-state-unlock-not-held "mu"
        return -1;
    }
    pthread_mutex_lock(&q->mu);
    q->count += value;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

int bad_before_it_is_locked_by_helper(struct queue *q, int value) {
    if (q->closed) {
        queue_unlock(q); // expect: shared-state-unlock-not-held "mu"
        return -1;
    }
    pthread_mutex_lock(&q->mu);
    q->count += value;
    queue_unlock(q);
    return 0;
}

int bad_unlocked_whatever_the_flag_says(struct queue *q, struct queue *from, int do_lock) {
    int rc = 0;
    if (do_lock) {
        pthread_mutex_lock(&q->mu);
    }
    if (q->closed) {
        pthread_mutex_unlock(&q->mu); // expect: shared-state-unlock-not-held "mu"
        return -1;
    }
    q->count += from->count;
    if (do_lock) {
        pthread_mutex_unlock(&q->mu);
    }
    return rc;
}

// The caller says whether it holds the lock; it is given back in either case.
int ok_told_that_it_is_held(struct queue *q, bool held) {
    if (held) {
        q->count++;
        pthread_mutex_unlock(&q->mu);
        return 1;
    }
    pthread_mutex_lock(&q->mu);
    q->count++;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

int ok_takes_it_unless_held(struct queue *q) {
    if (!q->closed) {
        pthread_mutex_lock(&q->mu);
    }
    q->count++;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

// --- a lock that only this file can take ---

static pthread_mutex_t journal_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t shared_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t paused_mu = PTHREAD_MUTEX_INITIALIZER;
static int journal_lines;

void journal_add(int n) {
    pthread_mutex_lock(&journal_mu);
    journal_lines += n;
    pthread_mutex_unlock(&journal_mu);
}

int bad_nobody_can_hold_it(int n) {
    if (n < 0) {
        pthread_mutex_unlock(&journal_mu); // expect: shared-state-unlock-not-held "journal_mu"
        return -1;
    }
    return check(n);
}

pthread_mutex_t *shared_lock(void) {
    return &shared_mu;
}

int ok_others_know_its_address(int n) {
    if (n < 0) {
        pthread_mutex_unlock(&shared_mu);
        return -1;
    }
    return check(n);
}

void ok_pause(void) {
    pthread_mutex_lock(&paused_mu);
}

void ok_resume(void) {
    pthread_mutex_unlock(&paused_mu);
}

// --- a helper that some callers hold the lock for ---

static pthread_mutex_t class_mu[8];

static void class_done(int i) {
    check(i);
    pthread_mutex_unlock(&class_mu[i]);
}

static void *bad_walk_classes(void *arg) {
    for (int i = 0; i < 8; i++) {
        if (check(i) < 0) {
            class_done(i); // expect: shared-state-unlock-not-held "class_mu"
            continue;
        }
        pthread_mutex_lock(&class_mu[i]);
        class_done(i);
    }
    return arg;
}

int ok_start_walk(pthread_t *t) {
    return pthread_create(t, NULL, bad_walk_classes, NULL);
}
