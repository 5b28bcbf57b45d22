// rules: shared-state-race
// Order by what a thread waits for until another has done it: a semaphore, a barrier, a flag under a
// condition, an atomic flag. What comes after the post, or is not waited for, races.
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

static sem_t filled;
static pthread_barrier_t turn;
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int ready;
static atomic_int published;
static int by_semaphore, by_barrier, by_flag, by_atomic, too_late, not_waited;

static void tell_ready(void) {
    pthread_mutex_lock(&mu);
    ready = 1;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mu);
}

static void await_ready(void) {
    pthread_mutex_lock(&mu);
    while (!ready) {
        pthread_cond_wait(&changed, &mu);
    }
    pthread_mutex_unlock(&mu);
}

static void *bad_producer(void *arg) {
    by_semaphore = 1;
    sem_post(&filled);
    by_barrier = 1;
    pthread_barrier_wait(&turn);
    by_flag = 1;
    tell_ready();
    by_atomic = 1;
    atomic_store(&published, 1);
    too_late = 1; // expect: shared-state-race "too_late"
    not_waited = 1; // expect: shared-state-race "not_waited"
    sem_post(&filled);
    return arg;
}

static void *bad_consumer(void *arg) {
    sem_wait(&filled);
    by_semaphore++;
    pthread_barrier_wait(&turn);
    by_barrier++;
    await_ready();
    by_flag++;
    while (!atomic_load(&published)) {
    }
    by_atomic++;
    return arg;
}

static void *bad_late(void *arg) {
    not_waited = 2; // expect: shared-state-race "not_waited"
    while (!atomic_load(&published)) {
    }
    too_late++; // expect: shared-state-race "too_late"
    return arg;
}

int main(void) {
    pthread_t a, b, c;
    sem_init(&filled, 0, 0);
    pthread_barrier_init(&turn, NULL, 2);
    if (pthread_create(&a, NULL, bad_producer, NULL) || pthread_create(&b, NULL, bad_consumer, NULL) ||
        pthread_create(&c, NULL, bad_late, NULL)) {
        exit(1);
    }
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    pthread_join(c, NULL);
    return 0;
}
