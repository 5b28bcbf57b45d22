// panic-exit-in-worker: a thread ends the process. Reported at the call.
// rules: panic-exit-in-worker
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void save(void) {
    puts("saved");
}

static void fail(const char *why) {
    perror(why);
    exit(1); // expect: panic-exit-in-worker "bad_worker"
}

static void *bad_worker(void *arg) {
    if (!arg) {
        fail("no argument");
    }
    return arg;
}

static void *ok_child(void *arg) {
    if (fork() == 0) {
        exit(0);
    }
    return arg;
}

static void *ok_at_once(void *arg) {
    if (!arg) {
        abort();
    }
    return arg;
}

static void ok_main_only(void) {
    exit(2);
}

int main(int argc, char **argv) {
    pthread_t t[3];
    atexit(save);
    pthread_create(&t[0], NULL, bad_worker, argv);
    pthread_create(&t[1], NULL, ok_child, argv);
    pthread_create(&t[2], NULL, ok_at_once, argv);
    for (int i = 0; i < 3; i++) {
        pthread_join(t[i], NULL);
    }
    if (argc > 1) {
        ok_main_only();
    }
    return 0;
}
