// backpressure-silent-drop: an item is dropped when the queue is full and nothing tells. Reported at the test.
// rules: backpressure-silent-drop
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX = 100 };

struct event {
    struct event *next;
};

struct queue {
    pthread_mutex_t mu;
    pthread_cond_t more;
    struct event *head;
    unsigned count;
    unsigned dropped;
};

void bad_dropped(struct queue *q, struct event *e) {
    pthread_mutex_lock(&q->mu);
    if (q->count >= MAX) { // expect: backpressure-silent-drop "queue::head"
        pthread_mutex_unlock(&q->mu);
        free(e);
        return;
    }
    e->next = q->head;
    q->head = e;
    q->count++;
    pthread_cond_signal(&q->more);
    pthread_mutex_unlock(&q->mu);
}

struct event *take(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    while (!q->head) {
        pthread_cond_wait(&q->more, &q->mu);
    }
    struct event *e = q->head;
    q->head = e->next;
    q->count--;
    pthread_mutex_unlock(&q->mu);
    return e;
}

struct counted {
    pthread_mutex_t mu;
    pthread_cond_t more;
    struct event *head;
    unsigned count;
    unsigned dropped;
};

void ok_counted(struct counted *q, struct event *e) {
    pthread_mutex_lock(&q->mu);
    if (q->count >= MAX) {
        q->dropped++;
        pthread_mutex_unlock(&q->mu);
        free(e);
        return;
    }
    e->next = q->head;
    q->head = e;
    q->count++;
    pthread_cond_signal(&q->more);
    pthread_mutex_unlock(&q->mu);
}

struct event *take_counted(struct counted *q) {
    pthread_mutex_lock(&q->mu);
    while (!q->head) {
        pthread_cond_wait(&q->more, &q->mu);
    }
    struct event *e = q->head;
    q->head = e->next;
    q->count--;
    pthread_mutex_unlock(&q->mu);
    return e;
}

struct told {
    pthread_mutex_t mu;
    pthread_cond_t more;
    struct event *head;
    unsigned count;
};

int ok_told(struct told *q, struct event *e) {
    pthread_mutex_lock(&q->mu);
    if (q->count >= MAX) {
        pthread_mutex_unlock(&q->mu);
        return 0;
    }
    e->next = q->head;
    q->head = e;
    q->count++;
    pthread_cond_signal(&q->more);
    pthread_mutex_unlock(&q->mu);
    return 1;
}

void ok_logged(struct told *q, struct event *e) {
    pthread_mutex_lock(&q->mu);
    if (q->count >= MAX) {
        pthread_mutex_unlock(&q->mu);
        fprintf(stderr, "queue full\n");
        return;
    }
    e->next = q->head;
    q->head = e;
    q->count++;
    pthread_cond_signal(&q->more);
    pthread_mutex_unlock(&q->mu);
}

struct event *take_told(struct told *q) {
    pthread_mutex_lock(&q->mu);
    while (!q->head) {
        pthread_cond_wait(&q->more, &q->mu);
    }
    struct event *e = q->head;
    q->head = e->next;
    q->count--;
    pthread_mutex_unlock(&q->mu);
    return e;
}
