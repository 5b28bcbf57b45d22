// shared-state-weak-cas-without-loop in C++.
// rules: shared-state-weak-cas-without-loop
#include <atomic>

static std::atomic<int> owner;
static std::atomic<bool> closed;
static int woken;

void bad_once(int me) {
    int nobody = 0;
    if (owner.compare_exchange_weak(nobody, me)) // expect: shared-state-weak-cas-without-loop
        woken++;
}

void bad_bool() {
    bool expected = false;
    closed.compare_exchange_weak(expected, true); // expect: shared-state-weak-cas-without-loop
}

void ok_loop(int me) {
    int nobody = 0;
    while (!std::atomic_compare_exchange_weak(&owner, &nobody, me))
        nobody = 0;
}
