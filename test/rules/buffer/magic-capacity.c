// buffer-magic-capacity: where the number of items of a queue between threads is limited, a number stands there.
// rules: buffer-magic-capacity
// profile: review
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define MOST_JOBS 256

struct job {
    struct job *next;
};

struct queue {
    pthread_mutex_t mu;
    pthread_cond_t more;
    struct job *head;
    unsigned count;
};

bool bad_put(struct queue *q, struct job *j) {
    pthread_mutex_lock(&q->mu);
    if (q->count >= 1000) { // expect: buffer-magic-capacity "takes 1000 items"
        pthread_mutex_unlock(&q->mu);
        return false;
    }
    j->next = q->head;
    q->head = j;
    q->count++;
    pthread_cond_signal(&q->more);
    pthread_mutex_unlock(&q->mu);
    return true;
}

struct job *take(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    while (!q->count) {
        pthread_cond_wait(&q->more, &q->mu);
    }
    struct job *j = q->head;
    q->head = j->next;
    q->count--;
    pthread_mutex_unlock(&q->mu);
    return j;
}

struct named {
    pthread_mutex_t mu;
    pthread_cond_t more;
    struct job *head;
    unsigned count;
};

bool ok_named(struct named *q, struct job *j) {
    pthread_mutex_lock(&q->mu);
    if (q->count >= MOST_JOBS) {
        pthread_mutex_unlock(&q->mu);
        return false;
    }
    j->next = q->head;
    q->head = j;
    q->count++;
    pthread_cond_signal(&q->more);
    pthread_mutex_unlock(&q->mu);
    return true;
}

struct job *take_named(struct named *q) {
    pthread_mutex_lock(&q->mu);
    while (!q->count) {
        pthread_cond_wait(&q->more, &q->mu);
    }
    struct job *j = q->head;
    q->head = j->next;
    q->count--;
    pthread_mutex_unlock(&q->mu);
    return j;
}

struct sized {
    pthread_mutex_t mu;
    pthread_cond_t more;
    struct job *head;
    unsigned count;
    unsigned capacity;
};

bool ok_setting(struct sized *q, struct job *j) {
    pthread_mutex_lock(&q->mu);
    if (q->count >= q->capacity) {
        pthread_mutex_unlock(&q->mu);
        return false;
    }
    j->next = q->head;
    q->head = j;
    q->count++;
    pthread_cond_signal(&q->more);
    pthread_mutex_unlock(&q->mu);
    return true;
}

struct job *take_sized(struct sized *q) {
    pthread_mutex_lock(&q->mu);
    while (!q->count) {
        pthread_cond_wait(&q->more, &q->mu);
    }
    struct job *j = q->head;
    q->head = j->next;
    q->count--;
    pthread_mutex_unlock(&q->mu);
    return j;
}
