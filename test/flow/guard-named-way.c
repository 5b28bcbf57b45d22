// rules: shared-state-inconsistent-guard
// A guard that is missing in a callee is told at the call only when the call names its function: through
// a pointer it may be another one that is called.
#include <pthread.h>

struct meter {
    pthread_mutex_t mu;
    int count;
    int (*ask)(struct meter *);
};

static int peek(struct meter *m) { return m->count; }

void set_up(struct meter *m) {
    pthread_mutex_init(&m->mu, 0);
    m->ask = peek;
}

void ok_add(struct meter *m, int n) {
    pthread_mutex_lock(&m->mu);
    m->count += n;
    pthread_mutex_unlock(&m->mu);
}

void ok_take(struct meter *m, int n) {
    pthread_mutex_lock(&m->mu);
    m->count -= n;
    pthread_mutex_unlock(&m->mu);
}

void ok_reset(struct meter *m) {
    pthread_mutex_lock(&m->mu);
    m->count = 0;
    pthread_mutex_unlock(&m->mu);
}

int ok_tell(struct meter *m) {
    pthread_mutex_lock(&m->mu);
    int n = peek(m);
    pthread_mutex_unlock(&m->mu);
    return n;
}

int ok_double(struct meter *m) {
    pthread_mutex_lock(&m->mu);
    m->count *= 2;
    int n = m->count;
    pthread_mutex_unlock(&m->mu);
    return n;
}

void ok_half(struct meter *m) {
    pthread_mutex_lock(&m->mu);
    m->count /= 2;
    pthread_mutex_unlock(&m->mu);
}

void ok_negate(struct meter *m) {
    pthread_mutex_lock(&m->mu);
    m->count = -m->count;
    pthread_mutex_unlock(&m->mu);
}

void ok_mask(struct meter *m) {
    pthread_mutex_lock(&m->mu);
    m->count &= 255;
    pthread_mutex_unlock(&m->mu);
}

void ok_mark(struct meter *m) {
    pthread_mutex_lock(&m->mu);
    m->count |= 1;
    pthread_mutex_unlock(&m->mu);
}

int ok_through_a_pointer(struct meter *m) { return m->ask(m); }

// By name it is told.
struct gauge {
    pthread_mutex_t mu;
    int count;
};

static int glance(struct gauge *m) { return m->count; }

void ok_gauge_add(struct gauge *m, int n) {
    pthread_mutex_lock(&m->mu);
    m->count += n;
    pthread_mutex_unlock(&m->mu);
}

void ok_gauge_take(struct gauge *m, int n) {
    pthread_mutex_lock(&m->mu);
    m->count -= n;
    pthread_mutex_unlock(&m->mu);
}

void ok_gauge_reset(struct gauge *m) {
    pthread_mutex_lock(&m->mu);
    m->count = 0;
    pthread_mutex_unlock(&m->mu);
}

int ok_gauge_tell(struct gauge *m) {
    pthread_mutex_lock(&m->mu);
    int n = glance(m);
    pthread_mutex_unlock(&m->mu);
    return n;
}

int ok_gauge_double(struct gauge *m) {
    pthread_mutex_lock(&m->mu);
    m->count *= 2;
    int n = m->count;
    pthread_mutex_unlock(&m->mu);
    return n;
}

void ok_gauge_half(struct gauge *m) {
    pthread_mutex_lock(&m->mu);
    m->count /= 2;
    pthread_mutex_unlock(&m->mu);
}

void ok_gauge_negate(struct gauge *m) {
    pthread_mutex_lock(&m->mu);
    m->count = -m->count;
    pthread_mutex_unlock(&m->mu);
}

void ok_gauge_mask(struct gauge *m) {
    pthread_mutex_lock(&m->mu);
    m->count &= 255;
    pthread_mutex_unlock(&m->mu);
}

void ok_gauge_mark(struct gauge *m) {
    pthread_mutex_lock(&m->mu);
    m->count |= 1;
    pthread_mutex_unlock(&m->mu);
}

int bad_by_name(struct gauge *m) { return glance(m); } // expect: shared-state-inconsistent-guard "gauge::count"
