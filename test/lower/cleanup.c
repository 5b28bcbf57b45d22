// RUN: %threadlint show facts %s -- -std=gnu11 | %FileCheck %s
// The cleanup attribute runs at every exit of its scope, innermost and last declared first.
#include <pthread.h>
int f(void);
static pthread_mutex_t mu, other;
static void unlocker(pthread_mutex_t **p) {
    pthread_mutex_unlock(*p);
}
#define GUARD(name, m)                                                                             \
    __attribute__((cleanup(unlocker))) pthread_mutex_t *name = (m);                                \
    pthread_mutex_lock(name)

// CHECK-LABEL: fn guarded
int guarded(int a) {
    GUARD(outer, &mu);
    if (a) {
        return a + f();
    }
    while (f()) {
        GUARD(inner, &other);
        if (a == 2) {
            break;
        }
        if (a == 3) {
            return 3;
        }
    }
    return f();
}
// CHECK: write outer = &mu init
// CHECK: call pthread_mutex_lock(outer)
// CHECK: write [[T:#[0-9]+]] = (a + c{{[0-9]+}})
// CHECK-NEXT: call unlocker(&outer) implicit cleanup
// CHECK-NEXT: end outer
// CHECK-NEXT: return [[T]]
// CHECK: branch a == 2
// CHECK: call unlocker(&inner) implicit cleanup
// CHECK-NEXT: end inner
// CHECK-NEXT: jump -> [[AFTER:b[0-9]+]]
// CHECK: branch a == 3
// CHECK: call unlocker(&inner) implicit cleanup
// CHECK-NEXT: end inner
// CHECK-NEXT: call unlocker(&outer) implicit cleanup
// CHECK-NEXT: end outer
// CHECK-NEXT: return 3
// CHECK: call unlocker(&inner) implicit cleanup
// CHECK: [[AFTER]]:
// CHECK: [[R:c[0-9]+]]: int = call f()
// CHECK-NEXT: call unlocker(&outer) implicit cleanup
// CHECK-NEXT: end outer
// CHECK-NEXT: return [[R]]
