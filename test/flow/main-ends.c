// Locks that main holds when it returns end with the process; those of a function it calls do not.
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t log_mu = PTHREAD_MUTEX_INITIALIZER;
static int lines;

int bad_helper_of_main(int argc) {
    pthread_mutex_lock(&log_mu);
    if (argc > 2) {
        return -1; // expect: shared-state-lock-leak "log_mu"
    }
    lines++;
    pthread_mutex_unlock(&log_mu);
    return 0;
}

int main(int argc, char **argv) {
    pthread_mutex_lock(&log_mu);
    if (argc < 2) {
        fprintf(stderr, "usage: %s FILE\n", argv[0]);
        return 2;
    }
    lines++;
    pthread_mutex_unlock(&log_mu);
    return bad_helper_of_main(argc) == 0 ? 0 : 1;
}
