// cancellation-no-wakeup: a stop flag is set and the thread joined; who wakes the thread? The shapes
// are those of worker pools, maintenance threads and timers in servers.
// rules: cancellation-no-wakeup
// program: whole
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct job {
    struct job *next;
};

// --- a pool: the destructor forgets to broadcast ---

struct pool {
    pthread_mutex_t mu;
    pthread_cond_t pop;
    pthread_cond_t push;
    struct job *head;
    pthread_t *threads;
    size_t count;
    int shutdown;
};

static void *pool_thread(void *opaque) {
    struct pool *p = opaque;
    for (;;) {
        pthread_mutex_lock(&p->mu);
        while (!p->head) {
            if (p->shutdown) {
                pthread_mutex_unlock(&p->mu);
                return opaque;
            }
            pthread_cond_wait(&p->pop, &p->mu);
        }
        p->head = p->head->next;
        pthread_cond_signal(&p->push);
        pthread_mutex_unlock(&p->mu);
    }
}

static void pool_add(struct pool *p, struct job *j) {
    pthread_mutex_lock(&p->mu);
    j->next = p->head;
    p->head = j;
    pthread_cond_signal(&p->pop);
    pthread_mutex_unlock(&p->mu);
}

static struct pool *pool_new(size_t count) {
    struct pool *p = calloc(1, sizeof *p);
    pthread_mutex_init(&p->mu, NULL);
    pthread_cond_init(&p->pop, NULL);
    pthread_cond_init(&p->push, NULL);
    p->threads = calloc(count, sizeof *p->threads);
    for (p->count = 0; p->count < count; p->count++) {
        if (pthread_create(&p->threads[p->count], NULL, pool_thread, p)) {
            break;
        }
    }
    return p;
}

static void bad_pool_free(struct pool *p) {
    pthread_mutex_lock(&p->mu);
    p->shutdown = 1; // expect: cancellation-no-wakeup "pool::pop"
    pthread_cond_broadcast(&p->push); // wakes producers, not the workers
    pthread_mutex_unlock(&p->mu);
    for (size_t i = 0; i < p->count; i++) {
        pthread_join(p->threads[i], NULL);
    }
    free(p->threads);
    free(p);
}

// --- the same done right, with the halves in functions of their own ---

struct good_pool {
    pthread_mutex_t mu;
    pthread_cond_t pop;
    int queued;
    pthread_t thread;
    bool quit;
};

static void *good_thread(void *opaque) {
    struct good_pool *p = opaque;
    pthread_mutex_lock(&p->mu);
    while (!p->quit) {
        while (!p->queued && !p->quit) {
            pthread_cond_wait(&p->pop, &p->mu);
        }
        p->queued = 0;
    }
    pthread_mutex_unlock(&p->mu);
    return NULL;
}

static void wake(pthread_cond_t *c) {
    pthread_cond_broadcast(c);
}

static void set_quit(struct good_pool *p) {
    pthread_mutex_lock(&p->mu);
    p->quit = true;
    pthread_mutex_unlock(&p->mu);
}

static void ok_halves(struct good_pool *p) {
    set_quit(p);
    wake(&p->pop);
    pthread_join(p->thread, NULL);
}

// --- a maintenance thread with a global flag that is cleared ---

static volatile int do_run = 1;
static pthread_mutex_t maint_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t maint_cond = PTHREAD_COND_INITIALIZER;
static pthread_t maint_tid;
static int expanding;

static void *maintenance(void *arg) {
    pthread_mutex_lock(&maint_lock);
    while (do_run) {
        if (!expanding) {
            pthread_cond_wait(&maint_cond, &maint_lock);
        }
        expanding = 0;
    }
    pthread_mutex_unlock(&maint_lock);
    return arg;
}

static void bad_maintenance_stop(void) {
    pthread_mutex_lock(&maint_lock);
    do_run = 0; // expect: cancellation-no-wakeup "'do_run' tells thread 'maintenance'"
    pthread_mutex_unlock(&maint_lock);
    pthread_join(maint_tid, NULL);
}

static int ok_maintenance_start(void) {
    do_run = 1;
    return pthread_create(&maint_tid, NULL, maintenance, NULL);
}

