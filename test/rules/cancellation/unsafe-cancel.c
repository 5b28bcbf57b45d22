// cancellation-unsafe-cancel: threads that are ended where they stand.
// rules: cancellation-unsafe-cancel
// profile: review
// program: whole
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct queue {
    pthread_mutex_t mu;
    pthread_cond_t cv;
    int *items;
    int fd;
    pthread_t workers[4];
    pthread_t careful;
    pthread_t deaf;
    pthread_t lockless;
};

// Cancelled in the wait, a worker takes the mutex back and ends with it: the next one hangs.
static void *worker(void *arg) {
    struct queue *q = arg;
    for (;;) {
        pthread_mutex_lock(&q->mu);
        while (!q->items) {
            pthread_cond_wait(&q->cv, &q->mu);
        }
        q->items = NULL;
        pthread_mutex_unlock(&q->mu);
    }
    return NULL;
}

static void bad_pool_stop(struct queue *q) {
    for (int i = 0; i < 4; i++) {
        pthread_cancel(q->workers[i]); // expect: cancellation-unsafe-cancel "'arg->mu' locked"
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(q->workers[i], NULL);
    }
}

// The same with a lock that is held while it writes.
static pthread_mutex_t log_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_t logger;

static void *write_log(void *arg) {
    int fd = *(int *)arg;
    for (;;) {
        pthread_mutex_lock(&log_mu);
        sleep(1);
        if (write(fd, ".", 1) < 0) {
            pthread_mutex_unlock(&log_mu);
            break;
        }
        pthread_mutex_unlock(&log_mu);
    }
    return NULL;
}

static void log_line(int fd) {
    pthread_mutex_lock(&log_mu);
    (void)!write(fd, "line\n", 5);
    pthread_mutex_unlock(&log_mu);
}

static void bad_logger_stop(void) {
    pthread_cancel(logger); // expect: cancellation-unsafe-cancel "log_mu"
    pthread_join(logger, NULL);
}

// A handler releases.
static void unlock(void *mu) {
    pthread_mutex_unlock(mu);
}

static void *ok_with_handler(void *arg) {
    struct queue *q = arg;
    for (;;) {
        pthread_mutex_lock(&q->mu);
        pthread_cleanup_push(unlock, &q->mu);
        while (!q->items) {
            pthread_cond_wait(&q->cv, &q->mu);
        }
        pthread_cleanup_pop(1);
    }
    return NULL;
}

// Cancellation is off while the lock is held.
static void *ok_disabled(void *arg) {
    struct queue *q = arg;
    int old = 0;
    for (;;) {
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
        pthread_mutex_lock(&q->mu);
        while (!q->items) {
            pthread_cond_wait(&q->cv, &q->mu);
        }
        pthread_mutex_unlock(&q->mu);
        pthread_setcancelstate(old, NULL);
        pthread_testcancel();
    }
    return NULL;
}

// No lock in sight.
static void *ok_lockless(void *arg) {
    struct queue *q = arg;
    char c = 0;
    while (read(q->fd, &c, 1) >= 0) {
    }
    return NULL;
}

static void ok_stop_others(struct queue *q) {
    pthread_cancel(q->careful);
    pthread_join(q->careful, NULL);
    pthread_cancel(q->deaf);
    pthread_join(q->deaf, NULL);
    pthread_cancel(q->lockless);
    pthread_join(q->lockless, NULL);
}

static void *bad_asynchronous(void *arg) {
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL); // expect: cancellation-unsafe-cancel "only compute"
    free(malloc(10));
    return arg;
}

static void *ok_deferred(void *arg) {
    pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL);
    return arg;
}

static void bad_kill(pthread_t t) {
    pthread_kill(t, SIGKILL); // expect: cancellation-unsafe-cancel "the process, not the thread"
}

static void ok_kill_interrupts(pthread_t t) { // a handler without effect is installed
    pthread_kill(t, SIGUSR1);
}

static void ok_handler(int signal) {
    (void)signal;
}

int main(void) {
    static struct queue q;
    pthread_t t[2];
    signal(SIGUSR1, ok_handler);
    for (int i = 0; i < 4; i++) {
        pthread_create(&q.workers[i], NULL, worker, &q);
    }
    pthread_create(&q.careful, NULL, ok_with_handler, &q);
    pthread_create(&q.deaf, NULL, ok_disabled, &q);
    pthread_create(&q.lockless, NULL, ok_lockless, &q);
    pthread_create(&logger, NULL, write_log, &q.fd);
    pthread_create(&t[0], NULL, bad_asynchronous, NULL);
    pthread_create(&t[1], NULL, ok_deferred, NULL);
    log_line(q.fd);
    ok_kill_interrupts(t[0]);
    bad_kill(t[1]);
    bad_pool_stop(&q);
    bad_logger_stop();
    ok_stop_others(&q);
    return 0;
}
