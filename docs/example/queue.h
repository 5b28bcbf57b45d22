// Bounded queue of jobs between the connections and the workers.
#ifndef JOBD_QUEUE_H
#define JOBD_QUEUE_H

#include <pthread.h>
#include <stdbool.h>

enum { QUEUE_CAPACITY = 256, JOB_NAME_MAX = 32, JOB_TEXT_MAX = 256 };

struct job {
    char name[JOB_NAME_MAX];
    char text[JOB_TEXT_MAX];
};

struct queue {
    pthread_mutex_t mu;
    pthread_cond_t not_empty;
    struct job jobs[QUEUE_CAPACITY];
    unsigned head;
    unsigned count;
    unsigned high_water;
    bool closed;
};

int queue_init(struct queue *q);
void queue_release(struct queue *q);

// False when the queue is full or closed: the client is told to come back later.
bool queue_push(struct queue *q, const struct job *job);

// Waits for a job; false when the queue is closed.
bool queue_pop(struct queue *q, struct job *ret_job);

// Wakes all workers; jobs that were not started are dropped.
void queue_close(struct queue *q);

unsigned queue_depth(struct queue *q, unsigned *ret_high_water);

#endif
