// RUN: %threadlint show facts %s -- -std=gnu11 | %FileCheck %s
// goto: forward and back, out of scopes, into a block, computed.
int f(void);
void g(int);

// CHECK-LABEL: fn jumps has_goto
void jumps(int a) {
    int u = 1;
    if (a) {
        int v = 2;
        if (a == 2) {
            goto out;
        }
        g(v);
    }
again:
    g(u);
    int late = f();
    if (late) {
        goto again;
    }
out:
    g(9);
}
// CHECK: branch a == 2 -> true [[OUT:b[0-9]+]]
// CHECK: [[OUT]]:
// CHECK-NEXT: jump -> [[CLEAN:b[0-9]+]]
// CHECK: [[CLEAN]]:
// CHECK-NEXT: end v
// CHECK-NEXT: jump -> [[LABEL:b[0-9]+]]
// CHECK: read v
// CHECK-NEXT: {{.*}}call g(v)
// CHECK-NEXT: end v
// CHECK: jump -> [[AGAIN:b[0-9]+]] @[[#@LINE-18]]:1
// CHECK: [[AGAIN]]:
// CHECK-NEXT: read u
// CHECK: branch late != 0
// CHECK: end late
// CHECK-NEXT: jump -> [[AGAIN]]
// CHECK: [[LABEL]]:
// CHECK-NEXT: {{.*}}call g(9)
// CHECK-NEXT: end late
// CHECK-NEXT: end u

// CHECK-LABEL: fn computed has_goto
void computed(int a) {
    static void *table[] = {&&one, &&two};
    goto *table[a];
one:
    g(1);
two:
    g(2);
}
// CHECK: indirect {{.*}} -> [[ONE:b[0-9]+]], [[TWO:b[0-9]+]]
// CHECK: [[ONE]]:
// CHECK-NEXT: call g(1)
// CHECK-NEXT: jump -> [[TWO]]
