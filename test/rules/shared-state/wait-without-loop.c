// shared-state-wait-without-loop: a condition wait whose predicate is not tested again in a loop; waits wake up spuriously, and
// another thread may have been faster. Reported at the wait.
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <threads.h>
#include <time.h>

struct queue {
    pthread_mutex_t mu;
    pthread_cond_t ready;
    mtx_t mtx;
    cnd_t cnd;
    int count;
    bool closed;
    bool flushed;
};

int check(int value);

int bad_if(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    if (q->count == 0) {
        pthread_cond_wait(&q->ready, &q->mu); // expect: shared-state-wait-without-loop "this wait"
    }
    int value = q->count--;
    pthread_mutex_unlock(&q->mu);
    return value;
}

void bad_no_predicate(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    pthread_cond_wait(&q->ready, &q->mu); // expect: shared-state-wait-without-loop "this wait"
    q->count--;
    pthread_mutex_unlock(&q->mu);
}

int bad_timed_wait_once(struct queue *q, const struct timespec *deadline) {
    pthread_mutex_lock(&q->mu);
    int rc = 0;
    if (!q->flushed) {
        rc = pthread_cond_timedwait(&q->ready, &q->mu, deadline); // expect: shared-state-wait-without-loop "this wait"
    }
    pthread_mutex_unlock(&q->mu);
    return rc == 0 ? 0 : -1;
}

void bad_c11(struct queue *q) {
    mtx_lock(&q->mtx);
    if (q->count == 0) {
        cnd_wait(&q->cnd, &q->mtx); // expect: shared-state-wait-without-loop "this wait"
    }
    q->count--;
    mtx_unlock(&q->mtx);
}

