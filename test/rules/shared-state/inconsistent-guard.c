// A field most accesses touch under one lock.
// rules: shared-state-inconsistent-guard
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

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

// A list node is part of what it links: the lock guards it as `job::link`, whatever other lists
// there are.
struct link {
    struct link *next;
    struct link *prev;
};

struct job {
    int number;
    struct link link;
};

struct idle {
    struct link link;
};

static pthread_mutex_t jobs_lock = PTHREAD_MUTEX_INITIALIZER;
static struct link jobs;

static void link_add(struct link *item, struct link *head) {
    item->next = head->next;
    item->prev = head;
    head->next->prev = item;
    head->next = item;
}

static void link_remove(struct link *item) {
    item->next->prev = item->prev;
    item->prev->next = item->next;
}

void ok_job_add(struct job *j) {
    pthread_mutex_lock(&jobs_lock);
    link_add(&j->link, &jobs);
    pthread_mutex_unlock(&jobs_lock);
}

void ok_job_remove(struct job *j) {
    pthread_mutex_lock(&jobs_lock);
    link_remove(&j->link);
    pthread_mutex_unlock(&jobs_lock);
}

int bad_job_submit(struct job *j, int (*start)(struct job *)) {
    ok_job_add(j);
    int r = start(j);
    if (r < 0) {
        link_remove(&j->link); // expect: shared-state-inconsistent-guard "'job::link.next' is read without 'jobs_lock'"
    }
    return r;
}

void ok_idle_remove(struct idle *i) { // no lock guards this list
    link_remove(&i->link);
}

// Atomic everywhere but here.
static long started;
static long finished;
static int refs;
static int level;

void ok_start(void) {
    __atomic_add_fetch(&started, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&finished, 0, __ATOMIC_RELAXED);
}

void ok_start_many(long n) {
    __atomic_add_fetch(&started, n, __ATOMIC_RELAXED);
}

void ok_undo(long n) {
    __atomic_sub_fetch(&started, n, __ATOMIC_RELAXED);
    __atomic_sub_fetch(&started, 1, __ATOMIC_RELAXED);
}

long bad_started(void) {
    return started; // expect: shared-state-inconsistent-guard "'started' is read by a plain access, while 4 of 5 accesses are atomic"
}

long ok_started(void) {
    return __atomic_load_n(&finished, __ATOMIC_RELAXED);
}

void ok_finish(void) {
    __atomic_add_fetch(&finished, 1, __ATOMIC_RELAXED);
}

void bad_finish(void) {
    finished++; // expect: shared-state-inconsistent-guard "'finished' is changed by a plain access"
}

// The __sync functions cannot load: a plain read is the custom with them.
void ok_ref(void) {
    __sync_fetch_and_add(&refs, 1);
    __sync_fetch_and_add(&refs, 1);
}

void ok_unref(void) {
    __sync_fetch_and_sub(&refs, 1);
    __sync_fetch_and_sub(&refs, 1);
}

int ok_refs(void) {
    return refs;
}

// What writes a value of its own comes first.
void ok_level_reset(void) {
    level = 0;
}

void ok_level_up(void) {
    __atomic_add_fetch(&level, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&level, 2, __ATOMIC_RELAXED);
}

// Text is touched by the functions that get it.
struct node {
    pthread_mutex_t mu;
    char name[32];
};

void *copy_text(char *to, const char *from, unsigned long n);
int resolve(const char *name);

void ok_rename(struct node *n, const char *name) {
    pthread_mutex_lock(&n->mu);
    strncpy(n->name, name, sizeof n->name - 1);
    pthread_mutex_unlock(&n->mu);
}

int bad_resolve(struct node *n) {
    char name[32];
    pthread_mutex_lock(&n->mu);
    copy_text(name, n->name, sizeof name);
    pthread_mutex_unlock(&n->mu);
    return resolve(n->name); // expect: shared-state-inconsistent-guard "'n->name' is read without 'node::mu'"
}
