// RUN: %threadlint show facts %s -- -std=gnu11 | %FileCheck %s
// switch: fall through, ranges, labels inside loops and blocks, no default, code nobody reaches.
int f(void);
void g(int);

// CHECK-LABEL: fn cases
void cases(int a) {
    switch (a) {
    case 1:
    case 2:
        g(1);
        break;
    case 4 ... 8:
        g(2);
    default:
        g(3);
    case 10: {
        g(4);
        return;
    }
    }
    g(5);
}
// CHECK: switch a -> case 1 [[ONE:b[0-9]+]], case 2 [[TWO:b[0-9]+]], case 4..8 [[FOUR:b[0-9]+]], default [[DEF:b[0-9]+]], case 10 [[TEN:b[0-9]+]]
// CHECK: [[ONE]]:
// CHECK-NEXT: jump -> [[TWO]]
// CHECK: [[TWO]]:
// CHECK-NEXT: {{.*}}call g(1)
// CHECK: call g(5)
// CHECK: [[FOUR]]:
// CHECK-NEXT: {{.*}}call g(2)
// CHECK-NEXT: jump -> [[DEF]]
// CHECK: [[DEF]]:
// CHECK-NEXT: {{.*}}call g(3)
// CHECK-NEXT: jump -> [[TEN]]

// CHECK-LABEL: fn no_default
void no_default(void) {
    switch (f()) {
    case 3:
        g(3);
    }
    g(4);
}
// CHECK: switch c{{[0-9]+}} -> case 3 [[THREE:b[0-9]+]], default [[AFTER:b[0-9]+]]
// CHECK: [[THREE]]:
// CHECK-NEXT: {{.*}}call g(3)
// CHECK-NEXT: jump -> [[AFTER]]

// CHECK-LABEL: fn duff
void duff(int a, int n) {
    switch (a % 2) {
    case 0:
        do {
            g(0);
    case 1:
            g(1);
        } while (--n > 0);
    }
}
// CHECK: switch (a % 2) -> case 0 [[ZERO:b[0-9]+]], case 1 [[MID:b[0-9]+]], default
// CHECK: [[MID]]:
// CHECK-NEXT: {{.*}}call g(1)
// CHECK: branch n > 0
// CHECK: call g(0)
// CHECK-NEXT: jump -> [[MID]]

// CHECK-LABEL: fn unreached
void unreached(int a, int b) {
    switch (a) {
    case 1:
        break;
        switch (b) {
        case 5:
            g(6);
        }
    case 2:
        g(7);
    }
}
// CHECK: switch a -> case 1 {{b[0-9]+}}, case 2 {{b[0-9]+}}, default
// CHECK-NOT: switch b
// CHECK: call g(7)

// CHECK-LABEL: fn covered
enum state { IDLE, BUSY, DONE };
void covered(enum state s) {
    switch (s) {
    case IDLE:
        g(1);
        break;
    case BUSY ... DONE:
        g(2);
    }
    g(3);
}
// CHECK: switch s -> case 0 {{b[0-9]+}}, case 1..2 {{b[0-9]+}}, default [[NEVER:b[0-9]+]]
// CHECK: [[NEVER]]:
// CHECK-NEXT: unreachable

// CHECK-LABEL: fn uncovered
void uncovered(enum state s) {
    switch (s) {
    case IDLE:
        g(1);
        break;
    case DONE:
        g(2);
    }
    g(3);
}
// CHECK-NOT: unreachable
