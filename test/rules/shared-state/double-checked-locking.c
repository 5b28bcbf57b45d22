// shared-state-double-checked-locking: the first check reads a plain variable. Reported there.
// rules: shared-state-double-checked-locking
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

struct table {
    int size;
};

struct cache {
    pthread_mutex_t mu;
    struct table *table;
    _Atomic(struct table *) shared;
    int used;
};

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static struct table *instance;
static volatile bool ready;
static bool warned;
static _Atomic(struct table *) safe;
static _Thread_local struct table *mine;

static void fill(void);

struct table *bad_global(void) {
    if (instance == NULL) { // expect: shared-state-double-checked-locking "instance"
        pthread_mutex_lock(&mu);
        if (instance == NULL) {
            instance = calloc(1, sizeof *instance);
        }
        pthread_mutex_unlock(&mu);
    }
    return instance;
}

struct table *bad_field(struct cache *c) {
    if (c->table) { // expect: shared-state-double-checked-locking "c->table"
        return c->table;
    }
    pthread_mutex_lock(&c->mu);
    if (!c->table) {
        c->table = calloc(1, sizeof *c->table);
    }
    pthread_mutex_unlock(&c->mu);
    return c->table;
}

void bad_volatile(void) {
    if (!ready) { // expect: shared-state-double-checked-locking "ready"
        pthread_mutex_lock(&mu);
        if (!ready) {
            fill();
            ready = true;
        }
        pthread_mutex_unlock(&mu);
    }
}

struct table *ok_atomic(struct cache *c) {
    if (!c->shared) {
        pthread_mutex_lock(&c->mu);
        if (!c->shared) {
            c->shared = calloc(1, sizeof(struct table));
        }
        pthread_mutex_unlock(&c->mu);
    }
    return safe ? safe : c->shared;
}

struct table *ok_under_lock(struct cache *c) {
    pthread_mutex_lock(&c->mu);
    if (!c->table) {
        c->table = calloc(1, sizeof *c->table);
    }
    struct table *t = c->table;
    pthread_mutex_unlock(&c->mu);
    return t;
}

struct table *ok_own(void) {
    if (!mine) {
        pthread_mutex_lock(&mu);
        if (!mine) {
            mine = calloc(1, sizeof *mine);
        }
        pthread_mutex_unlock(&mu);
    }
    return mine;
}

void ok_single_check(struct cache *c) {
    if (!warned) {
        pthread_mutex_lock(&c->mu);
        c->used++;
        pthread_mutex_unlock(&c->mu);
        warned = true;
    }
}

static void log_used(struct cache *c) {
    pthread_mutex_lock(&c->mu);
    c->used++;
    pthread_mutex_unlock(&c->mu);
}

void ok_owner_logs(struct cache *c) {
    if (!c->table) {
        log_used(c);
        if (!c->table) {
            c->table = calloc(1, sizeof *c->table);
        }
    }
}
