// Names of the Linux kernel that a program gives to functions of its own: their bodies say what they do, not the kernel's model.
// rules: shared-state-double-lock, shared-state-lock-leak, shared-state-trylock-ignored, shared-state-unlock-not-held
#include <pthread.h>

struct mutex {
    pthread_mutex_t m;
};

// 0 when it is taken, unlike the kernel's.
static int mutex_trylock(struct mutex *m) {
    return pthread_mutex_trylock(&m->m);
}
static void mutex_unlock(struct mutex *m) {
    pthread_mutex_unlock(&m->m);
}
// Takes no lock at all.
static int down_read(int *s) {
    return ++*s;
}

int ok_own_try(struct mutex *m) {
    if (mutex_trylock(m) != 0)
        return -1;
    mutex_unlock(m);
    return 0;
}
int bad_own_twice(struct mutex *m) {
    if (mutex_trylock(m) != 0)
        return -1;
    pthread_mutex_lock(&m->m); // expect: shared-state-double-lock
    mutex_unlock(m);
    return 0;
}
int ok_own_down(int *s) {
    down_read(s);
    return down_read(s);
}
