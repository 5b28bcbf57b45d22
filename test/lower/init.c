// RUN: %threadlint show facts %s -- -std=gnu11 | %FileCheck %s
// Initialisers: one write per member; designators, ranges, left-out braces; globals in %init.
#include <pthread.h>
int f(void);
void a1(void);
void a2(int);
struct ops {
    const char *name;
    void (*open)(void);
    void (*io)(int);
};
static void s_open(void) {
    a1();
}
static const struct ops table[] = {{"x", s_open, a2}, {.io = a2, .name = "y"}, [4] = {"z", a1}};
struct in {
    int a, b;
};
struct out {
    struct in x;
    int c;
    struct in y[2];
};
struct out elided = {1, 2, 3, 4, 5, 6, 7};
struct out designated = {.y[1].b = 9, .x.a = 3};
int range[10] = {[1 ... 3] = 7, 8};
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static unsigned char bytes[32] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
char text[] = {"abc"};
struct ops *current = &(struct ops){"cl", s_open};

// Functions only a table mentions are lowered too.
// CHECK-LABEL: fn s_open
// CHECK-LABEL: fn local
void local(int v, struct in q) {
    struct out o = {.x = q, .c = f()};
    struct in zero = {0};
    static void (*const hooks[])(int) = {a2};
    int vla[f()];
    o = (struct out){q, 2};
    hooks[v](v);
    (void)vla, (void)zero;
}
// CHECK: begin o
// CHECK-NEXT: read q
// CHECK-NEXT: write o.x = q init
// CHECK-NEXT: [[C:c[0-9]+]]: int = call f()
// CHECK-NEXT: write o.c = [[C]] init
// CHECK: write zero.a = 0 init
// CHECK-NEXT: write zero.b = 0 init
// CHECK-NEXT: call f()
// CHECK-NEXT: begin vla
// CHECK: write o.x = q @
// CHECK-NEXT: write o.c = 2 @
// CHECK: indirect hooks[v](v)

// CHECK-LABEL: fn "%init@{{.*}}init.c" global_init
// CHECK: write table[0]{{.*}}.name = "x" init
// CHECK-NEXT: write table[0]{{.*}}.open = fn:s_open init
// CHECK-NEXT: write table[0]{{.*}}.io = fn:a2 init
// CHECK-NEXT: write table[1]{{.*}}.io = fn:a2 init
// CHECK-NEXT: write table[1]{{.*}}.name = "y" init
// CHECK-NEXT: write table[4]{{.*}}.name = "z" init
// CHECK-NEXT: write table[4]{{.*}}.open = fn:a1 init
// CHECK-NEXT: write elided.x.a = 1 init
// CHECK-NEXT: write elided.x.b = 2 init
// CHECK-NEXT: write elided.c = 3 init
// CHECK-NEXT: write elided.y[0].a = 4 init
// CHECK-NEXT: write elided.y[0].b = 5 init
// CHECK-NEXT: write elided.y[1].a = 6 init
// CHECK-NEXT: write elided.y[1].b = 7 init
// CHECK-NEXT: write designated.y[1].b = 9 init
// CHECK-NEXT: write designated.x.a = 3 init
// CHECK-NEXT: write range[?] = 7 init
// CHECK-NEXT: write range[4] = 8 init
// CHECK-NEXT: write mu = {{[0?]}} init
// CHECK-NEXT: write text = "abc" init
// CHECK-NEXT: begin #0
// CHECK-NEXT: write #0.name = "cl" init
// CHECK-NEXT: write #0.open = fn:s_open init
// CHECK-NEXT: write current = &#0 init
// CHECK: write hooks[0]{{.*}} = fn:a2 init
