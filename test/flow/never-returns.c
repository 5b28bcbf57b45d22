// A function that never returns, although no declaration says so.
// rules: shared-state-lock-leak, shared-state-double-lock, shared-state-trylock-ignored, shared-state-unlock-not-held, shared-state-lost-wakeup, shared-state-wait-without-loop
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct monitor {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    long value;
};

static void (*on_failure)(int) = NULL;

static void fail(int err) {
    fprintf(stderr, "error %d\n", err);
    if (on_failure != NULL) {
        on_failure(err);
    }
    exit(err);
}

static void fail_because(const char *text, int err) {
    fputs(text, stderr);
    fail(err);
}

void enter(struct monitor *m) {
    int err = pthread_mutex_lock(&m->mutex);
    if (err) {
        fail(err);
    }
}

void leave(struct monitor *m) {
    int err = pthread_mutex_unlock(&m->mutex);
    if (err) {
        fail_because("unlock", err);
    }
}

// The caller has the lock: it is given back here.
void add(struct monitor *m, long by) {
    m->value += by;
    int err = pthread_cond_broadcast(&m->cond);
    if (err) {
        fail(err);
    }
    leave(m);
}

void await(struct monitor *m, long value) {
    while (m->value != value) {
        int err = pthread_cond_wait(&m->cond, &m->mutex);
        if (err) {
            fail(err);
        }
    }
}

void ok_ends(struct monitor *m) {
    enter(m);
    if (m->value < 0) {
        fail_because("value", 3);
    }
    await(m, 1);
    add(m, 1);
}

static void complain(int err) {
    if (err > 10) {
        exit(err);
    }
    fprintf(stderr, "error %d\n", err);
}

int bad_comes_back(struct monitor *m) {
    enter(m);
    if (m->value < 0) {
        complain(3);
        return -1; // expect: shared-state-lock-leak "m->mutex"
    }
    leave(m);
    return 0;
}
