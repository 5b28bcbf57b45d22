// shared-state-weak-cas-without-loop: compare_exchange_weak may fail for no reason. Reported at the call.
// rules: shared-state-weak-cas-without-loop
#include <stdatomic.h>
#include <stdbool.h>

static atomic_int owner;
static int woken;

void bad_once(int me) {
    int nobody = 0;
    if (atomic_compare_exchange_weak(&owner, &nobody, me)) { // expect: shared-state-weak-cas-without-loop "not in a loop"
        woken++;
    }
}

void bad_ignored(int me) {
    int nobody = 0;
    atomic_compare_exchange_weak_explicit(&owner, &nobody, me, memory_order_acq_rel, memory_order_relaxed); // expect: shared-state-weak-cas-without-loop
}

void ok_loop(int me) {
    int nobody = 0;
    while (!atomic_compare_exchange_weak(&owner, &nobody, me)) {
        nobody = 0;
    }
}

void ok_strong(int me) {
    int nobody = 0;
    if (atomic_compare_exchange_strong(&owner, &nobody, me)) {
        woken++;
    }
}

bool ok_caller_tries_again(int me) {
    int nobody = 0;
    return atomic_compare_exchange_weak(&owner, &nobody, me);
}
