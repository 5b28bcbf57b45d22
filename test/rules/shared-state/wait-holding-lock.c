// rules: shared-state-wait-holding-lock
#include <pthread.h>
#include <time.h>

static pthread_mutex_t config_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t jobs_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static int jobs;

static void wait_for_job(void) {
    pthread_mutex_lock(&jobs_mu);
    while (jobs == 0) {
        pthread_cond_wait(&more, &jobs_mu);
    }
    jobs--;
    pthread_mutex_unlock(&jobs_mu);
}

void ok_signal(void) {
    pthread_mutex_lock(&config_mu);
    pthread_mutex_unlock(&config_mu);
    pthread_mutex_lock(&jobs_mu);
    jobs++;
    pthread_cond_signal(&more);
    pthread_mutex_unlock(&jobs_mu);
}

void bad_direct(void) {
    pthread_mutex_lock(&config_mu);
    pthread_mutex_lock(&jobs_mu);
    while (jobs == 0) {
        pthread_cond_wait(&more, &jobs_mu); // expect: shared-state-wait-holding-lock "with 'config_mu' held"
    }
    pthread_mutex_unlock(&jobs_mu);
    pthread_mutex_unlock(&config_mu);
}

void bad_in_callee(void) {
    pthread_mutex_lock(&config_mu);
    wait_for_job(); // expect: shared-state-wait-holding-lock "with 'config_mu' held"
    pthread_mutex_unlock(&config_mu);
}

void ok_own_lock_only(void) {
    wait_for_job();
    pthread_mutex_lock(&config_mu);
    pthread_mutex_unlock(&config_mu);
}

void ok_timed(const struct timespec *until) {
    pthread_mutex_lock(&config_mu);
    pthread_mutex_lock(&jobs_mu);
    while (jobs == 0) {
        if (pthread_cond_timedwait(&more, &jobs_mu, until) != 0) {
            break;
        }
    }
    pthread_mutex_unlock(&jobs_mu);
    pthread_mutex_unlock(&config_mu);
}

// The signaller takes the other lock only afterwards.
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t ready_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;
static int count;

void ok_gate_shut(int wanted) {
    pthread_mutex_lock(&gate);
    pthread_mutex_lock(&ready_mu);
    while (count < wanted) {
        pthread_cond_wait(&ready, &ready_mu);
    }
    pthread_mutex_unlock(&ready_mu);
    pthread_mutex_unlock(&gate);
}

void ok_arrive(void) {
    pthread_mutex_lock(&ready_mu);
    count++;
    pthread_cond_signal(&ready);
    pthread_mutex_unlock(&ready_mu);
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
}
