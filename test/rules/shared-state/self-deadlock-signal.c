// shared-state-self-deadlock-signal: a handler waits for a lock that it may interrupt the holder of. Reported in the handler.
// rules: shared-state-self-deadlock-signal
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t handlers_own = PTHREAD_MUTEX_INITIALIZER;
static int count;

static void log_line(void) {
    pthread_mutex_lock(&log_mu);
    count++;
    pthread_mutex_unlock(&log_mu);
}

static void bad_locks(int s) {
    (void)s;
    pthread_mutex_lock(&mu); // expect: shared-state-self-deadlock-signal "mu"
    count = 0;
    pthread_mutex_unlock(&mu);
}

static void bad_in_callee(int s) {
    (void)s;
    log_line(); // expect: shared-state-self-deadlock-signal "log_mu"
}

static void ok_try(int s) {
    (void)s;
    if (pthread_mutex_trylock(&mu) == 0) {
        count = 0;
        pthread_mutex_unlock(&mu);
    }
}

static void ok_nobody_else(int s) {
    (void)s;
    pthread_mutex_lock(&handlers_own);
    count = 0;
    pthread_mutex_unlock(&handlers_own);
}

static void ok_write(int s) {
    char c = (char)s;
    if (write(2, &c, 1) < 0) {
        abort();
    }
}

int main(void) {
    signal(SIGINT, bad_locks);
    signal(SIGUSR1, bad_in_callee);
    signal(SIGUSR2, ok_try);
    signal(SIGHUP, ok_nobody_else);
    signal(SIGTERM, ok_write);
    for (;;) {
        pthread_mutex_lock(&mu);
        count++;
        pthread_mutex_unlock(&mu);
        log_line();
    }
}
