// A lock is released under a name that a call in between has made unknown: it may be any lock held that has other names.
#include <pthread.h>
#include <stddef.h>

struct part {
    pthread_mutex_t mu;
    int n;
};

struct table {
    struct part *current;
    int used;
};

int check(int value);
static pthread_mutex_t table_mu = PTHREAD_MUTEX_INITIALIZER;

static void repair(struct table *t) {
    if (t->current->n < 0) {
        t->current = t->current + 1;
    }
}

int ok_released_through_the_changed_pointer(struct table *t) {
    if (t->current == NULL) {
        return 0;
    }
    pthread_mutex_lock(&t->current->mu);
    if (t->used < 0) {
        pthread_mutex_unlock(&t->current->mu);
        return -1;
    }
    repair(t);
    t->used++;
    pthread_mutex_unlock(&t->current->mu);
    return t->used;
}

// A global has no other name: the release is not of this one.
int bad_global_beside_it(struct table *t, int value) {
    if (t->current == NULL) {
        return 0;
    }
    pthread_mutex_lock(&table_mu);
    pthread_mutex_lock(&t->current->mu);
    repair(t);
    pthread_mutex_unlock(&t->current->mu);
    if (check(value) < 0) {
        return -1; // expect: shared-state-lock-leak "table_mu"
    }
    pthread_mutex_unlock(&table_mu);
    return 0;
}
