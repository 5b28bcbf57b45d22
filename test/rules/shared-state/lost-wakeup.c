// shared-state-lost-wakeup: a signal that a waiter can miss, because it comes without the waiters' lock or never comes.
// rules: shared-state-lost-wakeup
// program: whole
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

// --- a flag set without the lock ---

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static bool stopping;
static int jobs;

static void *worker(void *arg) {
    pthread_mutex_lock(&mu);
    for (;;) {
        while (!stopping && jobs == 0) {
            pthread_cond_wait(&more, &mu);
        }
        if (stopping) {
            break;
        }
        jobs--;
    }
    pthread_mutex_unlock(&mu);
    return arg;
}

void bad_stop(pthread_t t) {
    stopping = true;
    pthread_cond_signal(&more); // expect: shared-state-lost-wakeup "without 'mu'"
    pthread_join(t, NULL);
}

void bad_with_another_lock(void) {
    pthread_mutex_lock(&other_mu);
    jobs++;
    pthread_mutex_unlock(&other_mu);
    pthread_cond_broadcast(&more); // expect: shared-state-lost-wakeup "without 'mu'"
}

void ok_stop(pthread_t t) {
    pthread_mutex_lock(&mu);
    stopping = true;
    pthread_cond_signal(&more);
    pthread_mutex_unlock(&mu);
    pthread_join(t, NULL);
}

void ok_signal_after_unlock(void) {
    pthread_mutex_lock(&mu);
    jobs++;
    pthread_mutex_unlock(&mu);
    pthread_cond_signal(&more);
}

void ok_lock_between(void) {
    stopping = true;
    pthread_mutex_lock(&mu);
    pthread_mutex_unlock(&mu);
    pthread_cond_signal(&more);
}

static void wake(void) {
    pthread_cond_signal(&more); // its callers have changed what is tested
}

void ok_helper(void) {
    pthread_mutex_lock(&mu);
    jobs++;
    pthread_mutex_unlock(&mu);
    wake();
}

static void add_locked(int n) {
    jobs += n;
    pthread_cond_signal(&more); // its callers hold the lock
}

void ok_caller_holds(void) {
    pthread_mutex_lock(&mu);
    add_locked(1);
    pthread_mutex_unlock(&mu);
}

void start(pthread_t *t) {
    pthread_create(t, NULL, worker, NULL);
}

// --- in an object ---

struct pool {
    pthread_mutex_t mu;
    pthread_cond_t idle;
    pthread_cond_t tick;
    pthread_cond_t room;
    pthread_cond_t turn;
    int busy;
    int ticks;
    int used;
    int next;
    int stop;
};

void pool_wait(struct pool *p) {
    pthread_mutex_lock(&p->mu);
    while (p->busy > 0 && !p->stop) {
        pthread_cond_wait(&p->idle, &p->mu);
    }
    pthread_mutex_unlock(&p->mu);
}

void bad_pool_done(struct pool *p) {
    __atomic_fetch_sub(&p->busy, 1, __ATOMIC_SEQ_CST);
    pthread_cond_broadcast(&p->idle); // expect: shared-state-lost-wakeup "without 'pool::mu'"
}

void bad_pool_done_plain(struct pool *p) {
    p->busy--;
    pthread_cond_broadcast(&p->idle); // expect: shared-state-lost-wakeup "without 'pool::mu'"
}

// a thread passes on a flag that was set without the lock

static void *master(void *arg) {
    struct pool *p = arg;
    pthread_cond_broadcast(&p->idle); // expect: shared-state-lost-wakeup "is set elsewhere without it"
    return NULL;
}

void request_stop(struct pool *p) {
    p->stop = 1;
}

void start_master(struct pool *p, pthread_t *t) {
    pthread_create(t, NULL, master, p);
}

// --- nobody signals ---

void take_room(struct pool *p) {
    pthread_mutex_lock(&p->mu);
    while (p->used >= 8) {
        pthread_cond_wait(&p->room, &p->mu);
    }
    p->used++;
    pthread_mutex_unlock(&p->mu);
}

void bad_give_room(struct pool *p) {
    pthread_mutex_lock(&p->mu); // expect: shared-state-lost-wakeup "nothing in the program signals"
    p->used--;
    pthread_mutex_unlock(&p->mu);
}

void ok_timed(struct pool *p, const struct timespec *end) {
    pthread_mutex_lock(&p->mu);
    while (p->ticks == 0) {
        if (pthread_cond_timedwait(&p->tick, &p->mu, end) != 0) {
            break;
        }
    }
    pthread_mutex_unlock(&p->mu);
}

