// RUN: %threadlint show facts %s -- -std=gnu11 | %FileCheck %s
// Code of a macro stands where the macro is used; its arguments where they are written.
#include <assert.h>
#include <pthread.h>
pthread_mutex_t mu;
#define LOCK(m) pthread_mutex_lock(m)

// CHECK-LABEL: fn uses
void uses(int *p) {
    LOCK(&mu);
    assert(p && "no p");
    pthread_mutex_unlock(&mu);
}
// CHECK: call pthread_mutex_lock(&mu) in_macro @[[#@LINE-4]]:5-14!
// CHECK: read p @[[#@LINE-4]]:12-13!
// CHECK-NEXT: branch p != 0
// CHECK: call pthread_mutex_unlock(&mu) @[[#@LINE-5]]:5-30
// CHECK: call __assert_fail({{.*}}) in_macro
// CHECK-NEXT: noreturn
