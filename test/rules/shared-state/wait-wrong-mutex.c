// rules: shared-state-wait-wrong-mutex
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;
static bool is_ready;

void bad_released(void) {
    pthread_mutex_lock(&mu);
    while (!is_ready) {
        pthread_mutex_unlock(&mu);
        pthread_cond_wait(&ready, &mu); // expect: shared-state-wait-wrong-mutex "'mu', which this thread does not hold any more"
        pthread_mutex_lock(&mu);
    }
    pthread_mutex_unlock(&mu);
}

void *bad_first_round(void *arg) {
    for (;;) {
        pthread_cond_wait(&ready, &mu); // expect: shared-state-wait-wrong-mutex "waits with 'mu'"
        is_ready = false;
        pthread_mutex_unlock(&mu);
    }
    return arg;
}

int start(pthread_t *thread) {
    return pthread_create(thread, NULL, bad_first_round, NULL);
}

static void wait_locked(void) {
    while (!is_ready) {
        pthread_cond_wait(&ready, &mu);
    }
}

void ok_caller_holds(void) {
    pthread_mutex_lock(&mu);
    wait_locked();
    pthread_mutex_unlock(&mu);
}

void ok_wait(void) {
    pthread_mutex_lock(&mu);
    while (!is_ready) {
        pthread_cond_wait(&ready, &mu);
    }
    pthread_mutex_unlock(&mu);
}

void ok_wrapper(pthread_cond_t *cond, pthread_mutex_t *mutex) {
    pthread_cond_wait(cond, mutex);
}

void bad_two_mutexes(void) {
    pthread_mutex_lock(&other_mu);
    while (!is_ready) {
        pthread_cond_wait(&ready, &other_mu); // expect: shared-state-wait-wrong-mutex "waits for 'ready' with 'other_mu'"
    }
    pthread_mutex_unlock(&other_mu);
}

struct queue {
    pthread_mutex_t mu;
    pthread_mutex_t state_mu;
    pthread_cond_t more;
    int count;
};

void ok_queue(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    while (q->count == 0) {
        pthread_cond_wait(&q->more, &q->mu);
    }
    pthread_mutex_unlock(&q->mu);
}

void bad_queue(struct queue *q) {
    pthread_mutex_lock(&q->state_mu);
    while (q->count == 0) {
        pthread_cond_wait(&q->more, &q->state_mu); // expect: shared-state-wait-wrong-mutex "waits for 'q->more'"
    }
    pthread_mutex_unlock(&q->state_mu);
}
