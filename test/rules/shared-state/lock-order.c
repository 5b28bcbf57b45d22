// rules: shared-state-lock-order
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

void bad_one_way(void) {
    pthread_mutex_lock(&a);
    pthread_mutex_lock(&b); // expect: shared-state-lock-order "'b' is locked while 'a' is held"
    pthread_mutex_unlock(&b);
    pthread_mutex_unlock(&a);
}

void bad_other_way(void) {
    pthread_mutex_lock(&b);
    pthread_mutex_lock(&a);
    pthread_mutex_unlock(&a);
    pthread_mutex_unlock(&b);
}

// --- three locks, in callees ---

static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t d = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t e = PTHREAD_MUTEX_INITIALIZER;

static void touch(pthread_mutex_t *mu) {
    pthread_mutex_lock(mu);
    pthread_mutex_unlock(mu);
}

static void touch_deeper(pthread_mutex_t *mu) {
    touch(mu);
}

void bad_first_of_three(void) {
    pthread_mutex_lock(&c);
    touch_deeper(&d); // expect: shared-state-lock-order "2 other threads"
    pthread_mutex_unlock(&c);
}

void bad_second_of_three(void) {
    pthread_mutex_lock(&d);
    touch_deeper(&e);
    pthread_mutex_unlock(&d);
}

void bad_third_of_three(void) {
    pthread_mutex_lock(&e);
    touch(&c);
    pthread_mutex_unlock(&e);
}

// --- a lock a callee is left with ---

static pthread_mutex_t f = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t g = PTHREAD_MUTEX_INITIALIZER;

static void enter_f(void) {
    pthread_mutex_lock(&f);
}

static void leave_f(void) {
    pthread_mutex_unlock(&f);
}

void bad_wrapped(void) {
    enter_f();
    pthread_mutex_lock(&g); // expect: shared-state-lock-order "'g' is locked while 'f' is held"
    pthread_mutex_unlock(&g);
    leave_f();
}

void bad_wrapped_back(void) {
    pthread_mutex_lock(&g);
    enter_f();
    leave_f();
    pthread_mutex_unlock(&g);
}

// --- two objects ---

struct account {
    pthread_mutex_t mu;
    long balance;
};

static void transfer(struct account *from, struct account *to) {
    pthread_mutex_lock(&from->mu);
    pthread_mutex_lock(&to->mu);
    from->balance--;
    to->balance++;
    pthread_mutex_unlock(&to->mu);
    pthread_mutex_unlock(&from->mu);
}

void bad_swapped(struct account *x, struct account *y) {
    transfer(x, y); // expect: shared-state-lock-order "is locked while"
    transfer(y, x);
}

static void transfer_ordered(struct account *from, struct account *to) {
    struct account *first = from < to ? from : to;
    struct account *second = from < to ? to : from;
    pthread_mutex_lock(&first->mu);
    pthread_mutex_lock(&second->mu);
    pthread_mutex_unlock(&second->mu);
    pthread_mutex_unlock(&first->mu);
}

static void transfer_compared(struct account *from, struct account *to) {
    if (from < to) {
        pthread_mutex_lock(&from->mu);
        pthread_mutex_lock(&to->mu);
    } else {
        pthread_mutex_lock(&to->mu);
        pthread_mutex_lock(&from->mu);
    }
    pthread_mutex_unlock(&to->mu);
    pthread_mutex_unlock(&from->mu);
}

void ok_ordered(struct account *x, struct account *y) {
    transfer_ordered(x, y);
    transfer_ordered(y, x);
    transfer_compared(x, y);
    transfer_compared(y, x);
}

// --- a gate ---

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t h = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t i = PTHREAD_MUTEX_INITIALIZER;

void ok_gate_one(void) {
    pthread_mutex_lock(&gate);
    pthread_mutex_lock(&h);
    touch(&i);
    pthread_mutex_unlock(&h);
    pthread_mutex_unlock(&gate);
}

void ok_gate_two(void) {
    pthread_mutex_lock(&gate);
    pthread_mutex_lock(&i);
    touch(&h);
    pthread_mutex_unlock(&i);
    pthread_mutex_unlock(&gate);
}

// --- a try backs off ---

static pthread_mutex_t j = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t k = PTHREAD_MUTEX_INITIALIZER;

void ok_try_one(void) {
    pthread_mutex_lock(&j);
    touch(&k);
    pthread_mutex_unlock(&j);
}

int ok_try_two(void) {
    pthread_mutex_lock(&k);
    if (pthread_mutex_trylock(&j) != 0) {
        pthread_mutex_unlock(&k);
        return -1;
    }
    pthread_mutex_unlock(&j);
    pthread_mutex_unlock(&k);
    return 0;
}

// --- readers ---

static pthread_rwlock_t l = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t m = PTHREAD_RWLOCK_INITIALIZER;

void ok_readers_one(void) {
    pthread_rwlock_rdlock(&l);
    pthread_rwlock_rdlock(&m);
    pthread_rwlock_unlock(&m);
    pthread_rwlock_unlock(&l);
}

