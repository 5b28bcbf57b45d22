// error-unchecked-lock: the result of locking a mutex that is made to fail is ignored.
// profile: review
// rules: error-unchecked-lock
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct shared {
    pthread_mutex_t robust;
    pthread_mutex_t checked;
    pthread_mutex_t plain;
    pthread_mutex_t recursive;
    int jobs;
};

int init(struct shared *s) {
    pthread_mutexattr_t a;
    pthread_mutexattr_t b;
    pthread_mutexattr_t c;
    pthread_mutexattr_t d;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_init(&b);
    pthread_mutexattr_settype(&b, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutexattr_init(&c);
    pthread_mutexattr_settype(&c, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutexattr_init(&d);
    pthread_mutexattr_setrobust(&d, PTHREAD_MUTEX_STALLED);
    return pthread_mutex_init(&s->robust, &a) || pthread_mutex_init(&s->checked, &b) ||
           pthread_mutex_init(&s->recursive, &c) || pthread_mutex_init(&s->plain, &d);
}

void bad_robust(struct shared *s) {
    pthread_mutex_lock(&s->robust); // expect: error-unchecked-lock "robust"
    s->jobs++;
    pthread_mutex_unlock(&s->robust);
}

void bad_error_checking(struct shared *s) {
    pthread_mutex_lock(&s->checked); // expect: error-unchecked-lock "error-checking"
    s->jobs++;
    pthread_mutex_unlock(&s->checked);
}

int ok_looks(struct shared *s) {
    int err = pthread_mutex_lock(&s->robust);
    if (err == EOWNERDEAD) {
        s->jobs = 0;
        err = pthread_mutex_consistent(&s->robust);
    }
    if (err == 0) {
        s->jobs++;
        pthread_mutex_unlock(&s->robust);
    }
    return err;
}

void ok_aborts(struct shared *s) {
    if (pthread_mutex_lock(&s->checked) != 0) {
        abort();
    }
    s->jobs++;
    pthread_mutex_unlock(&s->checked);
}

void ok_plain(struct shared *s) {
    pthread_mutex_lock(&s->plain);
    s->jobs++;
    pthread_mutex_unlock(&s->plain);
    pthread_mutex_lock(&s->recursive);
    s->jobs++;
    pthread_mutex_unlock(&s->recursive);
}
