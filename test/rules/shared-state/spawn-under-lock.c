// rules: shared-state-spawn-under-lock
// profile: review
#include <pthread.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t list_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_t threads[8];
static int count;

static void *work(void *arg) {
    pthread_mutex_lock(&mu);
    pthread_mutex_unlock(&mu);
    return arg;
}

int bad_start(void) {
    pthread_mutex_lock(&mu);
    int rc = pthread_create(&threads[0], NULL, work, NULL); // expect: shared-state-spawn-under-lock "starts the thread 'work' with 'mu' held"
    pthread_mutex_unlock(&mu);
    return rc;
}

int ok_publish(void) { // the lock is for the list alone
    pthread_mutex_lock(&list_mu);
    int rc = pthread_create(&threads[count++], NULL, work, NULL);
    pthread_mutex_unlock(&list_mu);
    return rc;
}

int ok_outside(void) {
    pthread_mutex_lock(&mu);
    count++;
    pthread_mutex_unlock(&mu);
    return pthread_create(&threads[1], NULL, work, NULL);
}
