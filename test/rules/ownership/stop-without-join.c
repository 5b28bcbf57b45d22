// ownership-stop-without-join: a stop function that frees what the thread still uses.
// rules: ownership-stop-without-join
// program: whole
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct timer {
    pthread_t thread;
    atomic_bool stop;
    bool finished;
    pthread_mutex_t mu;
    pthread_cond_t cv;
    int refs;
};

static void *tick(void *arg) {
    struct timer *t = arg;
    while (!t->stop) {
        usleep(1000);
    }
    return NULL;
}

struct timer *timer_new(void) {
    struct timer *t = calloc(1, sizeof *t);
    if (t && pthread_create(&t->thread, NULL, tick, t)) {
        free(t);
        return NULL;
    }
    return t;
}

void bad_timer_free(struct timer *t) {
    t->stop = true;
    pthread_detach(t->thread);
    free(t); // expect: ownership-stop-without-join "timer::stop"
}

void ok_timer_free(struct timer *t) {
    t->stop = true;
    pthread_join(t->thread, NULL);
    free(t);
}

// The halves in two functions: the caller frees.
struct poller {
    pthread_t thread;
    atomic_int quit;
};

static void *poll_all(void *arg) {
    struct poller *p = arg;
    for (;;) {
        if (p->quit) {
            break;
        }
        usleep(10);
    }
    return NULL;
}

int poller_start(struct poller *p) {
    return pthread_create(&p->thread, NULL, poll_all, p);
}

static void request_stop(struct poller *p) {
    p->quit = 1;
}

static void release(struct poller *p) {
    free(p);
}

void bad_poller_destroy(struct poller *p) {
    request_stop(p);
    release(p); // expect: ownership-stop-without-join "poller::quit"
}

// The thread says that it is done, and the owner waits for that.
struct shaker {
    pthread_mutex_t mu;
    pthread_cond_t cv;
    bool stop;
    bool done;
};

static void *shake(void *arg) {
    struct shaker *s = arg;
    pthread_mutex_lock(&s->mu);
    while (!s->stop) {
        pthread_cond_wait(&s->cv, &s->mu);
    }
    s->done = true;
    pthread_cond_broadcast(&s->cv);
    pthread_mutex_unlock(&s->mu);
    return NULL;
}

int shaker_start(struct shaker *s) {
    pthread_t t;
    return pthread_create(&t, NULL, shake, s) || pthread_detach(t);
}

void ok_handshake(struct shaker *s) {
    pthread_mutex_lock(&s->mu);
    s->stop = true;
    pthread_cond_broadcast(&s->cv);
    while (!s->done) {
        pthread_cond_wait(&s->cv, &s->mu);
    }
    pthread_mutex_unlock(&s->mu);
    free(s);
}

// References are counted: the last one frees.
struct counted {
    pthread_t thread;
    atomic_int refs;
    atomic_bool stop;
};

static void put(struct counted *c) {
    if (atomic_fetch_sub(&c->refs, 1) == 1) {
        free(c);
    }
}

static void *run_counted(void *arg) {
    struct counted *c = arg;
    while (!c->stop) {
        usleep(1000);
    }
    put(c);
    return NULL;
}

int counted_start(struct counted *c) {
    c->refs = 2;
    return pthread_create(&c->thread, NULL, run_counted, c) || pthread_detach(c->thread);
}

void ok_counted_stop(struct counted *c) {
    c->stop = true;
    put(c);
}

// A pool joins its threads in a loop; the analysis cannot know that the loop goes round.
struct pool {
    pthread_t threads[4];
    int count;
    atomic_bool shutdown;
};

static void *run_pool(void *arg) {
    struct pool *p = arg;
    while (!p->shutdown) {
        usleep(1000);
    }
    return NULL;
}

int pool_start(struct pool *p) {
    for (p->count = 0; p->count < 4; p->count++) {
        if (pthread_create(&p->threads[p->count], NULL, run_pool, p)) {
            return -1;
        }
    }
    return 0;
}

void ok_pool_free(struct pool *p) {
    p->shutdown = true;
    for (int i = 0; i < p->count; i++) {
        pthread_join(p->threads[i], NULL);
    }
    free(p);
}

// A node of a poller is not the thread's: the thread frees what is removed by itself later.
struct node {
    int fd;
    bool removed;
};

struct poller_loop {
    pthread_t thread;
    struct node *nodes[8];
    int pipe;
};

static void *run_poller(void *arg) {
    struct poller_loop *l = arg;
    struct node *n = l->nodes[0];
    while (!n->removed) {
        (void)!read(l->pipe, &n->fd, sizeof n->fd);
    }
    return NULL;
}

int poller_loop_start(struct poller_loop *l) {
    return pthread_create(&l->thread, NULL, run_poller, l);
}

void ok_remove_node(struct node *n) {
    n->removed = true;
    free(n);
}
