// RUN: %threadlint show facts %s -- -std=gnu11 | %FileCheck %s
// Loops: every part of a for header may be missing, written by a macro, or hidden by an empty argument.
#include <pthread.h>
int f(void);
void g(int);
pthread_mutex_t mu;

// CHECK-LABEL: fn headers
void headers(int n) {
    int i;
    for (i = 0; i < n; i++) {
        g(1);
    }
    for (; i < n;) {
        g(2);
    }
    for (;; i++) {
        if (i) {
            break;
        }
    }
    for (i = 7;;) {
        if (f()) {
            break;
        }
        continue;
    }
}
// CHECK: write i = 0
// CHECK-NEXT: jump -> [[HEAD:b[0-9]+]]
// CHECK: [[HEAD]]:
// CHECK-NEXT: read i
// CHECK-NEXT: read n
// CHECK-NEXT: branch i < n -> true [[BODY:b[0-9]+]]
// CHECK: [[BODY]]:
// CHECK-NEXT: call g(1)
// CHECK-NEXT: jump -> [[INC:b[0-9]+]]
// CHECK: [[INC]]:
// CHECK-NEXT: update i += 1
// CHECK-NEXT: jump -> [[HEAD]]
// CHECK: branch i < n
// CHECK: call g(2)
// CHECK: branch i != 0
// CHECK: write i = 7
// CHECK: branch c{{[0-9]+}} != 0
// CHECK: update i += 1

#define FOREACH(i, n, step) for (int i = 0; i < n; step)
#define FOREVER for (;;)
#define LOCKED(m) for (int once = (pthread_mutex_lock(m), 1); once; once = (pthread_mutex_unlock(m), 0))
// CHECK-LABEL: fn macros
void macros(int n) {
    FOREACH(i, n, i++) {
        g(i);
    }
    FOREACH(j, n, ) {
        j += f();
    }
    LOCKED(&mu) {
        g(1);
    }
    FOREVER {
        g(2);
    }
}
// CHECK: branch i < n
// CHECK: call g(i)
// CHECK: update i += 1
// CHECK: branch j < n
// CHECK: call f()
// CHECK: call pthread_mutex_lock(&mu) in_macro
// CHECK-NEXT: write once = 1 init
// CHECK: branch once != 0
// CHECK: call g(1)
// CHECK: call pthread_mutex_unlock(&mu) in_macro
// CHECK-NEXT: write once = 0
// CHECK: call g(2)
// CHECK-NOT: return

// break and continue end the variables of the body.
// CHECK-LABEL: fn scopes
void scopes(int n) {
    while (n--) {
        int in = f();
        if (in == 1) {
            break;
        }
        if (in == 2) {
            continue;
        }
        g(in);
    }
    do {
        int last = f();
        if (last) {
            continue;
        }
        g(last);
    } while (n > 3);
}
// CHECK: branch in == 1
// CHECK: end in
// CHECK-NEXT: jump -> [[AFTER:b[0-9]+]]
// CHECK: branch in == 2
// CHECK: end in
// CHECK-NEXT: jump -> [[AGAIN:b[0-9]+]]
// CHECK: call g(in)
// CHECK-NEXT: end in
// CHECK-NEXT: jump -> [[AGAIN]]
// CHECK: branch last != 0
// CHECK: end last
// CHECK: call g(last)
// CHECK: end last
// CHECK: branch n > 3
