// Ways to give a lock back that are not written on each path.
// rules: shared-state-lock-leak
#include <pthread.h>
#include <setjmp.h>
#include <stddef.h>

int use(int fd);

static void unlock(pthread_mutex_t **m) {
    pthread_mutex_unlock(*m);
}

int ok_attribute(pthread_mutex_t *m, int fd) {
    __attribute__((cleanup(unlock))) pthread_mutex_t *held = m;
    pthread_mutex_lock(m);
    if (fd < 0) {
        return -1;
    }
    return use(fd);
}

int ok_goto(pthread_mutex_t *m, int fd) {
    int r = -1;
    pthread_mutex_lock(m);
    if (fd < 0) {
        goto out;
    }
    r = use(fd);
out:
    pthread_mutex_unlock(m);
    return r;
}

int bad_goto(pthread_mutex_t *m, int fd) {
    int r = -1;
    pthread_mutex_lock(m);
    if (fd < 0) {
        goto out;
    }
    r = use(fd);
    pthread_mutex_unlock(m);
out:
    return r; // expect: shared-state-lock-leak
}

static void give_back(void *m) {
    pthread_mutex_unlock(m);
}

int ok_pushed(pthread_mutex_t *m, int fd) {
    int r;
    pthread_mutex_lock(m);
    pthread_cleanup_push(give_back, m);
    r = use(fd);
    pthread_cleanup_pop(1);
    return r;
}

static jmp_buf failed;

// What comes back by longjmp is not followed: nothing is said.
int ok_jump(pthread_mutex_t *m, int fd) {
    if (setjmp(failed)) {
        pthread_mutex_unlock(m);
        return -1;
    }
    pthread_mutex_lock(m);
    int r = use(fd);
    pthread_mutex_unlock(m);
    return r;
}
