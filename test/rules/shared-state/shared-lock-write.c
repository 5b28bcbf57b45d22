// shared-state-shared-lock-write: written while the lock is held for reading only.
// rules: shared-state-shared-lock-write
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct entry {
    int uses;
    struct entry *next;
};

struct table {
    pthread_rwlock_t lock;
    pthread_mutex_t stats_lock;
    struct entry *first;
    int count;
    long hits;
    atomic_long asked;
    int read_only_writes;
};

static pthread_rwlock_t conf_lock = PTHREAD_RWLOCK_INITIALIZER;
static int verbosity;

void writer(struct table *t, struct entry *e) {
    pthread_rwlock_wrlock(&t->lock);
    e->next = t->first;
    e->uses = 0;
    t->first = e;
    t->count++;
    t->hits = 0;
    atomic_store(&t->asked, 0);
    pthread_rwlock_unlock(&t->lock);
}

void set_verbosity(int v) {
    pthread_rwlock_wrlock(&conf_lock);
    verbosity = v;
    pthread_rwlock_unlock(&conf_lock);
}

int bad_counts_hits(struct table *t) {
    pthread_rwlock_rdlock(&t->lock);
    t->hits++; // expect: shared-state-shared-lock-write "t->hits"
    int n = t->count;
    pthread_rwlock_unlock(&t->lock);
    return n;
}

int bad_entry_of_the_table(struct table *t) {
    int n = 0;
    pthread_rwlock_rdlock(&t->lock);
    for (struct entry *e = t->first; e; e = e->next) {
        n += e->uses++; // expect: shared-state-shared-lock-write "uses"
    }
    pthread_rwlock_unlock(&t->lock);
    return n;
}

int bad_global(void) {
    pthread_rwlock_rdlock(&conf_lock);
    if (verbosity > 9) {
        verbosity = 9; // expect: shared-state-shared-lock-write "verbosity"
    }
    int v = verbosity;
    pthread_rwlock_unlock(&conf_lock);
    return v;
}

int ok_only_reads(struct table *t) {
    pthread_rwlock_rdlock(&t->lock);
    int n = t->count;
    pthread_rwlock_unlock(&t->lock);
    return n;
}

void ok_another_lock(struct table *t) {
    pthread_rwlock_rdlock(&t->lock);
    pthread_mutex_lock(&t->stats_lock);
    t->hits++;
    pthread_mutex_unlock(&t->stats_lock);
    pthread_rwlock_unlock(&t->lock);
}

void ok_atomic(struct table *t) {
    pthread_rwlock_rdlock(&t->lock);
    atomic_fetch_add(&t->asked, 1);
    pthread_rwlock_unlock(&t->lock);
}

struct entry *ok_new_object(struct table *t) {
    struct entry *e = malloc(sizeof *e);
    if (e) {
        pthread_rwlock_rdlock(&t->lock);
        e->uses = t->count;
        pthread_rwlock_unlock(&t->lock);
    }
    return e;
}

void ok_never_written_under_the_write_lock(struct table *t) {
    pthread_rwlock_rdlock(&t->lock);
    t->read_only_writes = 1;
    pthread_rwlock_unlock(&t->lock);
}

void ok_read_then_locked_again(struct table *t) {
    pthread_rwlock_rdlock(&t->lock);
    int n = t->count;
    pthread_rwlock_unlock(&t->lock);
    if (n > 100) {
        pthread_rwlock_wrlock(&t->lock);
        t->count = 0;
        pthread_rwlock_unlock(&t->lock);
    }
}
