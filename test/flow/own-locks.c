// rules: shared-state-race
// Locks made of atomic operations: what they guard cannot be told, so nothing is claimed of what is
// done between taking and giving back. A loop around compare-and-swap that replaces what it read is
// none.
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

struct task {
    struct task *next;
};

static long done_lock;
static long total_lock;
static atomic_int state_lock;
static struct {
    struct task **last;
    int count;
} done;
static int total, state, top_count;
static _Atomic(struct task *) top;

static void spin(long *lock, long value) {
    for (;;) {
        if (*lock == 0 && __sync_bool_compare_and_swap(lock, 0, value)) {
            return;
        }
    }
}

static void note(void) { done.count++; }

static void *ok_spins(void *arg) {
    struct task *t = arg;
    spin(&done_lock, 1);
    *done.last = t;
    done.last = &t->next;
    note();
    done_lock = 0;
    return arg;
}

static void *ok_tries(void *arg) {
    if (__sync_bool_compare_and_swap(&total_lock, 0, 1)) {
        total++;
        total_lock = 0;
    }
    return arg;
}

static void *ok_exchanges(void *arg) {
    int zero = 0;
    while (!atomic_compare_exchange_weak(&state_lock, &zero, 1)) {
        zero = 0;
    }
    state++;
    atomic_store(&state_lock, 0);
    return arg;
}

static void *bad_pushes(void *arg) {
    struct task *t = arg;
    struct task *old = atomic_load(&top);
    do {
        t->next = old;
    } while (!atomic_compare_exchange_weak(&top, &old, t));
    top_count++; // expect: shared-state-race "top_count"
    return arg;
}

int main(void) {
    static struct task tasks[8];
    static void *(*const entries[])(void *) = {ok_spins, ok_tries, ok_exchanges, bad_pushes};
    pthread_t t[8];
    for (int i = 0; i < 8; i++) {
        if (pthread_create(&t[i], NULL, entries[i % 4], &tasks[i])) {
            return 1;
        }
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(t[i], NULL);
    }
    return 0;
}
