// RUN: %threadlint show facts %s -- -std=gnu11 | %FileCheck %s
// Branches and conditions.
int f(void);
void g(int);

// CHECK-LABEL: fn null_test
int null_test(int *p) {
    if (!p) {
        return 1;
    }
    if (p && *p > 2) {
        return 2;
    }
    return 3;
}
// CHECK: b1:
// CHECK-NEXT: read p
// CHECK-NEXT: branch p != 0 -> true [[SET:b[0-9]+]], false [[NULL:b[0-9]+]]
// CHECK: [[SET]]:
// CHECK-NEXT: read p
// CHECK-NEXT: branch p != 0 -> true [[AND:b[0-9]+]], false [[NO:b[0-9]+]]
// CHECK: [[AND]]:
// CHECK-NEXT: read p
// CHECK-NEXT: read *p
// CHECK-NEXT: branch *p > 2 -> true [[TWO:b[0-9]+]], false [[NO]]
// CHECK: [[TWO]]:
// CHECK-NEXT: return 2
// CHECK: [[NO]]:
// CHECK-NEXT: return 3
// CHECK: [[NULL]]:
// CHECK-NEXT: return 1

// CHECK-LABEL: fn values
int values(int a, int b) {
    int x = a ? f() : 3;
    int y = a ?: f();
    int z = a && !b;
    return x + y + z;
}
// CHECK: branch a != 0
// CHECK: call f()
// CHECK: write [[X:#[0-9]+]] = c{{[0-9]+}} init
// CHECK: write [[X]] = 3 init
// CHECK: write x = [[X]] init
// CHECK: write [[Y:#[0-9]+]] = a init
// CHECK-NEXT: branch a != 0
// CHECK: call f()
// CHECK: write [[Y]] = c{{[0-9]+}} init
// CHECK: write y = [[Y]] init
// CHECK: write [[Z:#[0-9]+]] = 1 init
// CHECK: write [[Z]] = 0 init
// CHECK: write z = [[Z]] init

// Conditions inside conditions branch; hints are looked through.
// CHECK-LABEL: fn nested
int nested(int a, int b) {
    if (__builtin_expect(!!(a ? f() : b), 0)) {
        return 1;
    }
    return 0;
}
// CHECK: read a
// CHECK-NEXT: branch a != 0
// CHECK: [[C:c[0-9]+]]: int = call f()
// CHECK-NEXT: branch [[C]] != 0 -> true [[T:b[0-9]+]], false [[F:b[0-9]+]]
// CHECK: read b
// CHECK-NEXT: branch b != 0 -> true [[T]], false [[F]]
// CHECK: [[T]]:
// CHECK-NEXT: return 1
// CHECK: [[F]]:
// CHECK-NEXT: return 0

// CHECK-LABEL: fn statement_expression
int statement_expression(int a) {
    int q = ({
        int t = f();
        if (t) {
            return 5;
        }
        t + 1;
    });
    g((a, q));
    return q;
}
// CHECK: begin t
// CHECK: branch t != 0
// CHECK: end t
// CHECK-NEXT: end q
// CHECK-NEXT: return 5
// CHECK: write [[V:#[0-9]+]] = (t + 1) init
// CHECK-NEXT: end t
// CHECK-NEXT: write q = [[V]] init
// CHECK: call g(q)

// Constant conditions leave one way.
// CHECK-LABEL: fn constant
void constant(void) {
    if (0) {
        g(1);
    }
    do {
        g(2);
    } while (0);
    while (1) {
        g(3);
    }
}
// CHECK: drop {{.*}} call g(1)
// CHECK: call g(2)
// CHECK: call g(3)
// CHECK-NOT: return

// Thousands of else-ifs are a list.
#define I(n) else if (a == n) g(n);
// CHECK-LABEL: fn chain
void chain(int a) {
    if (a == 1) {
        g(1);
    }
    I(2)
    else {
        g(3);
    }
    g(4);
}
// CHECK: branch a == 1
// CHECK: call g(1)
// CHECK: branch a == 2
// CHECK: call g(2)
// CHECK: call g(3)
// CHECK: call g(4)
