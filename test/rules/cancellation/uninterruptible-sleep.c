// cancellation-uninterruptible-sleep: what a stop has to wait for.
// rules: cancellation-uninterruptible-sleep
// profile: review
// program: whole
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

static atomic_bool do_run = true;
static pthread_t housekeeper, ticker, daemon_thread;

static void *bad_housekeeping(void *arg) {
    while (do_run) {
        sleep(30); // expect: cancellation-uninterruptible-sleep "30000 ms"
    }
    return arg;
}

static void *ok_short(void *arg) {
    while (do_run) {
        usleep(10000);
    }
    return arg;
}

static void *ok_nobody_waits(void *arg) {
    while (do_run) {
        sleep(30);
    }
    return arg;
}

int main(void) {
    pthread_create(&housekeeper, NULL, bad_housekeeping, NULL);
    pthread_create(&ticker, NULL, ok_short, NULL);
    pthread_create(&daemon_thread, NULL, ok_nobody_waits, NULL);
    do_run = false;
    pthread_join(housekeeper, NULL);
    pthread_join(ticker, NULL);
    return 0;
}
