// buffer-unbounded-queue: a queue between threads that no one limits. Reported where the first sender adds.
// rules: buffer-unbounded-queue
// profile: review
// program: whole
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

struct job {
    struct job *next;
    int fd;
};

// A list with both ends, as in most thread pools.
struct pool {
    pthread_mutex_t mu;
    pthread_cond_t more;
    struct job *head;
    struct job *tail;
    int stop;
};

void run(struct job *j);

void bad_submit(struct pool *p, struct job *j) {
    pthread_mutex_lock(&p->mu);
    j->next = NULL;
    if (p->tail) {
        p->tail->next = j;
    } else {
        p->head = j; // expect: buffer-unbounded-queue "pool::head"
    }
    p->tail = j;
    pthread_cond_signal(&p->more);
    pthread_mutex_unlock(&p->mu);
}

static void *pool_worker(void *arg) {
    struct pool *p = arg;
    for (;;) {
        pthread_mutex_lock(&p->mu);
        while (!p->head && !p->stop) {
            pthread_cond_wait(&p->more, &p->mu);
        }
        if (p->stop) {
            pthread_mutex_unlock(&p->mu);
            return NULL;
        }
        struct job *j = p->head;
        p->head = j->next;
        if (!p->head) {
            p->tail = NULL;
        }
        pthread_mutex_unlock(&p->mu);
        run(j);
    }
}

// The list is a type of its own; whose functions keep the number of items.
struct list {
    struct job *first;
    struct job **last;
    unsigned len;
};

static struct list jobs;
static pthread_mutex_t jobs_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t jobs_cond = PTHREAD_COND_INITIALIZER;

static void list_add(struct list *l, struct job *j) {
    j->next = NULL;
    *l->last = j;
    l->last = &j->next;
    l->len++;
}

static struct job *list_take(struct list *l) {
    struct job *j = l->first;
    l->first = j->next;
    l->len--;
    return j;
}

void bad_add_in_callee(struct job *j) {
    pthread_mutex_lock(&jobs_mu);
    list_add(&jobs, j); // expect: buffer-unbounded-queue "list::len"
    pthread_cond_signal(&jobs_cond);
    pthread_mutex_unlock(&jobs_mu);
}

static void *list_worker(void *arg) {
    struct list *l = arg;
    for (;;) {
        pthread_mutex_lock(&jobs_mu);
        while (l->len == 0) {
            pthread_cond_wait(&jobs_cond, &jobs_mu);
        }
        struct job *j = list_take(l);
        pthread_mutex_unlock(&jobs_mu);
        run(j);
    }
}

// Wrappers around the condition.
static int os_wait(pthread_cond_t *c, pthread_mutex_t *m) {
    return pthread_cond_wait(c, m);
}

static void os_signal(pthread_cond_t *c) {
    pthread_cond_signal(c);
}

struct log {
    pthread_mutex_t mu;
    pthread_cond_t more;
    struct job *lines;
};

void bad_wrapped(struct log *l, struct job *j) {
    pthread_mutex_lock(&l->mu);
    j->next = l->lines;
    l->lines = j; // expect: buffer-unbounded-queue "log::lines"
    os_signal(&l->more);
    pthread_mutex_unlock(&l->mu);
}

static void *log_writer(void *arg) { // takes them all at once
    struct log *l = arg;
    for (;;) {
        pthread_mutex_lock(&l->mu);
        while (!l->lines) {
            os_wait(&l->more, &l->mu);
        }
        struct job *all = l->lines;
        l->lines = NULL;
        pthread_mutex_unlock(&l->mu);
        run(all);
    }
}

// Limited by a count that the sender tests.
struct limited {
    pthread_mutex_t mu;
    pthread_cond_t more;
    struct job *head;
    unsigned count;
    unsigned max;
};

int ok_refuses(struct limited *p, struct job *j) {
    pthread_mutex_lock(&p->mu);
    if (p->count >= p->max) {
        pthread_mutex_unlock(&p->mu);
        return -1;
    }
    j->next = p->head;
    p->head = j;
    p->count++;
    pthread_cond_signal(&p->more);
    pthread_mutex_unlock(&p->mu);
    return 0;
}

static void *limited_worker(void *arg) {
    struct limited *p = arg;
    for (;;) {
        pthread_mutex_lock(&p->mu);
        while (!p->head) {
            pthread_cond_wait(&p->more, &p->mu);
        }
        struct job *j = p->head;
        p->head = j->next;
        p->count--;
        pthread_mutex_unlock(&p->mu);
        run(j);
    }
}

// The sender waits for room.
struct waiting {
    pthread_mutex_t mu;
    pthread_cond_t more;
    pthread_cond_t room;
    struct job *head;
    unsigned count;
};

void ok_waits(struct waiting *p, struct job *j) {
    pthread_mutex_lock(&p->mu);
    while (p->count == 64) {
        pthread_cond_wait(&p->room, &p->mu);
    }
    j->next = p->head;
    p->head = j;
    p->count++;
    pthread_cond_signal(&p->more);
    pthread_mutex_unlock(&p->mu);
}

static void *waiting_worker(void *arg) {
    struct waiting *p = arg;
    for (;;) {
        pthread_mutex_lock(&p->mu);
        while (!p->head) {
            pthread_cond_wait(&p->more, &p->mu);
        }
        struct job *j = p->head;
        p->head = j->next;
        p->count--;
        pthread_cond_signal(&p->room);
        pthread_mutex_unlock(&p->mu);
        run(j);
    }
}

// No queue: one slot, a counter, a flag.
struct slot {
    pthread_mutex_t mu;
    pthread_cond_t changed;
    struct job *current;
    unsigned running;
    int ready;
};

void ok_slot(struct slot *s, struct job *j) {
    pthread_mutex_lock(&s->mu);
    s->current = j;
    s->ready = 1;
    s->running++;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->mu);
}

static void *slot_worker(void *arg) {
    struct slot *s = arg;
    for (;;) {
        pthread_mutex_lock(&s->mu);
        while (!s->current || !s->ready) {
            pthread_cond_wait(&s->changed, &s->mu);
        }
        struct job *j = s->current;
        s->current = NULL;
        s->ready = 0;
        s->running--;
        pthread_mutex_unlock(&s->mu);
        run(j);
    }
}

static void start(void *(*entry)(void *), void *arg) {
    pthread_t t;
    if (pthread_create(&t, NULL, entry, arg) == 0) {
        pthread_detach(t);
    }
}

void start_all(struct pool *p, struct limited *l, struct waiting *w, struct slot *s, struct log *g) {
    start(pool_worker, p);
    start(list_worker, &jobs);
    start(limited_worker, l);
    start(waiting_worker, w);
    start(slot_worker, s);
    start(log_writer, g);
}
