// A lock that is destroyed, or used, by a state that the callee keeps in memory: a count of owners,
// a flag "was made ready".
// rules: shared-state-lock-lifecycle
#include <pthread.h>
#include <stdlib.h>

struct object {
    pthread_mutex_t mu;
    int owners;
    int ready;
    int n;
};

static void end(struct object *o) {
    pthread_mutex_destroy(&o->mu);
    free(o);
}

static void drop(struct object *o) {
    pthread_mutex_lock(&o->mu);
    o->owners--;
    int last = o->owners == 0;
    pthread_mutex_unlock(&o->mu);
    if (last) {
        end(o);
    }
}

static int drop_and_count(struct object *o) {
    pthread_mutex_lock(&o->mu);
    int left = --o->owners;
    int n = o->n;
    pthread_mutex_unlock(&o->mu);
    if (left == 0) {
        end(o);
    }
    return n;
}

void ok_two_drops(struct object *o) {
    if (drop_and_count(o) > 0) {
        drop(o);
    }
    drop(o);
}

static int start(struct object *o, int wanted) {
    o->ready = 0;
    if (!wanted) {
        pthread_mutex_destroy(&o->mu);
        return -1;
    }
    o->ready = 1;
    return 0;
}

static void stop(struct object *o) {
    if (!o->ready) {
        return;
    }
    pthread_mutex_lock(&o->mu);
    o->n = 0;
    pthread_mutex_unlock(&o->mu);
}

void ok_stop_what_did_not_start(struct object *o, int wanted) {
    if (start(o, wanted) != 0) {
        stop(o);
    }
}

static void finish(struct object *o) {
    o->ready = 0;
    pthread_mutex_destroy(&o->mu);
}

void bad_used_afterwards(struct object *o) {
    finish(o);
    pthread_mutex_lock(&o->mu); // expect: shared-state-lock-lifecycle "o->mu"
}
