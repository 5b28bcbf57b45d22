// RUN: %threadlint show facts %s -- -std=c++17 | %FileCheck %s
// Attributes for thread safety become contracts: through macros, in declarations, of members, globals and classes.
#define ATTRIBUTE(x) __attribute__((x))
#define GUARDED_BY(x) ATTRIBUTE(guarded_by(x))
#define REQUIRES(...) ATTRIBUTE(requires_capability(__VA_ARGS__))
#define NEEDS_BIG __attribute__((requires_shared_capability(ns::big)))

struct __attribute__((capability("mutex"))) Lock {
    void take() ATTRIBUTE(acquire_capability());
    bool attempt() __attribute__((__try_acquire_capability__(true)));
    bool refuse() __attribute__((try_acquire_capability(false)));
    void drop() ATTRIBUTE(unlock_function());
};

struct __attribute__((scoped_lockable)) Guard {
    explicit Guard(Lock &l) ATTRIBUTE(exclusive_lock_function(l));
    ~Guard() ATTRIBUTE(release_capability());
};

namespace ns {
Lock big;
int total GUARDED_BY(big);
} // namespace ns

struct Base {
    Lock own;
};

struct Node : Base {
    Lock *shared;
    int by_own GUARDED_BY(own);
    int *by_shared __attribute__((pt_guarded_by(this->shared)));
    int by_call GUARDED_BY(pick());
    Lock &pick();
    void method(Node *other) REQUIRES(own, other->own, &ns::big);
    void big() NEEDS_BIG;
    static void loose(Lock *l) REQUIRES(*l);
    void free_for_all() __attribute__((no_thread_safety_analysis));
};

// CHECK: # contract lockable of Lock:
// CHECK: # contract scoped of Guard:
// CHECK-DAG: # contract guarded of ns::total: global ns::big
// CHECK-DAG: # contract guarded of Node::by_own: owner . own
// CHECK-DAG: # contract pointee guarded of Node::by_shared: owner . shared ->
// CHECK-DAG: # contract requires of Node::method: param 0 . own
// CHECK-DAG: # contract requires of Node::method: param 1 . own
// CHECK-DAG: # contract requires of Node::method: global ns::big
// CHECK-DAG: # contract requires shared of Node::big: global ns::big
// CHECK-DAG: # contract requires of Node::loose: param 0
// CHECK-DAG: # contract unchecked of Node::free_for_all:
// CHECK-DAG: # contract acquires of Lock::take:
// CHECK-DAG: # contract tries of Lock::attempt:
// CHECK-DAG: # contract tries of Lock::refuse: when 0
// CHECK-DAG: # contract releases of Lock::drop:
// CHECK-DAG: # contract acquires of Guard::Guard: param 1
int use(Node &n, Lock &l) {
    Guard g(l);
    n.shared->take();
    n.shared->drop();
    n.method(&n);
    n.big();
    Node::loose(&l);
    n.free_for_all();
    return ns::total + l.attempt() + l.refuse() + n.by_own + *n.by_shared + n.by_call;
}
