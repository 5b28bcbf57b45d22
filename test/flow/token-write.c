// Writing a few bytes to wake somebody does not wait, whoever holds a lock meanwhile; writing what there is may.
// rules: shared-state-blocking-under-lock
// profile: review
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static int wake_fd;
static int entries;

int ok_count(void) {
    pthread_mutex_lock(&mu);
    int n = entries;
    pthread_mutex_unlock(&mu);
    return n;
}

void ok_event(void) {
    uint64_t one = 1;
    pthread_mutex_lock(&mu);
    entries++;
    (void)!write(wake_fd, &one, sizeof one);
    pthread_mutex_unlock(&mu);
}

static void wake(void) {
    (void)!write(wake_fd, "x", 1);
}

void ok_in_callee(void) {
    pthread_mutex_lock(&mu);
    entries++;
    wake();
    pthread_mutex_unlock(&mu);
}

void bad_message(const char *text) {
    pthread_mutex_lock(&mu);
    (void)!write(wake_fd, text, strlen(text)); // expect: shared-state-blocking-under-lock "'write' may wait long"
    pthread_mutex_unlock(&mu);
}

static void say(const char *text, size_t size) {
    send(wake_fd, text, size, 0);
}

void bad_in_callee(const char *text) {
    pthread_mutex_lock(&mu);
    say(text, strlen(text)); // expect: shared-state-blocking-under-lock "'send'"
    pthread_mutex_unlock(&mu);
}
