// lifetime-handle-overwritten: a live handle variable or slot is assigned by the next spawn, so that the first thread
// can never be joined. Reported at the spawn that overwrites.
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <threads.h>

struct client {
    pthread_t thread;
    pthread_t pool[4];
    bool running;
};

int prepare(int job);
void run(void *arg);
void remember(pthread_t thread);
_Noreturn void die(const char *text);

static pthread_t monitor;

static void *worker(void *arg) {
    run(arg);
    return NULL;
}

static int c11_worker(void *arg) {
    run(arg);
    return 0;
}

int bad_one_variable_two_threads(int *jobs) {
    pthread_t t;
    if (pthread_create(&t, NULL, worker, &jobs[0]) != 0) {
        return -1;
    }
    if (pthread_create(&t, NULL, worker, &jobs[1]) != 0) { // expect: lifetime-handle-overwritten "t"
        die("no thread");
    }
    return pthread_join(t, NULL);
}

void bad_loop_reuses_the_variable(int *jobs) {
    pthread_t reader;
    for (int i = 0; i < 4; i++) {
        if (pthread_create(&reader, NULL, worker, &jobs[i]) != 0) { // expect: lifetime-handle-overwritten "reader"
            die("no thread");
        }
    }
    pthread_join(reader, NULL);
}

int bad_field_restarted(struct client *c) {
    if (pthread_create(&c->thread, NULL, worker, c) != 0) {
        return -1;
    }
    if (prepare(1) != 0) {
        if (pthread_create(&c->thread, NULL, worker, c) != 0) { // expect: lifetime-handle-overwritten "thread"
            return -1;
        }
    }
    return 0;
}

int bad_same_slot(struct client *c) {
    for (int i = 0; i < 4; i++) {
        if (pthread_create(&c->pool[0], NULL, worker, c) != 0) { // expect: lifetime-handle-overwritten "pool"
            return -1;
        }
    }
    return 0;
}

int bad_global_twice(int *jobs) {
    if (pthread_create(&monitor, NULL, worker, &jobs[0]) != 0) {
        return -1;
    }
    return pthread_create(&monitor, NULL, worker, &jobs[1]); // expect: lifetime-handle-overwritten "monitor"
}

int bad_c11_handle(int *jobs) {
    thrd_t t;
    if (thrd_create(&t, c11_worker, &jobs[0]) != thrd_success) {
        return -1;
    }
    if (thrd_create(&t, c11_worker, &jobs[1]) != thrd_success) { // expect: lifetime-handle-overwritten "t"
        die("no thread");
    }
    thrd_join(t, NULL);
    return 0;
}

void bad_do_while(int *jobs) {
    pthread_t reader;
    int i = 0;
    do {
        if (pthread_create(&reader, NULL, worker, &jobs[i]) != 0) { // expect: lifetime-handle-overwritten "reader"
            die("no thread");
        }
        i++;
    } while (i < 3);
    pthread_join(reader, NULL);
}

int ok_index_differs(int *jobs) {
    pthread_t pool[4];
    int n = 0;
    for (int i = 0; i < 4; i++) {
        if (pthread_create(&pool[i], NULL, worker, &jobs[i]) != 0) {
            break;
        }
        n++;
    }
    for (int i = 0; i < n; i++) {
        pthread_join(pool[i], NULL);
    }
    return n;
}

int ok_counter_as_index(struct client *c) {
    int n = 0;
    while (n < 4) {
        if (pthread_create(&c->pool[n++], NULL, worker, c) != 0) {
            return -1;
        }
    }
    return 0;
}

int ok_pointer_walks(struct client *c) {
    for (pthread_t *t = c->pool; t < c->pool + 4; t++) {
        if (pthread_create(t, NULL, worker, c) != 0) {
            return -1;
        }
    }
    return 0;
}

void ok_joined_before(int *jobs) {
    pthread_t t;
    for (int i = 0; i < 4; i++) {
        if (pthread_create(&t, NULL, worker, &jobs[i]) != 0) {
            return;
        }
        pthread_join(t, NULL);
    }
}

void ok_detached_before(int *jobs) {
    pthread_t t;
    for (int i = 0; i < 4; i++) {
        if (pthread_create(&t, NULL, worker, &jobs[i]) != 0) {
            return;
        }
        pthread_detach(t); // threadlint: detached one short job each
    }
}

int ok_retry_after_failure(int *job) {
    pthread_t t;
    int rc = -1;
    for (int attempt = 0; attempt < 3 && rc != 0; attempt++) {
        rc = pthread_create(&t, NULL, worker, job);
    }
    if (rc != 0) {
        return -1;
    }
    return pthread_join(t, NULL);
}

void ok_copied_away(struct client *c) {
    for (int i = 0; i < 4; i++) {
        pthread_t t;
        if (pthread_create(&t, NULL, worker, c) != 0) {
            return;
        }
        c->pool[i] = t;
    }
}

void ok_handed_over(struct client *c) {
    pthread_t t;
    for (int i = 0; i < 4; i++) {
        if (pthread_create(&t, NULL, worker, c) != 0) {
            return;
        }
        remember(t);
    }
}

int ok_restart_when_not_running(struct client *c) {
    if (c->running) {
        pthread_join(c->thread, NULL);
        c->running = false;
    }
    if (pthread_create(&c->thread, NULL, worker, c) != 0) {
        return -1;
    }
    c->running = true;
    return 0;
}

int ok_two_branches(int *jobs, bool first) {
    pthread_t t;
    int rc;
    if (first) {
        rc = pthread_create(&t, NULL, worker, &jobs[0]);
    } else {
        rc = pthread_create(&t, NULL, worker, &jobs[1]);
    }
    return rc == 0 ? pthread_join(t, NULL) : rc;
}

void ok_two_objects(struct client *a, struct client *b) {
    if (pthread_create(&a->thread, NULL, worker, a) != 0) {
        return;
    }
    if (pthread_create(&b->thread, NULL, worker, b) != 0) {
        return;
    }
}

void ok_detached_attribute(int *jobs) {
    pthread_t t;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    for (int i = 0; i < 4; i++) {
        pthread_create(&t, &attr, worker, &jobs[i]); // threadlint: detached one short job each
    }
    pthread_attr_destroy(&attr);
}

struct pool {
    pthread_t *threads;
    struct client *clients;
    unsigned used;
    unsigned size;
};

static int start_one(struct pool *p) {
    unsigned i = p->used;
    if (i >= p->size) {
        return -1;
    }
    int rc = pthread_create(&p->threads[i], NULL, worker, &p->clients[i]);
    if (rc == 0) {
        p->used++;
    }
    return rc;
}

struct pool *ok_callee_counts_the_slots(unsigned size) {
    struct pool *p = calloc(1, sizeof *p);
    p->size = size;
    p->threads = calloc(size, sizeof *p->threads);
    p->clients = calloc(size, sizeof *p->clients);
    for (unsigned i = 0; i < size; i++) {
        if (start_one(p) != 0) { // threadlint: bounded the caller's number
            break;
        }
    }
    return p;
}
