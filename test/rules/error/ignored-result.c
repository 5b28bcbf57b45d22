// error-ignored-result: a thread's result tells that it failed, and the join throws it away. Reported at the join.
// rules: error-ignored-result
// profile: review
#include <pthread.h>
#include <stddef.h>
#include <threads.h>

struct task {
    pthread_t thread;
    int fd;
    int error;
};

int load(struct task *t);

static void *work(void *arg) {
    if (load(arg) != 0) {
        return (void *)1;
    }
    return NULL;
}

int bad_thrown_away(struct task *t) {
    pthread_t id;
    if (pthread_create(&id, NULL, work, t) != 0) {
        return -1;
    }
    pthread_join(id, NULL); // expect: error-ignored-result "the thread of 'work' tells by its result 1"
    return 0;
}

static void *kept_work(void *arg) {
    if (load(arg) != 0) {
        return (void *)-1;
    }
    return NULL;
}

int start(struct task *t) {
    return pthread_create(&t->thread, NULL, kept_work, t);
}

void bad_joined_elsewhere(struct task *t) {
    pthread_join(t->thread, NULL); // expect: error-ignored-result "its result -1"
}

static int c11_work(void *arg) {
    if (load(arg) != 0) {
        return 2;
    }
    return 0;
}

int bad_c11(struct task *t) {
    thrd_t id;
    if (thrd_create(&id, c11_work, t) != thrd_success) {
        return -1;
    }
    thrd_join(id, NULL); // expect: error-ignored-result "its result 2"
    return 0;
}

static void *seen_work(void *arg) {
    if (load(arg) != 0) {
        return (void *)1;
    }
    return NULL;
}

int ok_looked_at(struct task *t) {
    pthread_t id;
    void *result = NULL;
    if (pthread_create(&id, NULL, seen_work, t) != 0) {
        return -1;
    }
    pthread_join(id, &result);
    return result != NULL;
}

static void *stored_work(void *arg) { // told in another way
    struct task *t = arg;
    if (load(t) != 0) {
        t->error = 1;
        return (void *)1;
    }
    return NULL;
}

int ok_stored(struct task *t) {
    pthread_t id;
    if (pthread_create(&id, NULL, stored_work, t) != 0) {
        return -1;
    }
    pthread_join(id, NULL);
    return t->error;
}

static void *plain_work(void *arg) { // no results
    load(arg);
    return NULL;
}

int ok_no_result(struct task *t) {
    pthread_t id;
    if (pthread_create(&id, NULL, plain_work, t) != 0) {
        return -1;
    }
    return pthread_join(id, NULL);
}
