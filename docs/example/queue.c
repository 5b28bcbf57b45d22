#include "queue.h"

#include <string.h>

int queue_init(struct queue *q) {
    memset(q, 0, sizeof *q);
    if (pthread_mutex_init(&q->mu, NULL) != 0) {
        return -1;
    }
    if (pthread_cond_init(&q->not_empty, NULL) != 0) {
        pthread_mutex_destroy(&q->mu);
        return -1;
    }
    return 0;
}

void queue_release(struct queue *q) {
    pthread_cond_destroy(&q->not_empty);
    pthread_mutex_destroy(&q->mu);
}

bool queue_push(struct queue *q, const struct job *job) {
    bool accepted = false;

    pthread_mutex_lock(&q->mu);
    if (!q->closed && q->count < QUEUE_CAPACITY) {
        q->jobs[(q->head + q->count) % QUEUE_CAPACITY] = *job;
        q->count++;
        if (q->count > q->high_water) {
            q->high_water = q->count;
        }
        accepted = true;
        pthread_cond_signal(&q->not_empty);
    }
    pthread_mutex_unlock(&q->mu);
    return accepted;
}

bool queue_pop(struct queue *q, struct job *ret_job) {
    pthread_mutex_lock(&q->mu);
    if (q->count == 0 && !q->closed) {
        pthread_cond_wait(&q->not_empty, &q->mu);
    }
    if (q->closed) {
        pthread_mutex_unlock(&q->mu);
        return false;
    }
    *ret_job = q->jobs[q->head];
    q->head = (q->head + 1) % QUEUE_CAPACITY;
    q->count--;
    pthread_mutex_unlock(&q->mu);
    return true;
}

void queue_close(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    q->closed = true;
    pthread_cond_broadcast(&q->not_empty);
    pthread_mutex_unlock(&q->mu);
}

unsigned queue_depth(struct queue *q, unsigned *ret_high_water) {
    pthread_mutex_lock(&q->mu);
    unsigned depth = q->count;
    *ret_high_water = q->high_water;
    pthread_mutex_unlock(&q->mu);
    return depth;
}
