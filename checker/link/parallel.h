// Which threads may run while a function does something. Private to link.
//
// A *root* is where a thread begins: 0 stands for main and whoever calls the program's functions
// from outside, 1 to 62 for the entries of threads, 63 for all further entries. A function runs in
// the *contexts* of the roots that reach it.
#ifndef CHECKER_LINK_PARALLEL_H
#define CHECKER_LINK_PARALLEL_H

#include "checker/link/program_private.h"

enum { ROOT_MAIN = 0, ROOT_LAST = 63 };

// A function as it runs in one root, in one phase of it: before threads start it may run holding
// nothing, later not. Phases differ in the threads that may run.
struct run_context {
    uint8_t root;
    bool reached;          // `held` is meaningful
    node_id from;          // caller of the way that holds least, NODE_NONE where the thread begins
    uint32_t from_context; // which of its contexts
    uint32_t via;          // op of it
    uint64_t live;         // roots whose threads may run when it is entered
    VEC(expr_id)
    held; // classes of locks that every way here holds; unnamed_lock stands for one that has no
          // name
};

/// Numbers the entries. Before accesses are collected.
void program_number_roots(struct program *p);
/// Finds contexts and which roots run in parallel. After flow.
void program_find_parallel(struct program *p);
/// Root of an entry function value, ROOT_MAIN when it is not one.
uint8_t root_of_value(const struct program *p, expr_id fn);
/// Roots that may run when `op` of `n` runs in context `c`.
uint64_t parallel_at(struct program *p, node_id n, const struct run_context *c, uint32_t op);
/// Some path leads from op `from` of the function to op `to`, without passing op `avoid` (0: any
/// path).
bool op_comes_before(struct program *p, struct fn_ref ref, uint32_t from, uint32_t to,
                     uint32_t avoid);
/// The function never comes back from `op`: a failed assertion, a crash report. What happens there
/// is no part of the design.
bool op_is_doomed(struct fn_ref ref, uint32_t op);
/// Class of a lock, or the stand-in for locks without one.
expr_id lock_identity(struct program *p, expr_id lock);
expr_id unnamed_lock(struct program *p);
/// Of these, the ones this run of `n` has started and not waited for in any way since.
uint64_t parallel_within(struct program *p, node_id n, uint32_t op);
/// `op` lies between two calls of one function that waits for other threads, as in pause_all();
/// ...; resume_all(): they may stand still meanwhile.
bool parallel_is_bracketed(struct program *p, node_id n, uint32_t op);
/// Number of the op that makes the call.
uint32_t program_op_of_call(const struct program *p, node_id n, call_id call);
/// What a call op may go to: appends to `out`, returns how many; for indirect calls every function
/// known to be stored there.
uint32_t call_targets(const struct program *p, const struct facts *f, call_id call, node_id *out,
                      uint32_t max);

#endif
