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