void ok_readers_two(void) {
    pthread_rwlock_rdlock(&m);
    pthread_rwlock_rdlock(&l);
    pthread_rwlock_unlock(&l);
    pthread_rwlock_unlock(&m);
}

// --- the callee gives the caller's lock back first ---

static pthread_mutex_t n = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t o = PTHREAD_MUTEX_INITIALIZER;

static void outside_n(void) {
    pthread_mutex_unlock(&n);
    touch(&o);
    pthread_mutex_lock(&n);
}

void ok_given_back(void) {
    pthread_mutex_lock(&n);
    outside_n();
    pthread_mutex_unlock(&n);
}

void ok_given_back_other(void) {
    pthread_mutex_lock(&o);
    touch(&n);
    pthread_mutex_unlock(&o);
}

// --- what the callee does depends on its argument ---

static pthread_mutex_t p = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t q = PTHREAD_MUTEX_INITIALIZER;

enum pause { PAUSE, RESUME };

static void both(enum pause what) {
    switch (what) {
    case PAUSE:
        pthread_mutex_lock(&p);
        pthread_mutex_lock(&q);
        break;
    case RESUME:
        pthread_mutex_unlock(&p);
        pthread_mutex_unlock(&q);
        break;
    }
}

void ok_by_argument(void) {
    both(PAUSE);
    both(RESUME);
}

// --- parents and children of one record: the tree orders them ---

struct tree {
    pthread_mutex_t mu;
    struct tree *left;
};

void ok_parent_first(struct tree *t) {
    pthread_mutex_lock(&t->mu);
    pthread_mutex_lock(&t->left->mu);
    pthread_mutex_unlock(&t->left->mu);
    pthread_mutex_unlock(&t->mu);
}

// --- two locks of one object here, of two objects there ---

struct pool {
    pthread_mutex_t list_mu;
    pthread_mutex_t item_mu;
    struct pool *next;
};

void ok_own_locks(struct pool *pool) {
    pthread_mutex_lock(&pool->list_mu);
    touch(&pool->item_mu);
    pthread_mutex_unlock(&pool->list_mu);
}

void ok_locks_of_next(struct pool *pool) {
    pthread_mutex_lock(&pool->item_mu);
    touch(&pool->next->list_mu);
    pthread_mutex_unlock(&pool->item_mu);
}

// --- an object nobody knows yet ---

struct registry {
    pthread_mutex_t mu;
};

static struct registry registry;

struct account *ok_new(void) {
    struct account *x = malloc(sizeof *x);
    if (!x) {
        return NULL;
    }
    pthread_mutex_init(&x->mu, NULL);
    pthread_mutex_lock(&x->mu);
    touch(&registry.mu);
    pthread_mutex_unlock(&x->mu);
    return x;
}

void ok_known(struct account *x) {
    pthread_mutex_lock(&registry.mu);
    touch(&x->mu);
    pthread_mutex_unlock(&registry.mu);
}

// --- locks of one kind that are kept for different purposes ---

struct list {
    pthread_mutex_t mu;
};

struct server {
    pthread_mutex_t mu;
    struct list jobs;
    struct list *logs;
};

void ok_server_then_jobs(struct server *s) {
    pthread_mutex_lock(&s->mu);
    touch(&s->jobs.mu);
    pthread_mutex_unlock(&s->mu);
}

void ok_logs_then_server(struct server *s) {
    pthread_mutex_lock(&s->logs->mu);
    touch(&s->mu);
    pthread_mutex_unlock(&s->logs->mu);
}

// --- a longer circle of objects nobody can tell apart ---

struct one {
    pthread_mutex_t mu;
};

struct two {
    pthread_mutex_t mu;
};

struct three {
    pthread_mutex_t mu;
};

void ok_one_two(struct one *x, struct two *y) {
    pthread_mutex_lock(&x->mu);
    touch(&y->mu);
    pthread_mutex_unlock(&x->mu);
}

void ok_two_three(struct two *x, struct three *y) {
    pthread_mutex_lock(&x->mu);
    touch(&y->mu);
    pthread_mutex_unlock(&x->mu);
}

void ok_three_one(struct three *x, struct one *y) {
    pthread_mutex_lock(&x->mu);
    touch(&y->mu);
    pthread_mutex_unlock(&x->mu);
}

// --- elements of an array are no gate ---

static pthread_mutex_t slots[8];
static pthread_mutex_t r = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t s = PTHREAD_MUTEX_INITIALIZER;

void bad_slot_one(int index) {
    pthread_mutex_lock(&slots[index]);
    pthread_mutex_lock(&r);
    touch(&s); // expect: shared-state-lock-order "'s' is locked while 'r' is held"
    pthread_mutex_unlock(&r);
    pthread_mutex_unlock(&slots[index]);
}

void bad_slot_two(int index) {
    pthread_mutex_lock(&slots[index]);
    pthread_mutex_lock(&s);
    touch(&r);
    pthread_mutex_unlock(&s);
    pthread_mutex_unlock(&slots[index]);
}
