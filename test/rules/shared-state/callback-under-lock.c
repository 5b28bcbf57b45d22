// rules: shared-state-callback-under-lock
// profile: review
#include <pthread.h>
#include <stddef.h>

struct client {
    pthread_mutex_t mu;
    void (*on_close)(struct client *client); // the user's
    void (*on_data)(struct client *client);  // one of the functions below
    int state;
};

void set_on_close(struct client *c, void (*f)(struct client *)) {
    c->on_close = f;
}

void bad_unknown(struct client *c) {
    pthread_mutex_lock(&c->mu);
    c->state = 0;
    c->on_close(c); // expect: shared-state-callback-under-lock "a function that others supply with 'c->mu' held (and in 1 other function)"
    pthread_mutex_unlock(&c->mu);
}

// The same question of the same lock is asked once.
void ok_asked_with_the_other(struct client *c) {
    pthread_mutex_lock(&c->mu);
    c->state = 2;
    c->on_close(c);
    pthread_mutex_unlock(&c->mu);
}

void ok_outside(struct client *c) {
    pthread_mutex_lock(&c->mu);
    c->state = 0;
    pthread_mutex_unlock(&c->mu);
    c->on_close(c);
}

static void ignore_data(struct client *c) {
    c->state++;
}

static void count_data(struct client *c) {
    pthread_mutex_lock(&c->mu);
    c->state++;
    pthread_mutex_unlock(&c->mu);
}

void choose(struct client *c, int ignore) {
    if (ignore) {
        c->on_data = ignore_data;
    } else {
        c->on_data = count_data;
    }
}

void bad_reentry(struct client *c) {
    pthread_mutex_lock(&c->mu);
    c->on_data(c); // expect: shared-state-callback-under-lock "'count_data', which may be what is called, locks it"
    pthread_mutex_unlock(&c->mu);
}

void ok_comparator(struct client *c, int (*less)(int, int)) {
    pthread_mutex_lock(&c->mu);
    c->state = less(c->state, 1);
    pthread_mutex_unlock(&c->mu);
}

// --- a table of functions of the program's own, none of which takes the lock ---

struct backend {
    void (*flush)(struct client *client);
};

static const struct backend backend = {ignore_data};

void ok_table(struct client *c, const struct backend *b) {
    pthread_mutex_lock(&c->mu);
    (b ? b : &backend)->flush(c);
    pthread_mutex_unlock(&c->mu);
}
