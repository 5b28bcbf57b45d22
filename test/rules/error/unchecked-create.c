// error-unchecked-create: nothing looks at whether a thread was started, and its handle is used. Reported at the start.
// rules: error-unchecked-create
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <threads.h>

struct server {
    pthread_t main;
    pthread_t idle;
    pthread_t never_joined;
};

void *work(void *arg);
int work_c11(void *arg);
void check(int rc);

void bad_joined_here(void *job) {
    pthread_t t;
    pthread_create(&t, NULL, work, job); // expect: error-unchecked-create "is not looked at"
    pthread_join(t, NULL);
}

void bad_detached_here(void *job) {
    pthread_t t;
    (void)pthread_create(&t, NULL, work, job); // expect: error-unchecked-create "is not looked at"
    pthread_detach(t);
}

void bad_c11(void *job) {
    thrd_t t;
    thrd_create(&t, work_c11, job); // expect: error-unchecked-create "is not looked at"
    thrd_join(t, NULL);
}

void bad_joined_elsewhere(struct server *s) {
    pthread_create(&s->main, NULL, work, s); // expect: error-unchecked-create "is not looked at"
}

void stop(struct server *s) {
    pthread_join(s->main, NULL);
    pthread_join(s->idle, NULL);
}

int ok_tested(struct server *s) {
    if (pthread_create(&s->idle, NULL, work, s) != 0) {
        return -1;
    }
    return 0;
}

int ok_handed_on(struct server *s) {
    int rc = pthread_create(&s->idle, NULL, work, s);
    return rc;
}

void ok_judged_elsewhere(struct server *s) {
    check(pthread_create(&s->idle, NULL, work, s));
}

void ok_never_used(struct server *s) {
    pthread_create(&s->never_joined, NULL, work, s);
}

void ok_aborts(struct server *s) {
    if (pthread_create(&s->idle, NULL, work, s)) {
        abort();
    }
}
