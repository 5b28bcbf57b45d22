// ownership-fire-and-forget: detached threads and who knows of them.
// rules: ownership-fire-and-forget
// profile: review
// program: whole
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_int in_flight;
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t idle = PTHREAD_COND_INITIALIZER;
static atomic_bool quit;

static void *upload(void *arg) {
    sleep(1);
    free(arg);
    return NULL;
}

static void bad_upload_later(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, upload, malloc(10)) == 0) { // expect: ownership-fire-and-forget "'upload'"
        pthread_detach(t);
    }
}

static void *counted(void *arg) {
    sleep(1);
    in_flight--;
    return arg;
}

static void ok_counted(void) {
    pthread_t t;
    in_flight++;
    if (pthread_create(&t, NULL, counted, NULL) == 0) {
        pthread_detach(t);
    }
}

static void *signals(void *arg) {
    pthread_mutex_lock(&mu);
    pthread_cond_signal(&idle);
    pthread_mutex_unlock(&mu);
    return arg;
}

static void ok_signals(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, signals, NULL) == 0) {
        pthread_detach(t);
    }
}

static void *stoppable(void *arg) {
    while (!quit) {
        usleep(1000);
    }
    return arg;
}

static void ok_stoppable(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, stoppable, NULL) == 0) {
        pthread_detach(t);
    }
}

int main(void) {
    bad_upload_later();
    ok_counted();
    ok_signals();
    ok_stoppable();
    pthread_mutex_lock(&mu);
    pthread_cond_wait(&idle, &mu);
    pthread_mutex_unlock(&mu);
    quit = true;
    return 0;
}
