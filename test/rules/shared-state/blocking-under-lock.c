// rules: shared-state-blocking-under-lock
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t table_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int entries;

int ok_count(void) {
    pthread_mutex_lock(&table_mu);
    int n = entries;
    pthread_mutex_unlock(&table_mu);
    return n;
}

void bad_sleep(void) {
    pthread_mutex_lock(&table_mu);
    sleep(1); // expect: shared-state-blocking-under-lock "'sleep' sleeps while 'table_mu' is held"
    pthread_mutex_unlock(&table_mu);
}

static void backoff(unsigned ms) {
    usleep(ms * 1000);
}

void bad_sleep_in_callee(void) {
    pthread_mutex_lock(&table_mu);
    backoff(100); // expect: shared-state-blocking-under-lock "this call sleeps ('usleep' at"
    pthread_mutex_unlock(&table_mu);
}

void bad_poll(struct pollfd *fds) {
    pthread_mutex_lock(&table_mu);
    poll(fds, 1, -1); // expect: shared-state-blocking-under-lock "'poll' may wait long"
    pthread_mutex_unlock(&table_mu);
}

int bad_child(void) {
    int status = 0;
    pthread_mutex_lock(&table_mu);
    waitpid(-1, &status, 0); // expect: shared-state-blocking-under-lock "'waitpid' may wait long"
    pthread_mutex_unlock(&table_mu);
    return status;
}

void bad_join(pthread_t thread) {
    pthread_mutex_lock(&table_mu);
    pthread_join(thread, NULL); // expect: shared-state-blocking-under-lock "waits for the end of a thread"
    pthread_mutex_unlock(&table_mu);
}

void ok_short(void) {
    pthread_mutex_lock(&table_mu);
    usleep(10);
    pthread_mutex_unlock(&table_mu);
}

void ok_no_wait(struct pollfd *fds) {
    pthread_mutex_lock(&table_mu);
    poll(fds, 1, 0);
    waitpid(-1, NULL, WNOHANG);
    pthread_mutex_unlock(&table_mu);
}

void ok_given_back(void) {
    pthread_mutex_lock(&table_mu);
    entries++;
    pthread_mutex_unlock(&table_mu);
    sleep(1);
}

void ok_condition(void) {
    pthread_mutex_lock(&table_mu);
    while (entries == 0) {
        pthread_cond_wait(&changed, &table_mu);
    }
    pthread_mutex_unlock(&table_mu);
}

static void nap_without_lock(void) {
    pthread_mutex_unlock(&table_mu);
    sleep(1);
    pthread_mutex_lock(&table_mu);
}

void ok_callee_gives_it_back(void) {
    pthread_mutex_lock(&table_mu);
    nap_without_lock();
    pthread_mutex_unlock(&table_mu);
}

static void wait_or_not(int wait) {
    if (wait) {
        sleep(1);
    }
}

void ok_does_not_wait_this_time(void) {
    pthread_mutex_lock(&table_mu);
    wait_or_not(0); // false: shared-state-blocking-under-lock a function without locks is not followed path by path
    pthread_mutex_unlock(&table_mu);
}

void ok_file(int fd, char *buffer) { // a note in profile review
    pthread_mutex_lock(&table_mu);
    (void)!write(fd, buffer, 1);
    pthread_mutex_unlock(&table_mu);
}

// The lock serialises what is received on the connection.
struct connection {
    pthread_mutex_t mu;
    int fd;
};

long ok_serialised(struct connection *c, char *buffer) {
    pthread_mutex_lock(&c->mu);
    long n = recv(c->fd, buffer, 1, 0);
    pthread_mutex_unlock(&c->mu);
    return n;
}

// A gate is there to be waited for: whoever passes gives it back at once.
static pthread_mutex_t ok_gate = PTHREAD_MUTEX_INITIALIZER;

void ok_pass(void) {
    pthread_mutex_lock(&ok_gate);
    pthread_mutex_unlock(&ok_gate);
}

void ok_close_gate(pthread_t *threads, int n) {
    pthread_mutex_lock(&ok_gate);
    for (int i = 0; i < n; i++) {
        pthread_join(threads[i], NULL);
    }
    sleep(1);
    pthread_mutex_unlock(&ok_gate);
}
