// The worker pool: takes jobs from the queue and puts their results into the store.
#ifndef JOBD_WORKERS_H
#define JOBD_WORKERS_H

#include "queue.h"
#include "store.h"

#include <pthread.h>
#include <stdatomic.h>

enum { WORKERS = 4 };

struct worker_pool;

// What a worker needs to begin.
struct worker_start {
    struct worker_pool *pool;
    int number;
};

struct worker_pool {
    struct queue queue;
    struct store *store;
    pthread_t threads[WORKERS];
    int count; // threads that were started
    struct worker_start start;
    atomic_ulong jobs_done;
};

int workers_start(struct worker_pool *pool, struct store *store);

// Closes the queue and waits for the workers. Safe after a failed workers_start.
void workers_stop(struct worker_pool *pool);

#endif
