// Locks taken before a fork and given back after it, in functions of their own, through wrappers. The whole program is in sight.
// RUN: mkdir -p %t && cp %s %t/a.c
// RUN: echo '[{"directory": "%t", "file": "a.c", "command": "cc -c a.c"}]' > %t/compile_commands.json
// RUN: %threadlint check -p %t --root %t --isolated --no-cache | %FileCheck %s
// CHECK: 0 errors, 0 warnings
#include <pthread.h>
#include <unistd.h>

struct mutex {
    pthread_mutex_t lock;
    int waiters;
};

static struct mutex arenas;

static void mutex_lock(struct mutex *m) {
    pthread_mutex_lock(&m->lock);
}

static void mutex_unlock(struct mutex *m) {
    pthread_mutex_unlock(&m->lock);
}

static void mutex_before_fork(struct mutex *m) {
    mutex_lock(m);
}

static void mutex_after_fork(struct mutex *m) {
    mutex_unlock(m);
}

static void arenas_before_fork(void) {
    mutex_before_fork(&arenas);
}

static void arenas_after_fork(void) {
    mutex_after_fork(&arenas);
}

static void before_fork(void) {
    arenas_before_fork();
}

static void after_fork(void) {
    arenas_after_fork();
}

int main(void) {
    pthread_atfork(before_fork, after_fork, NULL);
    return fork() < 0;
}
