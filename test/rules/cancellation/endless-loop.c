// cancellation-endless-loop: loops of threads without a way out, as in I/O threads, samplers and
// watchdogs.
// rules: cancellation-endless-loop
// profile: review
// program: whole
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct io {
    pthread_mutex_t mu;
    pthread_cond_t cond;
    int *queue;
    pthread_t thread;
    pthread_t cancelled;
    int fd;
};

// An engine's I/O thread: the queue is drained for ever, and close() joins it.
static void *bad_io_thread(void *arg) {
    struct io *e = arg;
    while (1) { // expect: cancellation-endless-loop "never leaves this loop"
        pthread_mutex_lock(&e->mu);
        if (!e->queue) {
            pthread_cond_wait(&e->cond, &e->mu);
        }
        e->queue = NULL;
        pthread_mutex_unlock(&e->mu);
        assert(e->fd >= 0);
    }
    return NULL;
}

static void io_close(struct io *e) {
    pthread_join(e->thread, NULL);
    pthread_mutex_destroy(&e->mu);
    free(e);
}

static void *bad_watchdog(void *arg) {
    for (;;) { // expect: cancellation-endless-loop "is it meant to run"
        if (write(1, ".", 1) < 0 && errno == EBADF) {
            perror("watchdog");
        }
        sleep(1);
    }
    return arg;
}

// main keeps the process alive with a join: nothing comes after it
static void *bad_service(void *arg) {
    for (;;) { // expect: cancellation-endless-loop "is it meant to run"
        pause();
    }
    return arg;
}

static void *ok_cancelled(void *arg) {
    struct io *e = arg;
    for (;;) {
        pthread_testcancel();
        e->fd = e->fd > 3 ? e->fd : 3;
        usleep(100);
    }
    return NULL;
}

static void ok_cancel(struct io *e) {
    pthread_cancel(e->cancelled);
    pthread_join(e->cancelled, NULL);
    free(e);
}

static void *ok_end_of_input(void *arg) {
    char c = 0;
    for (;;) {
        if (read(*(int *)arg, &c, 1) == 0) {
            break;
        }
    }
    return NULL;
}

static void finish(int code) {
    if (code) {
        pthread_exit(NULL);
    }
}

static void *ok_exits_in_callee(void *arg) {
    for (;;) {
        finish(*(int *)arg);
        usleep(100);
    }
    return NULL;
}

// A signal thread that ends the process.
static void *ok_signal_thread(void *arg) {
    for (;;) {
        int got = 0;
        sigwait(arg, &got);
        if (got == SIGTERM) {
            exit(0);
        }
    }
    return NULL;
}

int main(void) {
    struct io *a = calloc(1, sizeof *a);
    struct io *b = calloc(1, sizeof *b);
    pthread_t t[5];
    static sigset_t set;
    pthread_create(&a->thread, NULL, bad_io_thread, a);
    pthread_create(&b->cancelled, NULL, ok_cancelled, b);
    pthread_create(&t[0], NULL, bad_watchdog, NULL);
    pthread_create(&t[1], NULL, bad_service, NULL);
    pthread_create(&t[2], NULL, ok_end_of_input, &a->fd);
    pthread_create(&t[3], NULL, ok_exits_in_callee, &a->fd);
    pthread_create(&t[4], NULL, ok_signal_thread, &set);
    io_close(a);
    ok_cancel(b);
    pthread_join(t[1], NULL);
    return 0;
}
