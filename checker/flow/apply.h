// One call being applied. Private to flow: apply.c (effects), apply_acts.c (acts),
// apply_memory.c (memory).
#ifndef CHECKER_FLOW_APPLY_H
#define CHECKER_FLOW_APPLY_H

#include "checker/flow/run.h"

struct application {
    struct run *r;
    call_id call;
    const struct ir_call *ir;
    expr_id args[FLOW_MAX_ARGS];
    uint32_t arg_count;
    expr_id result;             // symbol or value of the result
    const struct world *world;  // present memory for loads
    const struct world *before; // memory when the callee is entered, of which inferred summaries
                                // speak; NULL = as it is now
    unsigned depth;             // callbacks
    bool inferred;              // sites of effects are the callee's
    bool unproved;              // the case depends on memory of which nothing is known here
    const struct summary *summary;
    bool tries;         // a model that does not wait for what it takes
    expr_id stored[16]; // places the summary stores to: known afterwards
    uint32_t stored_count;
};

/// An expression of the callee's summary in terms of this function.
expr_id apply_instantiate(struct application *a, const struct world *w, expr_id e);
/// Notes the act that an effect of a library function is.
void apply_act(struct application *a, struct world *w, const struct effect *e);
/// Records a signal of a condition.
void apply_signal(struct application *a, struct world *w, const struct effect *e);
/// Repeats the acts of the callee.
void apply_acts_of_callee(struct application *a, const struct world *w, expr_id target);
/// Repeats the acts of a function value with the arguments of `a`; `in_thread`: in a thread of its
/// own.
void apply_acts_of_function(struct application *a, const struct world *w, expr_id fn,
                            bool in_thread);
/// The arguments, and what they point to, are known to others from here on.
void apply_escape_arguments(struct application *a, struct world *w, expr_id target);
/// An unknown function may close what it is given: nothing is claimed of it afterwards.
void apply_doubt_closed(struct application *a, struct world *w);
/// Forgets what the call may have written through its arguments; `known`: its body says what.
void apply_forget_pointed(struct application *a, struct world *w, expr_id target, bool known);
/// Handles stored where the callee put them belong to whoever owns the place.
void apply_hand_over_handles(struct application *a, struct world *w);
/// Forgets the fields and globals the callee, or what it calls, may write.
void apply_forget_written(struct application *a, struct world *w, expr_id target,
                          const struct summary *s);

#endif
