// backpressure-block-forever: the loop that takes what peers send waits for room without a limit. Reported at the call.
// rules: backpressure-block-forever
// profile: review
// program: whole
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 16 };

struct queue {
    pthread_mutex_t mu;
    pthread_cond_t more;
    pthread_cond_t room;
    int items[SIZE];
    unsigned head;
    unsigned tail;
    unsigned count;
};

static void push(struct queue *q, int x) {
    pthread_mutex_lock(&q->mu);
    while (q->count == SIZE) {
        pthread_cond_wait(&q->room, &q->mu);
    }
    q->items[q->tail] = x;
    q->tail = (q->tail + 1) % SIZE;
    q->count++;
    pthread_cond_signal(&q->more);
    pthread_mutex_unlock(&q->mu);
}

static int pop(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    while (q->count == 0) {
        pthread_cond_wait(&q->more, &q->mu);
    }
    int x = q->items[q->head];
    q->head = (q->head + 1) % SIZE;
    q->count--;
    pthread_cond_signal(&q->room);
    pthread_mutex_unlock(&q->mu);
    return x;
}

static void handle(struct queue *q, int fd) {
    push(q, fd);
}

void bad_accepts(struct queue *q, int listener) {
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0) {
            handle(q, fd); // expect: backpressure-block-forever "without a time limit"
        }
    }
}

struct timed {
    pthread_mutex_t mu;
    pthread_cond_t more;
    pthread_cond_t room;
    int items[SIZE];
    unsigned tail;
    unsigned count;
};

static int timed_push(struct timed *q, int x, const struct timespec *until) {
    int rc = 0;
    pthread_mutex_lock(&q->mu);
    while (q->count == SIZE && rc == 0) {
        rc = pthread_cond_timedwait(&q->room, &q->mu, until);
    }
    if (rc == 0) {
        q->items[q->tail++ % SIZE] = x;
        q->count++;
        pthread_cond_signal(&q->more);
    }
    pthread_mutex_unlock(&q->mu);
    return rc;
}

int timed_pop(struct timed *q) {
    pthread_mutex_lock(&q->mu);
    while (q->count == 0) {
        pthread_cond_wait(&q->more, &q->mu);
    }
    q->count--;
    int x = q->items[q->count % SIZE];
    pthread_cond_signal(&q->room);
    pthread_mutex_unlock(&q->mu);
    return x;
}

void ok_timed(struct timed *q, int listener) {
    struct timespec until = {0};
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0 && timed_push(q, fd, &until) != 0) {
            close(fd);
        }
    }
}

void ok_not_from_peers(struct queue *q, const int *numbers, int n) {
    for (int i = 0; i < n; i++) {
        push(q, numbers[i]);
    }
}

int sum(struct queue *q) {
    return pop(q) + pop(q);
}
