// shared-state-lock-leak: a path leaves a function with a lock that other paths release. Reported where the path leaves.
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>

struct queue {
    pthread_mutex_t mu;
    pthread_cond_t ready;
    pthread_rwlock_t index_lock;
    pthread_spinlock_t spin;
    mtx_t mtx;
    int count;
    bool closed;
};

int check(int value);
int read_value(void);
_Noreturn void die(const char *text);

static pthread_mutex_t table_mu = PTHREAD_MUTEX_INITIALIZER;

int bad_early_return(struct queue *q, int value) {
    pthread_mutex_lock(&q->mu);
    if (q->closed) {
        return -1; // expect: shared-state-lock-leak "mu"
    }
    q->count += value;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

int bad_global_lock(int value) {
    pthread_mutex_lock(&table_mu);
    int rc = check(value);
    if (rc != 0) {
        return rc; // expect: shared-state-lock-leak "table_mu"
    }
    pthread_mutex_unlock(&table_mu);
    return 0;
}

int bad_goto_past_the_unlock(struct queue *q, int value) {
    int rc = -1;
    pthread_mutex_lock(&q->mu);
    if (check(value) != 0) {
        goto out;
    }
    q->count += value;
    rc = 0;
    pthread_mutex_unlock(&q->mu);
out:
    return rc; // expect: shared-state-lock-leak "mu"
}

int bad_break_out_of_the_loop(struct queue *q) {
    int seen = 0;
    for (int i = 0; i < 10; i++) {
        pthread_mutex_lock(&q->mu);
        if (q->closed) {
            break;
        }
        seen += q->count;
        pthread_mutex_unlock(&q->mu);
    }
    return seen; // expect: shared-state-lock-leak "mu"
}

int bad_switch_case_returns(struct queue *q, int value) {
    int rc = 0;
    pthread_mutex_lock(&q->mu);
    switch (check(value)) {
    case 0:
        q->count++;
        break;
    case 1:
        return -1; // expect: shared-state-lock-leak "mu"
    default:
        rc = -2;
        break;
    }
    pthread_mutex_unlock(&q->mu);
    return rc;
}

#define TRY(call)                                                                                  \
    do {                                                                                           \
        if ((call) != 0)                                                                           \
            return -1;                                                                             \
    } while (0)

int bad_macro_returns(struct queue *q, int value) {
    pthread_mutex_lock(&q->mu);
    TRY(check(value)); // expect: shared-state-lock-leak "mu"
    q->count = value;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

int bad_only_one_of_two(struct queue *a, struct queue *b) {
    pthread_mutex_lock(&a->mu);
    pthread_mutex_lock(&b->mu);
    if (a->closed) {
        pthread_mutex_unlock(&b->mu);
        return -1; // expect: shared-state-lock-leak "a->mu"
    }
    b->count += a->count;
    pthread_mutex_unlock(&b->mu);
    pthread_mutex_unlock(&a->mu);
    return 0;
}

int bad_read_lock(struct queue *q, int value) {
    pthread_rwlock_rdlock(&q->index_lock);
    if (q->count > value) {
        return q->count; // expect: shared-state-lock-leak "index_lock"
    }
    pthread_rwlock_unlock(&q->index_lock);
    return 0;
}

void bad_spin_lock(struct queue *q, int value) {
    pthread_spin_lock(&q->spin);
    if (value == 0) {
        return; // expect: shared-state-lock-leak "spin"
    }
    q->count = value;
    pthread_spin_unlock(&q->spin);
}

int bad_c11_mutex(struct queue *q, int value) {
    if (mtx_lock(&q->mtx) != thrd_success) {
        return -1;
    }
    if (value < 0) {
        return -1; // expect: shared-state-lock-leak "mtx"
    }
    q->count = value;
    mtx_unlock(&q->mtx);
    return 0;
}

int bad_trylock_then_return(struct queue *q, int value) {
    if (pthread_mutex_trylock(&q->mu) != 0) {
        return 1;
    }
    if (value < 0) {
        return -1; // expect: shared-state-lock-leak "mu"
    }
    q->count = value;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

int bad_unlocked_only_sometimes(struct queue *q, bool notify) {
    pthread_mutex_lock(&q->mu);
    int count = q->count;
    if (notify) {
        pthread_cond_signal(&q->ready);
        pthread_mutex_unlock(&q->mu);
    }
    return count; // expect: shared-state-lock-leak "mu"
}

int bad_wait_loop_returns(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    while (q->count == 0) {
        if (q->closed) {
            return -1; // expect: shared-state-lock-leak "mu"
        }
        pthread_cond_wait(&q->ready, &q->mu);
    }
    q->count--;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

int ok_unlocked_on_every_path(struct queue *q, int value) {
    pthread_mutex_lock(&q->mu);
    if (q->closed) {
        pthread_mutex_unlock(&q->mu);
        return -1;
    }
    q->count += value;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

int ok_goto_the_unlock(struct queue *q, int value) {
    int rc = -1;
    pthread_mutex_lock(&q->mu);
    if (check(value) != 0) {
        goto out;
    }
    q->count += value;
    rc = 0;
out:
    pthread_mutex_unlock(&q->mu);
    return rc;
}

int ok_lock_result_checked(struct queue *q, int value) {
    if (pthread_mutex_lock(&q->mu) != 0) {
        return -1;
    }
    q->count = value;
    if (pthread_mutex_unlock(&q->mu)) {
        return -1;
    }
    return 0;
}

int ok_lock_result_goto(struct queue *q, int value) {
    int rc;
    if ((rc = pthread_mutex_lock(&q->mu))) {
        goto err;
    }
    q->count = value;
    if ((rc = pthread_mutex_unlock(&q->mu))) {
        goto err;
    }
    return 0;
err:
    return rc;
}

void ok_trylock_failed(struct queue *q) {
    if (pthread_mutex_trylock(&q->mu) == 0) {
        q->count++;
        pthread_mutex_unlock(&q->mu);
    }
}

int ok_trylock_result_tested_twice(struct queue *q) {
    int rc = pthread_mutex_trylock(&q->mu);
    if (rc != 0) {
        check(rc);
    } else {
        q->count++;
    }
    if (rc == 0) {
        pthread_mutex_unlock(&q->mu);
    }
    return rc;
}

int ok_timed_lock(struct queue *q, const struct timespec *deadline) {
    if (pthread_mutex_timedlock(&q->mu, deadline) != 0) {
        return -1;
    }
    q->count++;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

void ok_correlated_flag(struct queue *q, bool locked) {
    if (!locked) {
        pthread_mutex_lock(&q->mu);
    }
    q->count++;
    if (!locked) {
        pthread_mutex_unlock(&q->mu);
    }
}

void ok_own_flag(struct queue *q, int value) {
    bool locked = false;
    if (value > 3) {
        pthread_mutex_lock(&q->mu);
        locked = true;
    }
    check(value);
    if (locked) {
        pthread_mutex_unlock(&q->mu);
    }
}

void ok_optional_lock(pthread_mutex_t *mu, struct queue *q) {
    if (mu != NULL) {
        pthread_mutex_lock(mu);
    }
    q->count++;
    if (mu != NULL) {
        pthread_mutex_unlock(mu);
    }
}

void ok_wrapper_lock(struct queue *q) {
    pthread_mutex_lock(&q->mu);
}

void ok_wrapper_unlock(struct queue *q) {
    pthread_mutex_unlock(&q->mu);
}

int ok_wrappers_used(struct queue *q, int value) {
    ok_wrapper_lock(q);
    if (value < 0) {
        ok_wrapper_unlock(q);
        return -1;
    }
    q->count = value;
    ok_wrapper_unlock(q);
    return 0;
}

int bad_wrappers_used(struct queue *q, int value) {
    ok_wrapper_lock(q);
    if (value < 0) {
        return -1; // expect: shared-state-lock-leak "mu"
    }
    q->count = value;
    ok_wrapper_unlock(q);
    return 0;
}

// Locked if and only if the result is not NULL: half of a pair.
static struct queue *queue_get_locked(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    if (q->closed) {
        pthread_mutex_unlock(&q->mu);
        return NULL;
    }
    return q;
}

static void queue_put(struct queue *q) {
    pthread_mutex_unlock(&q->mu);
}

int ok_locked_iff_result(struct queue *queue) {
    struct queue *q = queue_get_locked(queue);
    if (q == NULL) {
        return -1;
    }
    q->count++;
    queue_put(q);
    return 0;
}

static void unlock_cleanup(pthread_mutex_t **mu) {
    pthread_mutex_unlock(*mu);
}

int ok_cleanup_attribute(struct queue *q, int value) {
    pthread_mutex_lock(&q->mu);
    __attribute__((cleanup(unlock_cleanup))) pthread_mutex_t *guard = &q->mu;
    if (value < 0) {
        return -1;
    }
    q->count = value;
    return guard == NULL;
}

static void unlock_routine(void *mu) {
    pthread_mutex_unlock(mu);
}

void ok_cleanup_push(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    pthread_cleanup_push(unlock_routine, &q->mu);
    while (q->count == 0) {
        pthread_cond_wait(&q->ready, &q->mu);
    }
    q->count--;
    pthread_cleanup_pop(1);
}

void ok_process_ends(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    if (q->count < 0) {
        die("negative count");
    }
    pthread_mutex_unlock(&q->mu);
}

void ok_all_locks_of_an_array(struct queue *queues) {
    for (int i = 0; i < 4; i++) {
        pthread_mutex_lock(&queues[i].mu);
    }
    queues[0].count = queues[1].count;
    for (int i = 3; i >= 0; i--) {
        pthread_mutex_unlock(&queues[i].mu);
    }
}

void ok_hand_over_hand(struct queue **list) {
    struct queue *q = list[0];
    pthread_mutex_lock(&q->mu);
    for (int i = 1; i < 4; i++) {
        struct queue *next = list[i];
        pthread_mutex_lock(&next->mu);
        pthread_mutex_unlock(&q->mu);
        q = next;
    }
    pthread_mutex_unlock(&q->mu);
}

int ok_local_alias(struct queue *q, int value) {
    pthread_mutex_t *mu = &q->mu;
    pthread_mutex_lock(mu);
    if (value < 0) {
        pthread_mutex_unlock(&q->mu);
        return -1;
    }
    q->count = value;
    pthread_mutex_unlock(mu);
    return 0;
}

void *ok_worker_loop(void *arg) {
    struct queue *q = arg;
    for (;;) {
        pthread_mutex_lock(&q->mu);
        while (q->count == 0 && !q->closed) {
            pthread_cond_wait(&q->ready, &q->mu);
        }
        if (q->closed) {
            pthread_mutex_unlock(&q->mu);
            return NULL;
        }
        q->count--;
        pthread_mutex_unlock(&q->mu);
        check(read_value());
    }
}

void ok_order_of_release(struct queue *a, struct queue *b) {
    pthread_mutex_lock(&a->mu);
    pthread_mutex_lock(&b->mu);
    a->count = b->count;
    pthread_mutex_unlock(&a->mu);
    pthread_mutex_unlock(&b->mu);
}

#define WITH_LOCK(mu, statement)                                                                   \
    do {                                                                                           \
        pthread_mutex_lock(mu);                                                                    \
        statement;                                                                                 \
        pthread_mutex_unlock(mu);                                                                  \
    } while (0)

void ok_macro(struct queue *q) {
    WITH_LOCK(&q->mu, q->count++);
}

// --- one lock per round ---

struct topic {
    struct topic *next;
    pthread_mutex_t mu;
    bool gone;
    int parts;
};

void keep(struct topic *t);

int bad_some_rounds_unlock(struct topic *list) {
    int n = 0;
    for (struct topic *t = list; t; t = t->next) {
        pthread_mutex_lock(&t->mu); // expect: shared-state-lock-leak "mu"
        if (t->gone) {
            pthread_mutex_unlock(&t->mu);
            continue;
        }
        n += t->parts;
    }
    return n;
}

int ok_every_round_unlocks(struct topic *list) {
    int n = 0;
    for (struct topic *t = list; t; t = t->next) {
        pthread_mutex_lock(&t->mu);
        if (t->gone) {
            pthread_mutex_unlock(&t->mu);
            continue;
        }
        n += t->parts;
        pthread_mutex_unlock(&t->mu);
    }
    return n;
}

struct group {
    struct group *next;
    pthread_mutex_t mu;
    bool gone;
    int members;
};

int ok_a_second_loop_unlocks(struct group *list) {
    int n = 0;
    for (struct group *t = list; t; t = t->next) {
        pthread_mutex_lock(&t->mu);
        if (t->gone) {
            pthread_mutex_unlock(&t->mu);
        }
    }
    for (struct group *t = list; t; t = t->next) {
        if (!t->gone) {
            n += t->members;
            pthread_mutex_unlock(&t->mu);
        }
    }
    return n;
}

void ok_kept_with_its_lock(struct topic *list) {
    for (struct topic *t = list; t; t = t->next) {
        pthread_mutex_lock(&t->mu);
        if (t->gone) {
            pthread_mutex_unlock(&t->mu);
            continue;
        }
        keep(t);
    }
}

struct zone {
    pthread_mutex_t mu;
    int start, end;
};

// Look-ups that give what they found to the caller, locked.
struct zone *ok_found(struct zone *first, struct zone *last, int at) {
    struct zone *up = first;
    struct zone *down = last;
    for (; up < last; up++, down--) {
        pthread_mutex_lock(&up->mu);
        if (at < up->end) {
            return up;
        }
        pthread_mutex_unlock(&up->mu);
        pthread_mutex_lock(&down->mu);
        if (at >= down->start) {
            return down;
        }
        pthread_mutex_unlock(&down->mu);
    }
    return NULL;
}

int ok_use_found(struct zone *first, struct zone *last) {
    struct zone *z = ok_found(first, last, 3);
    if (!z) {
        return -1;
    }
    z->end++;
    pthread_mutex_unlock(&z->mu);
    return 0;
}

static pthread_mutex_t overlap_mu = PTHREAD_MUTEX_INITIALIZER;
bool overlaps(int at);

// Every way out holds it; in between it lets others in.
static void ok_wait_for_overlap(int at) {
    pthread_mutex_lock(&overlap_mu);
    while (overlaps(at)) {
        pthread_mutex_unlock(&overlap_mu);
        pthread_mutex_lock(&overlap_mu);
    }
}

void ok_submit(int at) {
    if (at) {
        ok_wait_for_overlap(at);
    }
    if (overlaps(at + 1)) {
        return;
    }
}

void ok_submitted(void) { pthread_mutex_unlock(&overlap_mu); }

// Another loop unlocks the elements that this one locked.
int ok_elements(struct zone *zones, int n) {
    bool failed = false;
    for (int i = 0; i < n; i++) {
        pthread_mutex_lock(&zones[i].mu);
        if (zones[i].end < 0) {
            failed = true;
            break;
        }
    }
    for (int i = 0; i < n; i++) {
        pthread_mutex_unlock(&zones[i].mu);
    }
    return failed ? -1 : 0;
}

enum phase { PHASE_NEW, PHASE_RUNS, PHASE_OVER };

struct phased {
    pthread_mutex_t mu;
    enum phase phase;
    int n;
};

void ok_every_phase_has_a_case(struct phased *j) {
    pthread_mutex_lock(&j->mu);
    switch (j->phase) {
    case PHASE_NEW:
        pthread_mutex_unlock(&j->mu);
        return;
    case PHASE_RUNS:
        j->n++;
        pthread_mutex_unlock(&j->mu);
        break;
    case PHASE_OVER:
        __builtin_unreachable();
    }
}

void bad_a_phase_without_case(struct phased *j) {
    pthread_mutex_lock(&j->mu);
    switch (j->phase) {
    case PHASE_NEW:
        pthread_mutex_unlock(&j->mu);
        return;
    case PHASE_RUNS:
        j->n++;
        pthread_mutex_unlock(&j->mu);
        break;
    }
} // expect: shared-state-lock-leak "j->mu"
