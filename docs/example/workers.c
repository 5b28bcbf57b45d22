#include "workers.h"

#include "log.h"

#include <stdio.h>
#include <unistd.h>

static unsigned long checksum(const char *text) {
    unsigned long sum = 5381;
    for (; *text != '\0'; text++) {
        sum = sum * 33 + (unsigned char)*text;
    }
    return sum;
}

static void run_job(struct worker_pool *pool, int number, const struct job *job) {
    char key[KEY_MAX];
    char value[VALUE_MAX];

    snprintf(key, sizeof key, "job:%s", job->name);
    snprintf(value, sizeof value, "%lu by worker %d", checksum(job->text), number);
    if (store_set(pool->store, key, value) != 0) {
        log_write("worker %d: result of job %s is lost", number, job->name);
        return;
    }
    atomic_fetch_add(&pool->jobs_done, 1);
}

static void *worker_main(void *arg) {
    const struct worker_start *start = arg;
    struct worker_pool *pool = start->pool;
    int number = start->number;
    struct job job;

    log_write("worker %d: ready", number);
    while (queue_pop(&pool->queue, &job)) {
        run_job(pool, number, &job);
        usleep(5000); // give the connections a chance
    }
    log_write("worker %d: done", number);
    return NULL;
}

int workers_start(struct worker_pool *pool, struct store *store) {
    pool->store = store;
    pool->count = 0;
    atomic_init(&pool->jobs_done, 0);
    if (queue_init(&pool->queue) != 0) {
        return -1;
    }
    pool->start.pool = pool;
    for (int i = 0; i < WORKERS; i++) {
        pool->start.number = i + 1;
        if (pthread_create(&pool->threads[i], NULL, worker_main, &pool->start) != 0) {
            log_write("cannot start worker %d", i + 1);
            return -1;
        }
        pool->count++;
    }
    return 0;
}

void workers_stop(struct worker_pool *pool) {
    queue_close(&pool->queue);
    for (int i = 0; i < pool->count; i++) {
        pthread_join(pool->threads[i], NULL);
    }
    queue_release(&pool->queue);
}
