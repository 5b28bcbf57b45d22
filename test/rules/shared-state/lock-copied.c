// shared-state-lock-copied: locks and conditions are copied, alone or in a structure.
// rules: shared-state-lock-copied
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

struct counter {
    pthread_mutex_t lock;
    long value;
};

struct pool {
    int size;
    struct counter counters[4];
};

struct plain {
    int size;
    pthread_mutex_t *lock;
};

static const struct counter new_counter = {PTHREAD_MUTEX_INITIALIZER, 0};
static struct counter template_counter = {PTHREAD_MUTEX_INITIALIZER, 0};

void bad_mutex(pthread_mutex_t *to, pthread_mutex_t *from) {
    *to = *from; // expect: shared-state-lock-copied "lock or condition"
}

void bad_condition(pthread_cond_t *to, pthread_cond_t *from) {
    memcpy(to, from, sizeof *to); // expect: shared-state-lock-copied "lock or condition"
}

void bad_structure(struct counter *out, struct counter *c) {
    *out = *c; // expect: shared-state-lock-copied "structure"
}

struct pool *bad_nested(struct pool *p) {
    struct pool *copy = malloc(sizeof *copy);
    if (copy) {
        memcpy(copy, p, sizeof *copy); // expect: shared-state-lock-copied "structure"
    }
    return copy;
}

void bad_semaphore(sem_t *to, sem_t *from) {
    memmove(to, from, sizeof *to); // expect: shared-state-lock-copied "lock or condition"
}

int ok_initialised_anew(struct counter *out, struct counter *c) {
    *out = *c;
    return pthread_mutex_init(&out->lock, NULL);
}

static int init(struct counter *c) {
    c->value = 0;
    return pthread_mutex_init(&c->lock, NULL);
}

int ok_initialised_by_a_callee(struct counter *out, struct counter *c) {
    memcpy(out, c, sizeof *out);
    return init(out);
}

void ok_from_a_constant(struct counter *c) {
    *c = new_counter;
}

void ok_from_a_template(struct counter *c) {
    memcpy(c, &template_counter, sizeof *c);
}

void ok_literal(struct counter *c) {
    *c = (struct counter){PTHREAD_MUTEX_INITIALIZER, 1};
}

void ok_pointer_to_a_lock(struct plain *to, struct plain *from) {
    *to = *from;
    to->lock = from->lock;
}

void ok_bytes(char *to, const char *from, size_t n) {
    memcpy(to, from, n);
}

void ok_put_aside(struct counter *c) {
    const pthread_mutex_t lock = c->lock;
    memset(c, 0, sizeof *c);
    c->lock = lock;
}

static long total;

void bad_by_value(pthread_mutex_t lock, long n) { // expect: shared-state-lock-copied "by value"
    pthread_mutex_lock(&lock);
    total += n;
    pthread_mutex_unlock(&lock);
}

void ok_by_address(pthread_mutex_t *lock, long n) {
    pthread_mutex_lock(lock);
    total += n;
    pthread_mutex_unlock(lock);
}

long ok_array_of_locks(pthread_mutex_t locks[4], int i) {
    pthread_mutex_lock(&locks[i]);
    long n = total;
    pthread_mutex_unlock(&locks[i]);
    return n;
}