void ok_timed_change(struct pool *p) {
    pthread_mutex_lock(&p->mu);
    p->ticks++;
    pthread_mutex_unlock(&p->mu);
}

// --- one of many, each with its own turn ---

static pthread_mutex_t turn_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static pthread_cond_t turn_for_all = PTHREAD_COND_INITIALIZER;
static long now_serving;

static void *customer(void *arg) {
    long mine = (long)arg;
    pthread_mutex_lock(&turn_mu);
    while (now_serving != mine) {
        pthread_cond_wait(&turn, &turn_mu);
    }
    now_serving++;
    pthread_cond_signal(&turn); // expect: shared-state-lost-wakeup "each of them waits for something of its own"
    pthread_mutex_unlock(&turn_mu);
    return NULL;
}

static void *customer_ok(void *arg) {
    long mine = (long)arg;
    pthread_mutex_lock(&turn_mu);
    while (now_serving != mine) {
        pthread_cond_wait(&turn_for_all, &turn_mu);
    }
    now_serving++;
    pthread_cond_broadcast(&turn_for_all);
    pthread_mutex_unlock(&turn_mu);
    return NULL;
}

void serve(pthread_t *threads, long n) {
    for (long i = 0; i < n; i++) {
        pthread_create(&threads[i], NULL, customer, (void *)i);
        pthread_create(&threads[n + i], NULL, customer_ok, (void *)i);
    }
    for (long i = 0; i < 2 * n; i++) {
        pthread_join(threads[i], NULL);
    }
}

// --- reminders ---

static pthread_mutex_t compact_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t compact = PTHREAD_COND_INITIALIZER;
static int compact_wanted;

static void *compactor(void *arg) {
    pthread_mutex_lock(&compact_mu);
    while (!compact_wanted) {
        pthread_cond_wait(&compact, &compact_mu);
    }
    pthread_mutex_unlock(&compact_mu);
    return arg;
}

void want_compaction(void) {
    compact_wanted = 1;
}

static void *ok_reminder(void *arg) {
    for (int i = 0; i < 100; i++) {
        pthread_cond_signal(&compact);
    }
    return arg;
}

void start_compaction(pthread_t *t) {
    pthread_create(&t[0], NULL, compactor, NULL);
    pthread_create(&t[1], NULL, ok_reminder, NULL);
}

// Only this file knows the condition, and nothing in it signals.
struct bad_list;
struct bad_list *bad_list_make(void);
void bad_list_add(struct bad_list *l, int job);
int bad_list_take(struct bad_list *l);
static pthread_mutex_t bad_jobs_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t bad_jobs_cond = PTHREAD_COND_INITIALIZER;
static struct bad_list *bad_jobs;
static int bad_job_count;

void bad_never_signalled(int job) {
    pthread_mutex_lock(&bad_jobs_lock); // expect: shared-state-lost-wakeup "nothing in the program signals 'bad_jobs_cond'"
    bad_job_count++;
    bad_list_add(bad_jobs, job);
    pthread_mutex_unlock(&bad_jobs_lock);
}

void *bad_jobs_thread(void *arg) {
    pthread_mutex_lock(&bad_jobs_lock);
    while (bad_job_count == 0) {
        pthread_cond_wait(&bad_jobs_cond, &bad_jobs_lock);
    }
    bad_job_count--;
    pthread_mutex_unlock(&bad_jobs_lock);
    return arg;
}

// A helper of a thread passes on what somebody else has raised; neither takes the lock for it.
static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t pool_work = PTHREAD_COND_INITIALIZER;
static int pool_stop, pool_jobs;

void bad_pool_stop(void) {
    pool_stop = 1;
}

static void *pool_worker(void *arg) {
    pthread_mutex_lock(&pool_lock);
    while (!pool_jobs && !pool_stop) {
        pthread_cond_wait(&pool_work, &pool_lock);
    }
    pool_jobs = 0;
    pthread_mutex_unlock(&pool_lock);
    return arg;
}

static void bad_pool_run(void) {
    pthread_t worker;
    pthread_create(&worker, NULL, pool_worker, NULL);
    while (!pool_stop) {
        pthread_mutex_lock(&pool_lock);
        pool_jobs++;
        pthread_cond_signal(&pool_work);
        pthread_mutex_unlock(&pool_lock);
    }
    pthread_cond_broadcast(&pool_work); // expect: shared-state-lost-wakeup "'pool_work' is signalled here without 'pool_lock'"
    pthread_join(worker, NULL);
}

static void *pool_master(void *arg) {
    bad_pool_run();
    return arg;
}

void bad_pool_start(pthread_t *t) {
    pthread_create(t, NULL, pool_master, NULL);
}
