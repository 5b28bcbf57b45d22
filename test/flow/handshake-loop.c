// rules: lifetime-stack-escape, lifetime-freed-before-join
// A loop waits until every thread has said that it is there.
#include <pthread.h>
#include <semaphore.h>

static void *ok_worker(void *arg) {
    sem_post(arg);
    return NULL;
}

void ok_start(pthread_t *threads, int n) {
    sem_t ready;
    if (sem_init(&ready, 0, 0)) {
        return;
    }
    for (int i = 0; i < n; i++) {
        pthread_create(&threads[i], NULL, ok_worker, &ready);
    }
    for (int i = 0; i < n; i++) {
        sem_wait(&ready);
    }
    sem_destroy(&ready);
}

void bad_start(pthread_t *threads, int n) {
    sem_t ready;
    if (sem_init(&ready, 0, 0)) {
        return;
    }
    for (int i = 0; i < n; i++) {
        pthread_create(&threads[i], NULL, ok_worker, &ready); // expect: lifetime-stack-escape "ready"
    }
}
