// shared-state-lock-contract, in C; the bodies of the lock functions are not known.
#include <stdbool.h>
#include <stdlib.h>

#define GUARDED_BY(x) __attribute__((guarded_by(x)))
#define NEEDS_QUEUE __attribute__((requires_capability(queue_lock)))

struct __attribute__((capability("mutex"))) lk {
    int state;
};

void lk_lock(struct lk *l) __attribute__((acquire_capability(*l)));
void lk_unlock(struct lk *l) __attribute__((release_capability(*l)));
int lk_try(struct lk *l) __attribute__((try_acquire_capability(0, *l)));

struct job {
    struct lk lock;
    int runs GUARDED_BY(lock);
};

static struct lk queue_lock;
static int queued GUARDED_BY(queue_lock);

static void push(int n) NEEDS_QUEUE;
static void reset(struct job *job) __attribute__((exclusive_locks_required(job->lock)));

static void push(int n) {
    queued += n;
}

static void reset(struct job *job) {
    job->runs = 0;
}

int bad_read(struct job *job) {
    return job->runs; // expect: shared-state-lock-contract "runs"
}

void bad_call(struct job *job) {
    push(1); // expect: shared-state-lock-contract "queue_lock"
    reset(job); // expect: shared-state-lock-contract "lock"
}

int bad_error_path(struct job *job) {
    lk_lock(&job->lock);
    if (job->runs > 9) {
        return -1; // expect: shared-state-lock-leak "lock"
    }
    lk_unlock(&job->lock);
    return 0;
}

int bad_after_a_failed_try(struct job *job) {
    if (lk_try(&job->lock) != 0) {
        return job->runs; // expect: shared-state-lock-contract "runs"
    }
    lk_unlock(&job->lock);
    return 0;
}

void ok_locked(struct job *job) {
    lk_lock(&queue_lock);
    push(2);
    lk_unlock(&queue_lock);
    lk_lock(&job->lock);
    reset(job);
    job->runs++;
    lk_unlock(&job->lock);
}

int ok_try(struct job *job) {
    int n = -1;
    if (lk_try(&job->lock) == 0) {
        n = job->runs;
        lk_unlock(&job->lock);
    }
    return n;
}

struct job *ok_new(void) {
    struct job *job = calloc(1, sizeof *job);
    if (job) {
        job->runs = 1;
    }
    return job;
}
