// observability-unnamed-thread: reported at the start.
// profile: review
// rules: observability-unnamed-thread
#define _GNU_SOURCE
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>

static void *bad_nameless(void *arg) {
    return arg;
}

static void *ok_names_itself(void *arg) {
    pthread_setname_np(pthread_self(), "worker");
    return arg;
}

static void *ok_prctl(void *arg) {
    prctl(PR_SET_NAME, "worker");
    return arg;
}

static void *ok_named_by_starter(void *arg) {
    return arg;
}

static void start_named(pthread_t *t) {
    pthread_create(t, NULL, ok_named_by_starter, NULL);
    pthread_setname_np(*t, "named");
}

int main(void) {
    pthread_t t[4];
    pthread_create(&t[0], NULL, bad_nameless, NULL); // expect: observability-unnamed-thread "bad_nameless"
    pthread_create(&t[1], NULL, ok_names_itself, NULL);
    pthread_create(&t[2], NULL, ok_prctl, NULL);
    start_named(&t[3]);
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], NULL);
    }
    return 0;
}
