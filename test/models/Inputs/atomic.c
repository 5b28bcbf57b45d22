// The macros of <stdatomic.h> and the builtins of gcc: the names that atomics.model gives them.
#include <stdatomic.h>

void standard(atomic_int *a, int *seen) {
    *seen = atomic_load(a);
    atomic_store(a, 1);
    *seen = atomic_exchange(a, 1);
    *seen = atomic_fetch_add(a, 1);
    *seen = atomic_fetch_sub(a, 1);
    *seen = atomic_fetch_or(a, 1);
    *seen = atomic_fetch_and(a, 1);
    *seen = atomic_fetch_xor(a, 1);
    (void)atomic_compare_exchange_strong(a, seen, 1);
    (void)atomic_compare_exchange_weak(a, seen, 1);
}

void builtins(int *a, int *seen, int *wanted) {
    *seen = __atomic_load_n(a, __ATOMIC_ACQUIRE);
    __atomic_load(a, seen, __ATOMIC_ACQUIRE);
    __atomic_store_n(a, 1, __ATOMIC_RELEASE);
    __atomic_store(a, wanted, __ATOMIC_RELEASE);
    *seen = __atomic_exchange_n(a, 1, __ATOMIC_SEQ_CST);
    *seen = __atomic_fetch_add(a, 1, __ATOMIC_SEQ_CST);
    *seen = __atomic_fetch_sub(a, 1, __ATOMIC_SEQ_CST);
    (void)__atomic_compare_exchange_n(a, seen, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    (void)__atomic_compare_exchange(a, seen, wanted, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

void legacy(int *a, int *seen) {
    *seen = __sync_fetch_and_add(a, 1);
    *seen = __sync_fetch_and_sub(a, 1);
    *seen = __sync_fetch_and_or(a, 1);
    *seen = __sync_fetch_and_and(a, 1);
    *seen = __sync_fetch_and_xor(a, 1);
    *seen = __sync_add_and_fetch(a, 1);
    *seen = __sync_sub_and_fetch(a, 1);
    *seen = __sync_or_and_fetch(a, 1);
    *seen = __sync_and_and_fetch(a, 1);
    *seen = __sync_xor_and_fetch(a, 1);
    *seen = __sync_lock_test_and_set(a, 1);
    *seen = __sync_bool_compare_and_swap(a, 0, 1);
    *seen = __sync_val_compare_and_swap(a, 0, 1);
    __sync_lock_release(a);
}

void others(int *a, int *seen, _Bool *flag) {
    __atomic_exchange(a, seen, seen, __ATOMIC_SEQ_CST);
    *seen = __atomic_fetch_or(a, 1, __ATOMIC_SEQ_CST);
    *seen = __atomic_fetch_and(a, 1, __ATOMIC_SEQ_CST);
    *seen = __atomic_fetch_xor(a, 1, __ATOMIC_SEQ_CST);
    *seen = __atomic_add_fetch(a, 1, __ATOMIC_SEQ_CST);
    *seen = __atomic_sub_fetch(a, 1, __ATOMIC_SEQ_CST);
    *seen = __atomic_or_fetch(a, 1, __ATOMIC_SEQ_CST);
    *seen = __atomic_and_fetch(a, 1, __ATOMIC_SEQ_CST);
    *seen = __atomic_xor_fetch(a, 1, __ATOMIC_SEQ_CST);
    *seen = __atomic_test_and_set(flag, __ATOMIC_SEQ_CST);
    __atomic_clear(flag, __ATOMIC_SEQ_CST);
}
