// rules: shared-state-race shared-state-fork-in-threads
// The child of a fork is alone in its process: threads it starts are not there in its parent, nor in the
// children before and after it.
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static int ticks, my_pid, ready, served;

static void *ok_tick(void *arg) {
    while (my_pid) {
        ticks++;
    }
    return arg;
}

static void bad_serve(int fd) {
    pthread_t t;
    ready = fd;
    if (pthread_create(&t, NULL, ok_tick, NULL)) {
        exit(1);
    }
    pthread_detach(t);
    while (read(fd, &fd, sizeof fd) > 0) {
        served++; // expect: shared-state-race "served"
    }
}

static void *watch(void *arg) {
    while (served < 8) {
        sleep(1);
    }
    return arg;
}

static int ok_spawn(int fd) {
    pid_t pid = fork();
    switch (pid) {
    case -1:
        return -1;
    case 0:
        my_pid = getpid();
        bad_serve(fd);
        break;
    default:
        break;
    }
    return pid;
}

int main(void) {
    pthread_t t;
    for (int fd = 0; fd < 8; fd++) {
        pid_t pid = fork();
        if (pid) {
            continue;
        }
        my_pid = getpid();
        bad_serve(fd);
        _exit(0);
    }
    for (int fd = 0; fd < 8; fd++) {
        ok_spawn(fd);
    }
    my_pid = 0;
    if (pthread_create(&t, NULL, watch, NULL)) {
        return 1;
    }
    bad_serve(8);
    return pthread_join(t, NULL);
}
