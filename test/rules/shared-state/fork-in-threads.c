// shared-state-fork-in-threads: reported at the fork.
// rules: shared-state-fork-in-threads
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *work(void *arg) {
    return arg;
}

static void bad_child_goes_on(void) {
    pid_t child = fork(); // expect: shared-state-fork-in-threads "child goes on"
    if (child == 0) {
        printf("in the child\n");
        exit(0);
    }
}

static void ok_exec(void) {
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/true", "true", (char *)NULL);
        _exit(127);
    }
}

static void ok_before_threads(void) {
    if (fork() == 0) {
        printf("daemon\n");
    }
}

int main(void) {
    pthread_t t;
    ok_before_threads();
    pthread_create(&t, NULL, work, NULL);
    bad_child_goes_on();
    ok_exec();
    pthread_join(t, NULL);
    return 0;
}
