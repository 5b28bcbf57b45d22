// RUN: %threadlint show facts %s -- -std=c++17 | %FileCheck %s
// Closures: one field per capture, explicit or not; the body reaches captured variables through them.
#include <functional>
#include <thread>

int global;
void use(int);

struct S {
    int v;
    void method() {
        auto by_this = [this] { v++; };
        auto by_copy = [*this]() mutable { v++; };
        by_this();
        by_copy();
    }
};

// CHECK: record {{.*}}"S::method::(lambda)" {{.*}}lambda
// CHECK: record {{.*}}"captures::(lambda)" {{.*}}lambda
// CHECK-NEXT: field z: int & capture
// CHECK-NEXT: field n: int & capture

// CHECK-LABEL: fn S::method
// CHECK: write by_this.this = this init
// CHECK: write by_copy.this{{.*}} = *this init

// CHECK-LABEL: fn captures
void captures(int n) {
    int z = 0;
    auto refs = [&] { z += n; };
    auto mixed = [=, &z, k = n + 1] { z += k + n; };
    auto none = [] { global++; };
    refs();
    mixed();
    none();
    void (*pointer)() = none;
    pointer();
}
// CHECK: write refs.z = &z init
// CHECK: write refs.n = &n init
// CHECK: write mixed.z = &z init
// CHECK: write mixed.k = (n + 1) init
// CHECK: write mixed.n = n init
// CHECK: (&refs)
// CHECK: (&mixed)
// CHECK: (&none)
// CHECK: write pointer = fn:{{.*}}{none} init

// CHECK-LABEL: fn starts
void starts() {
    int z = 0;
    std::thread t([&z] { z++; });
    t.join();
    std::function<void()> f = [z] { use(z); };
    f();
}
// CHECK: write #[[T:[0-9]+]].z = &z init
// CHECK: thread{{.*}}(&t, fn:{{.*}}{#[[T]]})
// CHECK: std::thread::join(&t)
// CHECK: write #[[F:[0-9]+]].z = z init
// CHECK: function{{.*}}(&f, fn:{{.*}}{#[[F]]})
// CHECK: ~function{{.*}}(&f)
// CHECK: std::thread::~thread(&t)

// CHECK-LABEL: fn nested
void nested() {
    int z = 0;
    auto outer = [&] {
        auto inner = [&z] { z = 1; };
        inner();
    };
    outer();
}

// Bodies.
// CHECK: update this->this->v += 1
// CHECK: update this->this{{.*}}.v += 1
// CHECK: update *this->z += *this->n
// CHECK: update *this->z += (this->k + this->n)
// CHECK: update global += 1
// CHECK: update *this->z += 1
// CHECK: use(this->z)
// CHECK: write inner.z = this->z init
// CHECK: write *this->z = 1
