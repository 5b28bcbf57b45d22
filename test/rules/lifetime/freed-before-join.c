// lifetime-freed-before-join: memory, mutex, condition or queue that a thread uses is freed or destroyed before its join.
// Reported at the call that frees or destroys.
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <threads.h>

struct queue {
    pthread_mutex_t mu;
    pthread_cond_t ready;
    bool stop;
    int count;
};

struct server {
    pthread_t thread;
    struct queue *queue;
    bool started;
};

struct shared {
    atomic_int references;
    int value;
};

int prepare(void *arg);
void run(int value);

static void *drain(void *arg) {
    struct queue *q = arg;
    pthread_mutex_lock(&q->mu);
    while (!q->stop) {
        pthread_cond_wait(&q->ready, &q->mu);
    }
    pthread_mutex_unlock(&q->mu);
    return NULL;
}

static int c11_worker(void *arg) {
    int *values = arg;
    run(values[0]);
    return 0;
}

static void *reader(void *arg) {
    int *values = arg;
    run(values[0]);
    return NULL;
}

static void *server_loop(void *arg) {
    struct server *server = arg;
    return drain(server->queue);
}

static void request_stop(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    q->stop = true;
    pthread_cond_broadcast(&q->ready);
    pthread_mutex_unlock(&q->mu);
}

int bad_freed_then_joined(void) {
    pthread_t t;
    int *values = calloc(16, sizeof *values);
    if (values == NULL) {
        return -1;
    }
    if (pthread_create(&t, NULL, reader, values) != 0) {
        free(values);
        return -1;
    }
    free(values); // expect: lifetime-freed-before-join "values"
    return pthread_join(t, NULL);
}

int bad_mutex_destroyed_first(struct queue *q) {
    pthread_t t;
    if (pthread_create(&t, NULL, drain, q) != 0) {
        return -1;
    }
    request_stop(q);
    pthread_mutex_destroy(&q->mu); // expect: lifetime-freed-before-join "mu"
    return pthread_join(t, NULL);
}

int bad_condition_destroyed_first(struct queue *q) {
    pthread_t t;
    if (pthread_create(&t, NULL, drain, q) != 0) {
        return -1;
    }
    request_stop(q);
    pthread_cond_destroy(&q->ready); // expect: lifetime-freed-before-join "ready"
    return pthread_join(t, NULL);
}

static void queue_free(struct queue *q) {
    pthread_cond_destroy(&q->ready);
    pthread_mutex_destroy(&q->mu);
    free(q);
}

int bad_helper_frees(struct queue *q) {
    pthread_t t;
    if (pthread_create(&t, NULL, drain, q) != 0) {
        return -1;
    }
    request_stop(q);
    queue_free(q); // expect: lifetime-freed-before-join "q"
    return pthread_join(t, NULL);
}

int bad_error_path_frees_first(void) {
    pthread_t t;
    int *values = calloc(16, sizeof *values);
    if (values == NULL) {
        return -1;
    }
    if (pthread_create(&t, NULL, reader, values) != 0) {
        free(values);
        return -1;
    }
    if (prepare(NULL) != 0) {
        free(values); // expect: lifetime-freed-before-join "values"
        pthread_join(t, NULL);
        return -1;
    }
    pthread_join(t, NULL);
    free(values);
    return 0;
}

void bad_stop_frees_before_the_join(struct server *server) {
    if (pthread_create(&server->thread, NULL, server_loop, server) != 0) {
        return;
    }
    request_stop(server->queue);
    free(server->queue); // miss: lifetime-freed-before-join the thread was started by another function
    pthread_join(server->thread, NULL);
}

int bad_c11(void) {
    thrd_t t;
    int *values = calloc(16, sizeof *values);
    if (values == NULL) {
        return -1;
    }
    if (thrd_create(&t, c11_worker, values) != thrd_success) {
        free(values);
        return -1;
    }
    free(values); // expect: lifetime-freed-before-join "values"
    thrd_join(t, NULL);
    return 0;
}

int ok_joined_then_freed(void) {
    pthread_t t;
    int *values = calloc(16, sizeof *values);
    if (values == NULL) {
        return -1;
    }
    if (pthread_create(&t, NULL, reader, values) != 0) {
        free(values);
        return -1;
    }
    pthread_join(t, NULL);
    free(values);
    return 0;
}

int ok_joined_then_destroyed(struct queue *q) {
    pthread_t t;
    if (pthread_create(&t, NULL, drain, q) != 0) {
        queue_free(q);
        return -1;
    }
    request_stop(q);
    pthread_join(t, NULL);
    queue_free(q);
    return 0;
}

