// rules: shared-state-lock-order
// A whole program: who runs what.
#include <pthread.h>

struct job {
    pthread_mutex_t *first;
    pthread_mutex_t *second;
};

static void *bad_run(void *arg) {
    struct job *job = arg;
    pthread_mutex_lock(job->first);
    pthread_mutex_lock(job->second);
    pthread_mutex_unlock(job->second);
    pthread_mutex_unlock(job->first);
    return NULL;
}

static pthread_mutex_t setup_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t state_mu = PTHREAD_MUTEX_INITIALIZER;

static void ok_setup(void) { // before there are threads
    pthread_mutex_lock(&state_mu);
    pthread_mutex_lock(&setup_mu);
    pthread_mutex_unlock(&setup_mu);
    pthread_mutex_unlock(&state_mu);
}

static void *ok_worker(void *arg) {
    (void)arg;
    pthread_mutex_lock(&setup_mu);
    pthread_mutex_lock(&state_mu);
    pthread_mutex_unlock(&state_mu);
    pthread_mutex_unlock(&setup_mu);
    return NULL;
}

static pthread_mutex_t lone_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lone_b = PTHREAD_MUTEX_INITIALIZER;

static void *ok_lone(void *arg) { // only one thread ever takes them
    (void)arg;
    pthread_mutex_lock(&lone_a);
    pthread_mutex_lock(&lone_b);
    pthread_mutex_unlock(&lone_b);
    pthread_mutex_unlock(&lone_a);
    pthread_mutex_lock(&lone_b);
    pthread_mutex_lock(&lone_a);
    pthread_mutex_unlock(&lone_a);
    pthread_mutex_unlock(&lone_b);
    return NULL;
}

int main(void) {
    pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
    struct job one = {&a, &b};
    struct job two = {&b, &a};
    pthread_t t[4];
    ok_setup();
    pthread_create(&t[0], NULL, bad_run, &one); // expect: shared-state-lock-order "is locked while"
    pthread_create(&t[1], NULL, bad_run, &two);
    pthread_create(&t[2], NULL, ok_worker, NULL);
    pthread_create(&t[3], NULL, ok_lone, NULL);
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], NULL);
    }
    return 0;
}
