// Shared by the rules of this family: guards, objects that hold a lock while they live
// (std::unique_lock), handlers and atomics.
#ifndef RULES_SHARED_STATE_SHARED_STATE_H
#define RULES_SHARED_STATE_SHARED_STATE_H

#include "checker/rule/check.h"

/// The type is that of a guard.
bool guard_is_type(const struct rule_ctx *ctx, const struct facts *f, type_id type);
/// Guard variable that `op` constructs (SYM_CTOR) or destroys (SYM_DTOR); id 0 = it is no such
/// call.
var_id guard_of_op(const struct rule_ctx *ctx, const struct facts *f, const struct ir_op *op,
                   uint32_t sym_flag);
/// Something other than the constructor `ctor` and the destructor has to do with the guard: it is
/// assigned, locked, asked, waited with, moved, returned or passed on.
bool guard_is_used(struct fn_ref fn, var_id guard, call_id ctor);

/// The same call releases a lock that the function took on another path: it does not rely on its
/// caller for it.
bool lock_is_mixed(const struct flow_result *r, const struct flow_event *e);
/// Event about a lock this function has not touched before: nobody can have taken it for this
/// function.
bool lock_nobody_gave(const struct rule_ctx *ctx, const struct flow_result *r,
                      const struct flow_event *e);
/// A lock known only as what some pointer of unknown origin points to: it may well be another one
/// by its name.
bool lock_is_anonymous(const struct expr_table *t, expr_id lock);

/// The lock is held on all paths that come there.
bool lock_is_held_at(const struct flow_point *at, expr_id lock);

struct atomic_op {
    uint32_t kind; // FN_ATOMIC_*; 0 = it is none
    path_id object;
    val_id value; // stored
    bool relaxed; // memory_order_relaxed was asked for
};

/// The atomic operation that `op` is: a plain operator on an atomic object, or a call that models
/// know.
struct atomic_op atomic_op_of(const struct rule_ctx *ctx, const struct facts *f,
                              const struct ir_op *op);

/// The handler is only for faults the program makes itself (SIGSEGV, SIGABRT): the process is
/// dying, and what its handler does is a last attempt to tell why.
bool handler_is_for_faults(const struct program_root *handler);

#endif
