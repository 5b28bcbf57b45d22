// RUN: %threadlint show facts %s -- -std=c++17 | %FileCheck %s
// try, catch, throw: calls that may throw have an edge to the handler, with the cleanups of what is left.
#include <mutex>
#include <stdexcept>

std::mutex mu;
int may_throw(int);
int never(int) noexcept;
extern "C" int from_c(int);

// CHECK-LABEL: fn handled
void handled() {
    try {
        std::lock_guard<std::mutex> l(mu);
        may_throw(1);
        never(2);
        from_c(3);
    } catch (const std::exception &e) {
        may_throw(4);
    } catch (...) {
        may_throw(5);
        throw;
    }
}
// CHECK: lock_guard{{.*}}(&l, &mu)
// CHECK: call may_throw(1)
// CHECK-NEXT: jump -> {{b[0-9]+}}, catch
// CHECK: call never(2)
// CHECK-NEXT: call from_c(3)
// CHECK-NEXT: ~lock_guard{{.*}}(&l) implicit cleanup
// CHECK: ~lock_guard{{.*}}(&l) implicit cleanup
// CHECK: branch ? != 0
// CHECK: begin e
// CHECK: call may_throw(4)
// CHECK: call may_throw(5)
// CHECK: throw @

// CHECK-LABEL: fn thrown
void thrown(int n) {
    std::lock_guard<std::mutex> l(mu);
    if (n) {
        throw std::runtime_error("no");
    }
}
// CHECK: runtime_error
// CHECK: ~lock_guard{{.*}}(&l) implicit cleanup
// CHECK-NEXT: end l
// CHECK: throw @

// CHECK-LABEL: fn caught_here
int caught_here(int n) {
    try {
        std::lock_guard<std::mutex> l(mu);
        if (n) {
            throw 1;
        }
    } catch (int code) {
        return code;
    }
    return 0;
}
// CHECK: throw -> catch

// What is thrown goes to the handler of its class or of a base of it, not past it.
// CHECK-LABEL: fn caught_by_base
void caught_by_base() {
    try {
        throw std::runtime_error("no");
    } catch (int) {
        may_throw(8);
    } catch (const std::exception &) {
        may_throw(9);
    }
}
// CHECK: throw -> catch [[LANDING:b[0-9]+]]
// CHECK: [[LANDING]]:
// CHECK-NEXT: jump -> [[BODY:b[0-9]+]]
// CHECK: branch ? != 0
// CHECK: call may_throw(8)
// CHECK: [[BODY]]:
// CHECK-NOT: {{^ +b[0-9]+:}}
// CHECK: call may_throw(9)

// The last handler takes what is not known when it is for std::exception.
// CHECK-LABEL: fn caught_last
void caught_last() {
    try {
        may_throw(11);
    } catch (const std::exception &) {
        may_throw(12);
    }
}
// CHECK: call may_throw(11)
// CHECK-NOT: branch
// CHECK-NOT: throw @
// CHECK: call may_throw(12)
// CHECK-NOT: throw @

struct Private : private std::runtime_error {
    using std::runtime_error::runtime_error;
};
// A private base does not catch.
// CHECK-LABEL: fn not_caught_by_private_base
void not_caught_by_private_base() {
    try {
        throw Private("no");
    } catch (const std::runtime_error &) {
        may_throw(10);
    }
}
// CHECK: throw -> catch [[PLANDING:b[0-9]+]]
// CHECK: [[PLANDING]]:
// CHECK-NEXT: jump -> [[CHAIN:b[0-9]+]]
// CHECK: [[CHAIN]]:
// CHECK-NEXT: branch ? != 0

struct Member {
    Member(int);
};
struct Whole {
    Member m;
    Whole() try : m(may_throw(6)) {
    } catch (...) {
        may_throw(7);
    }
};
// CHECK-LABEL: fn Whole::Whole
// CHECK: call may_throw(6)
// CHECK-NEXT: jump -> {{b[0-9]+}}, catch
// CHECK: call may_throw(7)
