// shared-state-signal-function: signal() in a handler, and in a program with threads (told once).
// profile: review
// rules: shared-state-signal-function
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t seen;

static void bad_again(int s) {
    seen = s;
    signal(s, bad_again); // expect: shared-state-signal-function "installs"
}

static void ok_default(int s) {
    signal(s, SIG_DFL); // expect: shared-state-signal-function "threads"
}

static void *work(void *arg) {
    return arg;
}

int main(void) {
    pthread_t t;
    struct sigaction sa = {.sa_handler = ok_default};
    sigaction(SIGINT, &sa, NULL);
    signal(SIGUSR1, bad_again);
    pthread_create(&t, NULL, work, NULL);
    pthread_join(t, NULL);
    return 0;
}
