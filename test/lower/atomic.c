// RUN: %threadlint show facts %s -- -std=c11 | %FileCheck %s
// Builtin atomics are calls with their arguments in source order; sizes are no part of the name.
#include <stdatomic.h>

// CHECK-LABEL: fn gnu
void gnu(int *p) {
    int e = 0;
    __atomic_store_n(p, 3, __ATOMIC_RELEASE);
    int r = __atomic_load_n(p, __ATOMIC_ACQUIRE);
    __atomic_fetch_add(p, 1, __ATOMIC_RELAXED);
    __atomic_compare_exchange_n(p, &e, 5, 1, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    __atomic_exchange(p, &r, &e, __ATOMIC_ACQ_REL);
    __sync_fetch_and_add(p, 4);
    __sync_synchronize();
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}
// CHECK: call __atomic_store_n(p, 3, 3)
// CHECK: [[L:c[0-9]+]]: int = call __atomic_load_n(p, 2)
// CHECK-NEXT: write r = [[L]] init
// CHECK: call __atomic_fetch_add(p, 1, 0)
// CHECK: call __atomic_compare_exchange_n(p, &e, 5, 1, 5, 0)
// CHECK: call __atomic_exchange(p, &r, &e, 4)
// CHECK: call __sync_fetch_and_add(p, 4)
// CHECK: call __sync_synchronize()
// CHECK: call __atomic_thread_fence(2)

// CHECK-LABEL: fn c11
int c11(atomic_int *q) {
    int e = 0;
    atomic_store(q, 3);
    atomic_store_explicit(q, 4, memory_order_release);
    e = atomic_load_explicit(q, memory_order_acquire);
    atomic_fetch_add(q, 2);
    if (atomic_compare_exchange_strong(q, &e, 9)) {
        return 1;
    }
    atomic_thread_fence(memory_order_seq_cst);
    return 0;
}
// CHECK: call __c11_atomic_store(q, 3, 5)
// CHECK: call __c11_atomic_store(q, 4, 3)
// CHECK: call __c11_atomic_load(q, 2)
// CHECK: call __c11_atomic_fetch_add(q, 2, 5)
// CHECK: [[X:c[0-9]+]]: _Bool = call __c11_atomic_compare_exchange_strong(q, &e, 9, 5, 5)
// CHECK-NEXT: branch [[X]] != 0
// CHECK: call __c11_atomic_thread_fence(5)

// CHECK-LABEL: fn assembly
void assembly(int a, int *p) {
    int z = 0;
    __asm__ volatile("mfence" ::: "memory");
    __asm__("add %1,%0" : "+r"(z) : "r"(a));
    __asm__("" : "=m"(*p));
}
// CHECK: asm memory
// CHECK: read z
// CHECK-NEXT: write z = ?
// CHECK-NEXT: read a
// CHECK-NEXT: asm
// CHECK: write *p = ?
