// cancellation-mixed-idioms: one file, several ways to stop a thread. One question per file, at the cruder way.
// rules: cancellation-mixed-idioms
// profile: review
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

static atomic_bool quit;
static pthread_t flusher;
static pthread_t listener;
static pthread_t second;

static void *flush(void *arg) {
    while (!atomic_load(&quit)) {
        usleep(1000);
    }
    return arg;
}

static void *listen_on(void *arg) {
    char c;
    while (read(*(int *)arg, &c, 1) == 1) {
    }
    return NULL;
}

static void *also_flush(void *arg) {
    while (!atomic_load(&quit)) {
        usleep(1000);
    }
    return arg;
}

static int fd;

int bad_start(void) {
    return pthread_create(&flusher, NULL, flush, NULL) || pthread_create(&listener, NULL, listen_on, &fd) ||
           pthread_create(&second, NULL, also_flush, NULL);
}

void bad_stop(void) {
    atomic_store(&quit, true);
    pthread_cancel(listener); // expect: cancellation-mixed-idioms "stops the thread of 'listen_on' by cancelling it"
    pthread_join(flusher, NULL);
    pthread_join(listener, NULL);
}

// Another thread that is stopped in the way of the first.
void ok_stop_second(void) {
    atomic_store(&quit, true);
    pthread_join(second, NULL);
}
