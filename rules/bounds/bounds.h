// Shared by the rules of this family: loops that start threads.
#ifndef RULES_BOUNDS_BOUNDS_H
#define RULES_BOUNDS_BOUNDS_H

#include "checker/flow/graph.h"
#include "checker/rule/check.h"

// A call that starts a thread, in one of the loops around it.
struct spawn_loop {
    struct fn_ref fn;
    const struct ir_op *op; // the call that starts the thread
    const struct loop *loop;
    uint32_t block_count; // of the function
};

/// Calls `found` for each call that starts a thread, itself or through callees, with each loop
/// around it, from the inside out, until it returns true.
void bounds_visit(struct rule_ctx *ctx,
                  bool (*found)(struct rule_ctx *ctx, const struct spawn_loop *s));

/// First call of the loop that takes the next item from outside; 0 = none. *ret_from_peer: a
/// connection or a message.
call_id bounds_source(const struct rule_ctx *ctx, const struct spawn_loop *s, bool *ret_from_peer);

/// Something limits the threads on the way round: a join, a wait, a semaphore, a counter compared
/// with something. The comparison in block `but` (index within the function, UINT32_MAX = none)
/// does not count.
bool bounds_is_capped(const struct rule_ctx *ctx, const struct spawn_loop *s, uint32_t but);

/// Argument `index` of a call, id 0 = none.
val_id bounds_arg(const struct facts *f, call_id call, uint32_t index);

/// Variable a place or value is reached through; *ret_through_pointer (may be NULL): its content is
/// followed on the way.
var_id bounds_root(const struct facts *f, path_id path, bool *ret_through_pointer);

#endif
