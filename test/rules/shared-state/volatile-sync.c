// shared-state-volatile-sync: volatile variables that carry data or counts between threads.
// rules: shared-state-volatile-sync, shared-state-race, cancellation-plain-flag
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static volatile long requests;
static volatile long guarded;
static volatile int position;
static volatile bool stop;
static volatile sig_atomic_t from_signal;
static volatile long only_here;
static volatile uint32_t *const device = (uint32_t *)0x40001000;

static void *bad_reader(void *arg) {
    requests++; // expect: shared-state-volatile-sync "requests"
    while (position < 100) {
    }
    return arg;
}

static void *ok_reader(void *arg) {
    while (!stop) { // expect: cancellation-plain-flag "stop"
        pthread_mutex_lock(&m);
        guarded++;
        pthread_mutex_unlock(&m);
        *device = 1;
        from_signal = from_signal + 3;
    }
    only_here++;
    return arg;
}

void bad_writer(int n) {
    position = n; // expect: shared-state-volatile-sync "position"
    requests++; // expect: shared-state-volatile-sync "requests"
}

int main(void) {
    pthread_t a;
    pthread_t b;
    if (pthread_create(&a, NULL, bad_reader, NULL) != 0) {
        return 1;
    }
    if (pthread_create(&b, NULL, ok_reader, NULL) != 0) {
        return 1;
    }
    bad_writer(7);
    pthread_mutex_lock(&m);
    guarded++;
    pthread_mutex_unlock(&m);
    *device = 2;
    from_signal = from_signal + 4;
    stop = true;
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    return 0;
}
