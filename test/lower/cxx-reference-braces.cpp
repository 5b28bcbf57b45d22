// `T &x{y}` binds the object itself; `const T &x{1, 2}` makes one.
// RUN: %threadlint show facts %s -- -std=c++17 | %FileCheck %s
struct pair {
    int a, b;
};

// CHECK-LABEL: fn bind
// CHECK: write same = p init
// CHECK: write alike = same init
// CHECK: write number = &same->a init
// CHECK: write [[T:#[0-9]+]].a = 1 init
// CHECK: write made = &[[T]] init
int bind(pair *p) {
    pair &same{*p};
    auto &alike{same};
    const int &number{same.a};
    const pair &made{1, 2};
    return alike.a + number + made.b;
}
