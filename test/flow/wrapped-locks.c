// A record that only wraps a lock: which lock it is says who holds the wrapper.
// rules: shared-state-lock-leak, shared-state-double-lock, shared-state-trylock-ignored, shared-state-unlock-not-held, shared-state-lost-wakeup, shared-state-wait-without-loop, shared-state-inconsistent-guard
#include <pthread.h>
#include <stdlib.h>

struct mtx {
    pthread_mutex_t m;
};

static void mtx_init_(struct mtx *m) {
    pthread_mutex_init(&m->m, NULL);
}

static void mtx_lock_(struct mtx *m) {
    if (pthread_mutex_lock(&m->m) != 0) {
        abort();
    }
}

static void mtx_unlock_(struct mtx *m) {
    if (pthread_mutex_unlock(&m->m) != 0) {
        abort();
    }
}

struct log {
    struct mtx lock;
    int lines;
};

struct pool {
    struct mtx lock;
    int size;
    int used;
    struct log *log;
};

struct mtx *pool_lock(struct pool *p) {
    mtx_init_(&p->lock);
    return &p->lock;
}

void ok_add(struct pool *p) {
    mtx_lock_(&p->lock);
    p->size++;
    p->used++;
    mtx_unlock_(&p->lock);
}

void ok_remove(struct pool *p) {
    mtx_lock_(&p->lock);
    p->size--;
    p->used--;
    mtx_unlock_(&p->lock);
}

int ok_size(struct pool *p) {
    mtx_lock_(&p->lock);
    int n = p->size + p->used;
    mtx_unlock_(&p->lock);
    return n;
}

void ok_reset(struct pool *p) {
    mtx_lock_(&p->lock);
    p->size = 0;
    p->used = 0;
    mtx_unlock_(&p->lock);
}

// The lock of the log is another one.
void ok_log(struct log *l) {
    mtx_lock_(&l->lock);
    l->lines++;
    mtx_unlock_(&l->lock);
}

int bad_size(struct pool *p) {
    return p->size; // expect: shared-state-inconsistent-guard "without 'pool::lock'"
}

int bad_left(struct pool *p) {
    mtx_lock_(&p->lock);
    if (p->size == 0) {
        return -1; // expect: shared-state-lock-leak "p->lock.m"
    }
    p->size--;
    mtx_unlock_(&p->lock);
    return 0;
}

// The mistake is told where it is made.
int ok_calls_it(struct pool *p) {
    int err = bad_left(p);
    return err ? err : 1;
}

// --- made, not shared yet ---

static void *(*make)(size_t, size_t) = calloc;

static void *zeroed(size_t size) {
    return size > 0 ? make(1, size) : NULL;
}

struct pool *ok_made(int size) {
    struct pool *p = zeroed(sizeof *p);
    if (p) {
        p->size = size;
        p->used = 0;
    }
    return p;
}

// Fills what the caller has just made: a field that nothing else sets is set here.
void ok_filled(void *arg, void *log) {
    struct pool *p = arg;
    p->size = 0;
    p->used = 0;
    p->log = log;
}
