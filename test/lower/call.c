// RUN: %threadlint show facts %s -- -std=gnu11 | %FileCheck %s
// Calls: direct, indirect, builtin; arguments are values, results are named.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

pthread_mutex_t mu;
int f(int);
float ff(float);
void use(void *);
struct ops {
    int (*run)(int);
};

// CHECK-LABEL: fn direct
void direct(struct ops *o, int x) {
    int r = f(x);
    (f)(1);
    (*f)(2);
    (&f)(3);
    o->run(4);
    (*o->run)(5);
    o->run = f;
    r = f(f(6));
    use(&r);
}
// CHECK: read x
// CHECK-NEXT: [[R:c[0-9]+]]: int = call f(x)
// CHECK-NEXT: write r = [[R]] init
// CHECK-NEXT: call f(1)
// CHECK-NEXT: call f(2)
// CHECK-NEXT: call f(3)
// CHECK: indirect o->run(4)
// CHECK: indirect o->run(5)
// CHECK: write o->run = fn:f
// CHECK: [[I:c[0-9]+]]: int = call f(6)
// CHECK-NEXT: [[O:c[0-9]+]]: int = call f([[I]])
// CHECK-NEXT: write r = [[O]]

// CHECK-LABEL: fn worker
static void *worker(void *arg) {
    return arg;
}
// CHECK-LABEL: fn spawn
void spawn(void) {
    pthread_t t[2];
    pthread_create(&t[1], NULL, worker, &mu);
    pthread_create(t + 1, NULL, &worker, &mu);
}
// CHECK: call pthread_create(&t[1], 0, fn:worker, &mu)
// CHECK: call pthread_create(&t[1], 0, fn:worker, &mu)

// CHECK-LABEL: fn conditional
int conditional(int r) {
    if ((r = pthread_mutex_trylock(&mu)) != 0) {
        return r;
    }
    if (!pthread_mutex_trylock(&mu)) {
        return 1;
    }
    return 2;
}
// CHECK: [[T:c[0-9]+]]: int = call pthread_mutex_trylock(&mu)
// CHECK-NEXT: write r = [[T]]
// CHECK-NEXT: branch [[T]] != 0
// CHECK: [[U:c[0-9]+]]: int = call pthread_mutex_trylock(&mu)
// CHECK-NEXT: branch [[U]] != 0

// CHECK-LABEL: fn ends
void ends(int n) {
    if (n == 1) {
        exit(1);
    }
    if (n == 2) {
        __builtin_unreachable();
    }
    if (n == 3) {
        __builtin_trap();
    }
    use(&n);
}
// CHECK: call exit(1)
// CHECK-NEXT: noreturn
// CHECK: unreachable
// CHECK: call __builtin_trap()
// CHECK-NEXT: noreturn
// CHECK: call use(&n)

#define G(x) _Generic((x), int: f, float: ff)(x)
// CHECK-LABEL: fn chosen
void chosen(int a) {
    G(a);
    G(1.0f);
    a = __builtin_choose_expr(1, f(1), f(2));
    use(&a);
}
// CHECK: call f(a)
// CHECK-NEXT: call ff(?)
// CHECK-NEXT: [[C:c[0-9]+]]: int = call f(1)
// CHECK-NEXT: write a = [[C]]
// CHECK-NOT: call f(2)

// A variable argument has no place.
// CHECK-LABEL: fn variadic
int variadic(int n, ...) {
    __builtin_va_list ap;
    __builtin_va_start(ap, n);
    int z = __builtin_va_arg(ap, int);
    __builtin_va_end(ap);
    return z;
}
// CHECK: write z = ? init

// glibc declares this parameter as a transparent union; the argument is what was written.
// CHECK-LABEL: fn transparent
int transparent(int fd) {
    struct sockaddr a;
    return bind(fd, &a, sizeof a);
}
// CHECK: call bind(fd, &a, 16)
