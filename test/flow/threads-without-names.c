// observability-unnamed-thread: a program that names no thread is asked once.
// profile: review
// rules: observability-unnamed-thread
#include <pthread.h>
#include <stddef.h>

static void *bad_flush(void *arg) {
    return arg;
}

static void *ok_told_with_the_other(void *arg) {
    return arg;
}

int main(void) {
    pthread_t t[2];
    pthread_create(&t[0], NULL, bad_flush, NULL); // expect: observability-unnamed-thread "2 kinds of threads, this one runs 'bad_flush'"
    pthread_create(&t[1], NULL, ok_told_with_the_other, NULL);
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
    return 0;
}