static void stop_and_join(struct queue *q, pthread_t t) {
    request_stop(q);
    pthread_join(t, NULL);
}

int ok_join_in_callee(struct queue *q) {
    pthread_t t;
    if (pthread_create(&t, NULL, drain, q) != 0) {
        return -1;
    }
    stop_and_join(q, t);
    pthread_mutex_destroy(&q->mu);
    return 0;
}

static void shared_drop(struct shared *s) {
    if (atomic_fetch_sub(&s->references, 1) == 1) {
        free(s);
    }
}

static void *counted_worker(void *arg) {
    struct shared *s = arg;
    run(s->value);
    shared_drop(s);
    return NULL;
}

int ok_reference_counted(void) {
    pthread_t t;
    struct shared *s = malloc(sizeof *s);
    if (s == NULL) {
        return -1;
    }
    atomic_init(&s->references, 2);
    s->value = 1;
    if (pthread_create(&t, NULL, counted_worker, s) != 0) {
        free(s);
        return -1;
    }
    shared_drop(s);
    return pthread_join(t, NULL);
}

static void *owning_worker(void *arg) {
    int *values = arg;
    run(values[0]);
    free(values);
    return NULL;
}

int ok_the_worker_frees(void) {
    pthread_t t;
    int *values = calloc(16, sizeof *values);
    if (values == NULL) {
        return -1;
    }
    if (pthread_create(&t, NULL, owning_worker, values) != 0) {
        free(values);
        return -1;
    }
    return pthread_join(t, NULL);
}

int ok_other_memory(void) {
    pthread_t t;
    int *values = calloc(16, sizeof *values);
    char *scratch = malloc(64);
    if (values == NULL || scratch == NULL) {
        free(values);
        free(scratch);
        return -1;
    }
    if (pthread_create(&t, NULL, reader, values) != 0) {
        free(values);
        free(scratch);
        return -1;
    }
    free(scratch);
    pthread_join(t, NULL);
    free(values);
    return 0;
}

void ok_started_flag(struct server *server) {
    server->started = pthread_create(&server->thread, NULL, server_loop, server) == 0;
    if (server->started) {
        request_stop(server->queue);
        pthread_join(server->thread, NULL);
    }
    free(server->queue);
    server->queue = NULL;
}

int ok_attributes_destroyed(struct queue *q) {
    pthread_t t;
    pthread_attr_t attr;
    if (pthread_attr_init(&attr) != 0) {
        return -1;
    }
    int rc = pthread_create(&t, &attr, drain, q);
    pthread_attr_destroy(&attr);
    if (rc != 0) {
        return -1;
    }
    request_stop(q);
    return pthread_join(t, NULL);
}

void ok_all_joined_in_a_loop(void) {
    pthread_t pool[4];
    int started = 0;
    int *values = calloc(16, sizeof *values);
    if (values == NULL) {
        return;
    }
    for (; started < 4; started++) {
        if (pthread_create(&pool[started], NULL, reader, values) != 0) {
            break;
        }
    }
    for (int i = 0; i < started; i++) {
        pthread_join(pool[i], NULL);
    }
    free(values);
}

int ok_handshake_then_freed(void) {
    sem_t done;
    if (sem_init(&done, 0, 0) != 0) {
        return -1;
    }
    int rc = prepare(&done);
    sem_destroy(&done);
    return rc;
}

static void *reader_that_frees(void *arg) {
    free(arg);
    return NULL;
}

void bad_each_thread_frees_it(void) {
    pthread_t pool[2];
    int *value = calloc(1, sizeof *value);
    if (value == NULL) {
        return;
    }
    if (pthread_create(&pool[0], NULL, reader_that_frees, value) != 0) {
        free(value);
        return;
    }
    if (pthread_create(&pool[1], NULL, reader_that_frees, value) == 0) { // expect: lifetime-freed-before-join "it is freed twice"
        pthread_join(pool[1], NULL);
    }
    pthread_join(pool[0], NULL);
}

void ok_each_thread_frees_its_own(void) {
    pthread_t pool[4];
    int started = 0;
    for (; started < 4; started++) {
        int *value = calloc(1, sizeof *value);
        if (value == NULL || pthread_create(&pool[started], NULL, reader_that_frees, value) != 0) {
            free(value);
            break;
        }
    }
    for (int i = 0; i < started; i++) {
        pthread_join(pool[i], NULL);
    }
}
