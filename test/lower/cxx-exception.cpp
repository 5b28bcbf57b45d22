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
