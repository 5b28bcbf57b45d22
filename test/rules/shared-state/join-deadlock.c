// rules: shared-state-join-deadlock
#include <pthread.h>
#include <stdbool.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_t worker;
static bool stop;

static bool stopped(void) {
    pthread_mutex_lock(&mu);
    bool result = stop;
    pthread_mutex_unlock(&mu);
    return result;
}

static void *work(void *arg) {
    while (!stopped()) {
    }
    return arg;
}

int start_worker(void) {
    return pthread_create(&worker, NULL, work, NULL);
}

void bad_stop(void) {
    pthread_mutex_lock(&mu);
    stop = true;
    pthread_join(worker, NULL); // expect: shared-state-join-deadlock "waits for the thread 'work' with 'mu' held"
    pthread_mutex_unlock(&mu);
}

static void join_worker(void) {
    pthread_join(worker, NULL);
}

void bad_stop_in_callee(void) {
    pthread_mutex_lock(&mu);
    stop = true;
    join_worker(); // expect: shared-state-join-deadlock "'mu' held"
    pthread_mutex_unlock(&mu);
}

void ok_stop(void) {
    pthread_mutex_lock(&mu);
    stop = true;
    pthread_mutex_unlock(&mu);
    join_worker();
}

void bad_local(void) {
    pthread_t thread;
    pthread_mutex_lock(&mu);
    if (pthread_create(&thread, NULL, work, NULL) == 0) {
        pthread_join(thread, NULL); // expect: shared-state-join-deadlock "'mu' held"
    }
    pthread_mutex_unlock(&mu);
}

// --- the thread only tries ---

struct pool {
    pthread_mutex_t mu;
    pthread_mutex_t state_mu;
    pthread_t thread;
    bool stop;
};

static void *try_work(void *arg) {
    struct pool *pool = arg;
    if (pthread_mutex_trylock(&pool->mu) == 0) {
        pthread_mutex_unlock(&pool->mu);
    }
    pthread_mutex_lock(&pool->state_mu);
    pthread_mutex_unlock(&pool->state_mu);
    return NULL;
}

int pool_start(struct pool *pool) {
    return pthread_create(&pool->thread, NULL, try_work, pool);
}

void ok_only_tries(struct pool *pool) {
    pthread_mutex_lock(&pool->mu);
    pthread_join(pool->thread, NULL);
    pthread_mutex_unlock(&pool->mu);
}

void bad_state(struct pool *pool) {
    pthread_mutex_lock(&pool->state_mu);
    pthread_join(pool->thread, NULL); // expect: shared-state-join-deadlock "'pool->state_mu' held"
    pthread_mutex_unlock(&pool->state_mu);
}
