// shared-state-atomic-check-then-act: a read and a write that belong together are two steps. Reported at the write.
// rules: shared-state-atomic-check-then-act
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

static _Atomic int hits;
static atomic_int peak;
static atomic_int by_one;
static atomic_int locked;
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;

struct stats {
    atomic_long bytes;
};

static void *bad_work(void *arg) {
    struct stats *s = arg;
    hits = hits + 1;                                         // expect: shared-state-atomic-check-then-act "hits"
    atomic_store(&s->bytes, atomic_load(&s->bytes) + 10);    // expect: shared-state-atomic-check-then-act "s->bytes"
    int old = atomic_load(&peak);
    atomic_store(&peak, old * 2);                            // expect: shared-state-atomic-check-then-act "peak"
    return NULL;
}

static void *ok_work(void *arg) {
    hits++;
    hits += 2;
    atomic_fetch_add(&peak, 1);
    int old = peak;
    while (!atomic_compare_exchange_weak(&peak, &old, old * 2)) {
    }
    pthread_mutex_lock(&mu);
    locked = locked + 1;
    pthread_mutex_unlock(&mu);
    _Atomic int mine = 1;
    mine = mine + 1;
    atomic_store_explicit(&hits, atomic_load_explicit(&hits, memory_order_relaxed) + 1, memory_order_relaxed);
    return arg;
}

static void *ok_only_writer(void *arg) {
    by_one = by_one + 1;
    return arg;
}

void bad_greet_once(void);
static void *bad_greeter(void *arg) {
    bad_greet_once();
    return arg;
}

int main(void) {
    struct stats s = {0};
    pthread_t t[8];
    pthread_t g[4];
    pthread_t one;
    for (int i = 0; i < 4; i++) {
        pthread_create(&t[i], NULL, bad_work, &s);
        pthread_create(&t[4 + i], NULL, ok_work, &s);
        pthread_create(&g[i], NULL, bad_greeter, NULL);
    }
    pthread_create(&one, NULL, ok_only_writer, NULL);
    for (int i = 0; i < 8; i++) {
        pthread_join(t[i], NULL);
    }
    pthread_join(one, NULL);
    for (int i = 0; i < 4; i++) {
        pthread_join(g[i], NULL);
    }
    return hits + by_one;
}

// A flag for what must be done once: tested before, set after.
static _Atomic int greeted;
static _Atomic int stopped;
static _Atomic int seen;
static _Atomic int taken;
void greet(void);

void bad_greet_once(void) {
    if (greeted == 0) {
        greet();
        greeted = 1; // expect: shared-state-atomic-check-then-act "'greeted' is tested, then the work is done"
    }
}

void ok_greet_once(void) {
    if (!atomic_exchange(&taken, 1)) {
        greet();
    }
}

void ok_mark(void) { // nothing is done between
    if (!seen) {
        seen = 1;
    }
}

void ok_stop(void) { // the claim comes first
    if (!stopped) {
        stopped = 1;
        greet();
    }
}
