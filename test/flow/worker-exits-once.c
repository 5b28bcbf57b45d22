// panic-exit-in-worker: without teardown all exits of one thread are one question.
// rules: panic-exit-in-worker
// profile: review
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

int open_link(void);
int read_link(int fd);

static void *bad_read(void *arg) {
    int fd = open_link();
    if (fd < 0) {
        fprintf(stderr, "no link\n");
        exit(1); // expect: panic-exit-in-worker "the thread 'bad_read' ends the whole process"
    }
    if (read_link(fd) < 0) {
        fprintf(stderr, "lost\n");
        exit(2);
    }
    return arg;
}

int main(void) {
    pthread_t t;
    if (pthread_create(&t, NULL, bad_read, NULL) != 0) {
        return 1;
    }
    return pthread_join(t, NULL);
}
