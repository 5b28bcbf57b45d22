// backpressure-unbounded-producer: what peers send goes into a queue without a capacity. Reported at the call in the loop.
// rules: backpressure-unbounded-producer
// profile: review
// program: whole
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct client {
    struct client *next;
    int fd;
};

struct queue {
    pthread_mutex_t mu;
    pthread_cond_t more;
    struct client *head;
    unsigned count;
};

static void push(struct queue *q, int fd) {
    struct client *c = malloc(sizeof *c);
    c->fd = fd;
    pthread_mutex_lock(&q->mu);
    c->next = q->head;
    q->head = c;
    pthread_cond_signal(&q->more);
    pthread_mutex_unlock(&q->mu);
}

static struct client *pop(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    while (!q->head) {
        pthread_cond_wait(&q->more, &q->mu);
    }
    struct client *c = q->head;
    q->head = c->next;
    pthread_mutex_unlock(&q->mu);
    return c;
}

void bad_accepts(struct queue *q, int listener) {
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0) {
            push(q, fd); // expect: backpressure-unbounded-producer "queue::head"
        }
    }
}

// With a limit.
struct limited {
    pthread_mutex_t mu;
    pthread_cond_t more;
    struct client *head;
    unsigned count;
};

static int limited_push(struct limited *q, int fd) {
    struct client *c = malloc(sizeof *c);
    c->fd = fd;
    pthread_mutex_lock(&q->mu);
    if (q->count >= 100) {
        pthread_mutex_unlock(&q->mu);
        free(c);
        return -1;
    }
    c->next = q->head;
    q->head = c;
    q->count++;
    pthread_cond_signal(&q->more);
    pthread_mutex_unlock(&q->mu);
    return 0;
}

struct client *limited_pop(struct limited *q) {
    pthread_mutex_lock(&q->mu);
    while (!q->head) {
        pthread_cond_wait(&q->more, &q->mu);
    }
    struct client *c = q->head;
    q->head = c->next;
    q->count--;
    pthread_mutex_unlock(&q->mu);
    return c;
}

void ok_limited(struct limited *q, int listener) {
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0 && limited_push(q, fd) != 0) {
            close(fd);
        }
    }
}

static void *worker(void *arg) {
    for (;;) {
        struct client *c = pop(arg);
        close(c->fd);
        free(c);
    }
}

int start(struct queue *q) {
    pthread_t t;
    return pthread_create(&t, NULL, worker, q) == 0 ? pthread_detach(t) : -1;
}