// --- a semaphore, and a stop that posts it ---

struct feeder {
    sem_t full;
    sem_t other;
    pthread_t a;
    pthread_t b;
    int stop_a;
    int stop_b;
};

static void *feed_a(void *arg) {
    struct feeder *f = arg;
    while (!f->stop_a) {
        sem_wait(&f->full);
    }
    return NULL;
}

static void *feed_b(void *arg) {
    struct feeder *f = arg;
    for (;;) {
        sem_wait(&f->other);
        if (f->stop_b) {
            return NULL;
        }
    }
}

static void bad_feeder_stop(struct feeder *f) {
    f->stop_a = 1; // expect: cancellation-no-wakeup "post the semaphore"
    pthread_join(f->a, NULL);
}

static void ok_feeder_stop(struct feeder *f) {
    f->stop_b = 1;
    sem_post(&f->other);
    pthread_join(f->b, NULL);
}

// --- waits that end by themselves, are cancelled, or are woken by a sentinel ---

struct ticker {
    pthread_mutex_t mu;
    pthread_cond_t cv;
    pthread_t thread;
    pthread_t cancelled;
    int stop;
    int stop_cancelled;
};

static void *ok_timed(void *arg) {
    struct ticker *t = arg;
    struct timespec until = {0};
    pthread_mutex_lock(&t->mu);
    while (!t->stop) {
        pthread_cond_timedwait(&t->cv, &t->mu, &until);
    }
    pthread_mutex_unlock(&t->mu);
    return NULL;
}

static void *ok_cancelled(void *arg) {
    struct ticker *t = arg;
    pthread_mutex_lock(&t->mu);
    while (!t->stop_cancelled) {
        pthread_cond_wait(&t->cv, &t->mu);
    }
    pthread_mutex_unlock(&t->mu);
    return NULL;
}

static void ok_ticker_stop(struct ticker *t) {
    t->stop = 1;
    pthread_join(t->thread, NULL);
    t->stop_cancelled = 1;
    pthread_cancel(t->cancelled);
    pthread_join(t->cancelled, NULL);
}

struct queue {
    pthread_mutex_t mu;
    pthread_cond_t cv;
    struct job *head;
    pthread_t thread;
    int closing;
};

static struct job *take(struct queue *q) {
    pthread_mutex_lock(&q->mu);
    while (!q->head) {
        pthread_cond_wait(&q->cv, &q->mu);
    }
    struct job *j = q->head;
    q->head = j->next;
    pthread_mutex_unlock(&q->mu);
    return j;
}

static void put(struct queue *q, struct job *j) {
    pthread_mutex_lock(&q->mu);
    j->next = q->head;
    q->head = j;
    pthread_mutex_unlock(&q->mu);
    pthread_cond_signal(&q->cv);
}

static void *consume(void *arg) {
    struct queue *q = arg;
    while (!q->closing) {
        free(take(q));
    }
    return NULL;
}

static void ok_sentinel(struct queue *q) {
    q->closing = 1;
    put(q, calloc(1, sizeof(struct job)));
    pthread_join(q->thread, NULL);
}

int main(void) {
    struct pool *p = pool_new(4);
    static struct job j;
    static struct good_pool g;
    static struct feeder f;
    static struct ticker t;
    static struct queue q;
    pool_add(p, &j);
    bad_pool_free(p);
    pthread_create(&g.thread, NULL, good_thread, &g);
    ok_halves(&g);
    if (!ok_maintenance_start()) {
        bad_maintenance_stop();
    }
    sem_init(&f.full, 0, 0);
    sem_init(&f.other, 0, 0);
    pthread_create(&f.a, NULL, feed_a, &f);
    pthread_create(&f.b, NULL, feed_b, &f);
    bad_feeder_stop(&f);
    ok_feeder_stop(&f);
    pthread_create(&t.thread, NULL, ok_timed, &t);
    pthread_create(&t.cancelled, NULL, ok_cancelled, &t);
    ok_ticker_stop(&t);
    pthread_create(&q.thread, NULL, consume, &q);
    ok_sentinel(&q);
    return 0;
}