int bad_early_exit_then_wait(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    if (q->closed) {
        pthread_mutex_unlock(&q->mu);
        return -1;
    }
    pthread_cond_wait(&q->ready, &q->mu); // expect: shared-state-wait-without-loop "this wait"
    q->count--;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

void bad_loop_about_something_else(struct queue *q, const int *values, int count) {
    for (int i = 0; i < count; i++) {
        pthread_mutex_lock(&q->mu);
        if (q->count == 0) {
            pthread_cond_wait(&q->ready, &q->mu); // expect: shared-state-wait-without-loop "this wait"
        }
        q->count -= values[i];
        pthread_mutex_unlock(&q->mu);
    }
}

int bad_tested_after_but_not_again(struct queue *q) {
    int rc = 0;
    pthread_mutex_lock(&q->mu);
    if (q->count == 0 && !q->closed) {
        rc = pthread_cond_wait(&q->ready, &q->mu); // expect: shared-state-wait-without-loop "this wait"
    }
    if (rc == 0) {
        q->count--;
    }
    pthread_mutex_unlock(&q->mu);
    return rc;
}

int ok_while(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    while (q->count == 0) {
        pthread_cond_wait(&q->ready, &q->mu);
    }
    int value = q->count--;
    pthread_mutex_unlock(&q->mu);
    return value;
}

int ok_while_with_exit(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    while (q->count == 0) {
        if (q->closed) {
            pthread_mutex_unlock(&q->mu);
            return -1;
        }
        pthread_cond_wait(&q->ready, &q->mu);
    }
    q->count--;
    pthread_mutex_unlock(&q->mu);
    return 0;
}

void ok_endless_loop_with_break(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    for (;;) {
        if (q->count > 0) {
            break;
        }
        pthread_cond_wait(&q->ready, &q->mu);
    }
    q->count--;
    pthread_mutex_unlock(&q->mu);
}

void ok_do_while(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    q->flushed = false;
    do {
        pthread_cond_wait(&q->ready, &q->mu);
    } while (!q->flushed);
    pthread_mutex_unlock(&q->mu);
}

void ok_goto(struct queue *q) {
    pthread_mutex_lock(&q->mu);
again:
    if (q->count == 0) {
        pthread_cond_wait(&q->ready, &q->mu);
        goto again;
    }
    q->count--;
    pthread_mutex_unlock(&q->mu);
}

// The whole loop body is run again, and everything in it is tested again.
void *ok_worker_loop(void *arg) {
    struct queue *q = arg;
    pthread_mutex_lock(&q->mu);
    for (;;) {
        if (q->closed) {
            break;
        }
        if (q->count == 0) {
            pthread_cond_wait(&q->ready, &q->mu);
            continue;
        }
        q->count--;
        pthread_mutex_unlock(&q->mu);
        check(1);
        pthread_mutex_lock(&q->mu);
    }
    pthread_mutex_unlock(&q->mu);
    return NULL;
}

void *ok_worker_loop_retests(void *arg) {
    struct queue *q = arg;
    pthread_mutex_lock(&q->mu);
    while (!q->closed) {
        if (q->count == 0) {
            pthread_cond_wait(&q->ready, &q->mu);
        }
        if (q->count > 0) {
            q->count--;
        }
    }
    pthread_mutex_unlock(&q->mu);
    return NULL;
}

int ok_timed_loop(struct queue *q, const struct timespec *deadline) {
    int rc = 0;
    pthread_mutex_lock(&q->mu);
    while (q->count == 0 && rc != ETIMEDOUT) {
        rc = pthread_cond_timedwait(&q->ready, &q->mu, deadline);
    }
    if (q->count > 0) {
        q->count--;
        rc = 0;
    }
    pthread_mutex_unlock(&q->mu);
    return rc;
}

// A nap that can be cut short: how it ended does not matter.
void *ok_timed_nap(void *arg) {
    struct queue *q = arg;
    pthread_mutex_lock(&q->mu);
    while (!q->closed) {
        struct timespec deadline;
        clock_gettime(CLOCK_REALTIME, &deadline);
        deadline.tv_sec += 5;
        pthread_cond_timedwait(&q->ready, &q->mu, &deadline);
        check(q->count);
    }
    pthread_mutex_unlock(&q->mu);
    return NULL;
}

static void wait_for_change(struct queue *q) {
    pthread_cond_wait(&q->ready, &q->mu);
}

void ok_wait_in_a_helper(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    while (q->count == 0) {
        wait_for_change(q);
    }
    q->count--;
    pthread_mutex_unlock(&q->mu);
}

void ok_predicate_in_a_function(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    while (check(q->count) == 0) {
        pthread_cond_wait(&q->ready, &q->mu);
    }
    pthread_mutex_unlock(&q->mu);
}

void ok_c11(struct queue *q) {
    mtx_lock(&q->mtx);
    while (q->count == 0) {
        cnd_wait(&q->cnd, &q->mtx);
    }
    q->count--;
    mtx_unlock(&q->mtx);
}

void ok_if_around_the_loop(struct queue *q, bool wanted) {
    pthread_mutex_lock(&q->mu);
    if (wanted) {
        while (q->count == 0) {
            pthread_cond_wait(&q->ready, &q->mu);
        }
        q->count--;
    }
    pthread_mutex_unlock(&q->mu);
}

bool bad_result_taken_for_the_condition(struct queue *q, const struct timespec *deadline) {
    pthread_mutex_lock(&q->mu);
    if (pthread_cond_timedwait(&q->ready, &q->mu, deadline) != 0) { // expect: shared-state-wait-without-loop "this wait"
        pthread_mutex_unlock(&q->mu);
        return false;
    }
    pthread_mutex_unlock(&q->mu);
    return true;
}

bool ok_tested_after_a_nap(struct queue *q, const struct timespec *deadline) {
    bool ready = false;
    pthread_mutex_lock(&q->mu);
    if (pthread_cond_timedwait(&q->ready, &q->mu, deadline) == 0 && q->count > 0) {
        q->count--;
        ready = true;
    }
    pthread_mutex_unlock(&q->mu);
    return ready;
}

// --- lock and condition come from the caller, each in a wrapper ---

struct wrapped_mutex {
    pthread_mutex_t m;
};

struct wrapped_cond {
    pthread_cond_t c;
};

int ok_wrappers_of_both(struct wrapped_cond *cond, struct wrapped_mutex *mutex,
                        const struct timespec *until) {
    if (cond == NULL || mutex == NULL) {
        return -1;
    }
    if (!until) {
        pthread_cond_wait(&cond->c, &mutex->m);
        return 0;
    }
    return pthread_cond_timedwait(&cond->c, &mutex->m, until) == 0 ? 0 : 1;
}

int ok_both_as_void(void *cond_, void *mutex_, int wait) {
    pthread_cond_t *cond = cond_;
    pthread_mutex_t *mutex = mutex_;
    if (wait) {
        return pthread_cond_wait(cond, mutex) ? -1 : 0;
    }
    return 0;
}

// Another lock is given up after the wait: nothing was decided yet.
static pthread_mutex_t ok_other_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t ok_wait_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ok_wait_cond = PTHREAD_COND_INITIALIZER;
static int ok_jobs, ok_running, ok_go = 1;

void *ok_other_lock_first(void *arg) {
    pthread_mutex_lock(&ok_wait_lock);
    while (ok_go) {
        pthread_cond_wait(&ok_wait_cond, &ok_wait_lock);
        pthread_mutex_lock(&ok_other_lock);
        ok_running = 1;
        pthread_mutex_unlock(&ok_other_lock);
        while (ok_jobs) {
            ok_jobs--;
        }
    }
    pthread_mutex_unlock(&ok_wait_lock);
    return arg;
}

// Who waited took nothing: the loop comes round to the test.
void *ok_waits_or_takes(void *arg) {
    struct queue *q = arg;
    int taken = 0;
    pthread_mutex_lock(&q->mu);
    while (true) {
        if (q->count == 0) {
            if (!ok_go) {
                break;
            }
            pthread_cond_wait(&q->ready, &q->mu);
        } else {
            taken = q->count;
            q->count = 0;
        }
        pthread_mutex_unlock(&q->mu);
        for (; taken; taken--) {
            use(q);
        }
        pthread_mutex_lock(&q->mu);
    }
    pthread_mutex_unlock(&q->mu);
    return NULL;
}

void *bad_waits_then_takes(void *arg) {
    struct queue *q = arg;
    while (ok_go) {
        pthread_mutex_lock(&q->mu);
        if (q->count == 0) {
            pthread_cond_wait(&q->ready, &q->mu); // expect: shared-state-wait-without-loop
        }
        q->count--;
        pthread_mutex_unlock(&q->mu);
    }
    return NULL;
}

// Passes the wait on, with or without a time limit: the loop is the caller's.
struct sleeper {
    pthread_mutex_t mu;
    pthread_cond_t wake;
    int stopped;
};

static int ok_passed_on_with_limit(struct sleeper *s, const struct timespec *limit) {
    int err = 0;
    if (limit == NULL) {
        err = pthread_cond_wait(&s->wake, &s->mu);
    } else {
        err = pthread_cond_timedwait(&s->wake, &s->mu, limit);
    }
    return err;
}

void ok_loop_of_the_caller(struct sleeper *s) {
    pthread_mutex_lock(&s->mu);
    while (!s->stopped) {
        ok_passed_on_with_limit(s, NULL);
    }
    pthread_mutex_unlock(&s->mu);
}
