// Shared by the rules of this family: loops that start threads.
#ifndef RULES_BOUNDS_BOUNDS_H
#define RULES_BOUNDS_BOUNDS_H

#include "checker/flow/graph.h"
#include "checker/rule/check.h"

// A call that starts a thread, inside a loop fed from outside.
struct spawn_loop {
    const struct ir_op *op;     // the call that starts the thread
    call_id source;             // the call of the loop that takes the next item from outside
    bool source_is_connection;  // it yields a new descriptor
};

/// Calls `found` for each call that starts a thread (itself or through callees) in a loop that takes input from outside and
/// has no cap: no join, wait or semaphore and no comparison of a counter on the way round.
void bounds_visit(struct rule_ctx *ctx, void (*found)(struct rule_ctx *ctx, const struct spawn_loop *s));

#endif
