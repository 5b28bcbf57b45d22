// A field most accesses touch under one lock.
// rules: shared-state-inconsistent-guard
#include <pthread.h>
#include <stdlib.h>

struct store {
    pthread_mutex_t mu;
    int items;
    int limit;
    int hits;
};

struct store *store_new(int limit) {
    struct store *s = calloc(1, sizeof *s);
    if (s) {
        pthread_mutex_init(&s->mu, NULL);
        s->items = 0; // nobody else has it yet
        s->limit = limit;
    }
    return s;
}

void ok_add(struct store *s) {
    pthread_mutex_lock(&s->mu);
    if (s->items < s->limit) {
        s->items++;
    }
    pthread_mutex_unlock(&s->mu);
}

void ok_remove(struct store *s) {
    pthread_mutex_lock(&s->mu);
    s->items--;
    pthread_mutex_unlock(&s->mu);
}

int ok_full(struct store *s) {
    pthread_mutex_lock(&s->mu);
    int full = s->items >= s->limit;
    pthread_mutex_unlock(&s->mu);
    return full;
}

int bad_is_empty(struct store *s) {
    return s->items == 0; // expect: shared-state-inconsistent-guard "'s->items' is read without 'store::mu', which 5 of 6 accesses hold"
}

// The caller holds it.
static void drop_locked(struct store *s) {
    s->hits = 0;
}

void ok_reset(struct store *s) {
    pthread_mutex_lock(&s->mu);
    drop_locked(s);
    s->hits++;
    pthread_mutex_unlock(&s->mu);
}

void ok_hit(struct store *s) {
    pthread_mutex_lock(&s->mu);
    s->hits++;
    s->hits++;
    pthread_mutex_unlock(&s->mu);
}

void bad_hit_after_unlock(struct store *s) {
    pthread_mutex_lock(&s->mu);
    s->items++;
    pthread_mutex_unlock(&s->mu);
    s->hits++; // expect: shared-state-inconsistent-guard "'s->hits' is written without 'store::mu'"
}

// Half of the accesses without it: no belief.
struct mixed {
    pthread_mutex_t mu;
    int n;
};

void ok_mixed_a(struct mixed *m) {
    pthread_mutex_lock(&m->mu);
    m->n++;
    pthread_mutex_unlock(&m->mu);
}

int ok_mixed_b(struct mixed *m) {
    return m->n;
}

// Few accesses, but this function knows the lock: it gives it back a line too early.
struct log {
    pthread_mutex_t mu;
    int used;
    int dropped;
};

int bad_log(struct log *l, int n) {
    pthread_mutex_lock(&l->mu);
    if (l->used + n > 100) {
        pthread_mutex_unlock(&l->mu);
        l->dropped++; // expect: shared-state-inconsistent-guard "'l->dropped' is written without 'log::mu', which 2 of 3 accesses hold"
        return -1;
    }
    l->used += n;
    pthread_mutex_unlock(&l->mu);
    return 0;
}

int ok_drain(struct log *l) {
    pthread_mutex_lock(&l->mu);
    int lost = l->dropped;
    l->dropped = 0;
    l->used = 0;
    pthread_mutex_unlock(&l->mu);
    return lost;
}

// A wrapper that initialises the lock: the object is new.
void *pool_alloc(size_t size);

static int lock_init(pthread_mutex_t *mu) {
    return pthread_mutex_init(mu, NULL);
}

struct log *ok_log_new(void) {
    struct log *l = pool_alloc(sizeof *l);
    if (lock_init(&l->mu)) {
        return NULL;
    }
    l->dropped = 0;
    l->used = 0;
    return l;
}
