// race-detector-missing: nothing around this file builds it with a race detector. One question per project; what is found
// around a project is tested in missing.test.
// rules: race-detector-missing
// profile: review
// program: whole
#include <pthread.h>
#include <stddef.h>

static void *work(void *arg) {
    return arg;
}

int bad_start(pthread_t *t) {
    return pthread_create(t, NULL, work, NULL); // expect: race-detector-missing "runs it under a race detector"
}

int ok_told_once(pthread_t *t) {
    return pthread_create(t, NULL, work, NULL);
}
