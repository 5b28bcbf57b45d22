// observability-blind-queue: nothing tells how full a queue is. Reported where the first sender adds.
// rules: observability-blind-queue
// profile: review
// program: whole
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>

enum { SIZE = 16 };

struct blind {
    pthread_mutex_t mu;
    pthread_cond_t more;
    int items[SIZE];
    unsigned tail;
    unsigned count;
};

int bad_push(struct blind *q, int x) {
    pthread_mutex_lock(&q->mu);
    if (q->count == SIZE) {
        pthread_mutex_unlock(&q->mu);
        return -1;
    }
    q->items[q->tail++ % SIZE] = x;
    q->count++; // expect: observability-blind-queue "blind::count"
    pthread_cond_signal(&q->more);
    pthread_mutex_unlock(&q->mu);
    return 0;
}

static void *blind_worker(void *arg) {
    struct blind *q = arg;
    for (;;) {
        pthread_mutex_lock(&q->mu);
        while (q->count == 0) {
            pthread_cond_wait(&q->more, &q->mu);
        }
        q->count--;
        int x = q->items[q->count % SIZE];
        pthread_mutex_unlock(&q->mu);
        printf("%d\n", x);
    }
}

struct seen {
    pthread_mutex_t mu;
    pthread_cond_t more;
    int items[SIZE];
    unsigned tail;
    unsigned count;
};

int ok_push(struct seen *q, int x) {
    pthread_mutex_lock(&q->mu);
    if (q->count == SIZE) {
        pthread_mutex_unlock(&q->mu);
        return -1;
    }
    q->items[q->tail++ % SIZE] = x;
    q->count++;
    pthread_cond_signal(&q->more);
    pthread_mutex_unlock(&q->mu);
    return 0;
}

static void *seen_worker(void *arg) {
    struct seen *q = arg;
    for (;;) {
        pthread_mutex_lock(&q->mu);
        while (q->count == 0) {
            pthread_cond_wait(&q->more, &q->mu);
        }
        q->count--;
        int x = q->items[q->count % SIZE];
        pthread_mutex_unlock(&q->mu);
        printf("%d\n", x);
    }
}

void print_status(struct seen *q) {
    pthread_mutex_lock(&q->mu);
    printf("waiting: %u\n", q->count);
    pthread_mutex_unlock(&q->mu);
}

int start_all(struct blind *b, struct seen *s) {
    pthread_t t;
    pthread_t u;
    int rc = pthread_create(&t, NULL, blind_worker, b) == 0 ? pthread_detach(t) : -1;
    return rc == 0 && pthread_create(&u, NULL, seen_worker, s) == 0 ? pthread_detach(u) : -1;
}
