// RUN: %threadlint show facts %s -- -std=c++17 | %FileCheck %s
// Guards: construction in place, destruction in reverse order on every exit, elision.
#include <mutex>

std::mutex mu;
std::mutex other;
int shared;

// CHECK-LABEL: fn early
int early(int n) {
    std::lock_guard<std::mutex> a(mu);
    if (n) {
        std::lock_guard<std::mutex> b(other);
        return 1;
    }
    shared++;
    return 0;
}
// CHECK: begin a
// CHECK: lock_guard{{.*}}(&a, &mu)
// CHECK: lock_guard{{.*}}(&b, &other)
// CHECK: ~lock_guard{{.*}}(&b) implicit cleanup
// CHECK-NEXT: end b
// CHECK-NEXT: ~lock_guard{{.*}}(&a) implicit cleanup
// CHECK-NEXT: end a
// CHECK-NEXT: return 1
// CHECK: update shared += 1
// CHECK-NEXT: ~lock_guard{{.*}}(&a) implicit cleanup
// CHECK-NEXT: end a
// CHECK-NEXT: return 0

// A guard that is not named ends with its statement.
// CHECK-LABEL: fn unnamed
void unnamed() {
    std::lock_guard<std::mutex>{mu};
    shared = 1;
}
// CHECK: lock_guard{{.*}}(&#0, &mu)
// CHECK-NEXT: ~lock_guard{{.*}}(&#0) implicit cleanup
// CHECK: write shared = 1

// A returned guard is moved or elided: no destructor on that exit.
// CHECK-LABEL: fn make_named
std::unique_lock<std::mutex> make_named() {
    std::unique_lock<std::mutex> l(mu);
    return l;
}
// CHECK: unique_lock{{.*}}(&l, &mu)
// CHECK-NOT: ~unique_lock
// CHECK: return l

// CHECK-LABEL: fn make_unnamed
std::unique_lock<std::mutex> make_unnamed() {
    return std::unique_lock<std::mutex>(mu);
}
// CHECK: unique_lock{{.*}}(&#0, &mu)
// CHECK-NEXT: return #0

// No copy constructor where C++17 constructs in place.
// CHECK-LABEL: fn take_over
void take_over() {
    auto l = make_named();
    std::unique_lock<std::mutex> d(other, std::defer_lock);
    if (d.try_lock()) {
        shared = 2;
    }
}
// CHECK: [[CALL:c[0-9]+]]: {{.*}} = call make_named()
// CHECK-NEXT: write l = [[CALL]] init
// CHECK: (&d, &other, std::defer_lock)
// CHECK: std::unique_lock::try_lock(&d)
// CHECK: branch
// CHECK: ~unique_lock{{.*}}(&d) implicit cleanup
// CHECK: ~unique_lock{{.*}}(&l) implicit cleanup

// CHECK-LABEL: fn in_condition
void in_condition() {
    if (std::unique_lock<std::mutex> w{mu, std::try_to_lock}; w.owns_lock()) {
        shared = 3;
    }
    shared = 4;
}
// CHECK: (&w, &mu, std::try_to_lock)
// CHECK: write shared = 3
// CHECK: ~unique_lock{{.*}}(&w)
// CHECK: write shared = 4

// CHECK-LABEL: fn loop
void loop() {
    for (;;) {
        std::scoped_lock l(mu, other);
        if (shared) {
            break;
        }
        if (shared == 2) {
            continue;
        }
        shared++;
    }
}
// CHECK-COUNT-3: ~scoped_lock{{.*}}(&l) implicit cleanup
