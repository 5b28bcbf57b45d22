// rules: shared-state-wait-wrong-mutex
// One thread that waits with one mutex and later with another is never waiting with both.
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t start_mu = PTHREAD_MUTEX_INITIALIZER, stop_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER, again = PTHREAD_COND_INITIALIZER;
static int state;

static void *work(void *arg) {
    pthread_mutex_lock(&start_mu);
    state = 1;
    pthread_cond_signal(&changed);
    while (state < 2) {
        pthread_cond_wait(&again, &start_mu);
    }
    pthread_mutex_unlock(&start_mu);
    return arg;
}

static void ok_started(void) {
    pthread_mutex_lock(&start_mu);
    while (state < 1) {
        pthread_cond_wait(&changed, &start_mu);
    }
    pthread_mutex_unlock(&start_mu);
}

static void ok_stopped(void) {
    pthread_mutex_lock(&stop_mu);
    while (state < 2) {
        pthread_cond_wait(&changed, &stop_mu);
    }
    pthread_mutex_unlock(&stop_mu);
}

static void bad_again(void) {
    pthread_mutex_lock(&stop_mu);
    while (state < 3) {
        pthread_cond_wait(&again, &stop_mu); // expect: shared-state-wait-wrong-mutex "waits for 'again'"
    }
    pthread_mutex_unlock(&stop_mu);
}

int main(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, work, NULL)) {
        return 1;
    }
    ok_started();
    ok_stopped();
    bad_again();
    pthread_join(t, NULL);
    return 0;
}
