// A lock is released that this thread does not hold on that path.
#include "rules/shared-state/shared-state.h"

// The function takes the lock itself and gives it back on its other ways, this one alone releases
// it untaken, by a call that never releases it taken, and no parameter decides between them: its
// caller cannot be meant to hold it here and not to hold it there.
static bool contradicts_itself(const struct rule_ctx *ctx, const struct flow_result *r,
                               const struct flow_event *e) {
    return !lock_is_mixed(r, e) && flow_gives_back(r, e->subject) &&
           !flow_leaves_held(r, e->subject) &&
           !flow_is_told_apart(program_exprs(ctx->program), r, e->subject);
}

// What the callee whose place is `inner` says of such a lock itself; NULL when it knows it only as
// what a parameter points to.
static const struct flow_event *told_by_callee(const struct rule_ctx *ctx,
                                               const struct flow_event *e, node_id *ret_callee) {
    *ret_callee = e->inner ? program_node(ctx->program, rule_site(ctx, e->inner).at) : NODE_NONE;
    struct expr_table *t = program_exprs(ctx->program);
    expr_id class = expr_class(t, e->subject);
    const struct flow_result *r =
        *ret_callee == NODE_NONE ? NULL : program_flow(ctx->program, *ret_callee, FLOW_LOCKS);
    for (uint32_t i = 0; class.v && r && i < r->events.len; i++) {
        const struct flow_event *x = &r->events.data[i];
        if (x->kind == FLOW_RELEASE_ENTRY && expr_same(expr_class(t, x->subject), class)) {
            return x;
        }
    }
    return NULL;
}

// Released by a function that unlocks whatever it is given, under a name that may be one of several
// of the lock.
static bool is_passed_through(const struct rule_ctx *ctx, const struct flow_event *e) {
    node_id callee = NODE_NONE;
    struct expr_table *t = program_exprs(ctx->program);
    return e->inner && !told_by_callee(ctx, e, &callee) && expr_class(t, e->subject).v &&
           !program_is_private_lock(ctx->program, e->subject);
}

// The callee reports it itself: no caller of it can hold the lock.
static bool is_told_by_callee(const struct rule_ctx *ctx, const struct flow_event *e) {
    node_id callee = NODE_NONE;
    const struct flow_event *x = told_by_callee(ctx, e, &callee);
    return x && !program_may_hold_at_entry(ctx->program, callee, x->subject);
}

// Nobody can have taken the lock for this function.
static bool caller_cannot_hold(const struct rule_ctx *ctx, const struct flow_result *r,
                               const struct flow_event *e) {
    const struct program *p = ctx->program;
    node_id n = ctx->node;
    if (flow_is_local_lock(program_exprs(p), e->subject)) {
        return true;
    }
    if (program_may_hold_at_entry(p, n, e->subject)) {
        return false;
    }
    bool root =
        (program_is_thread_entry(p, n) || program_is_main(p, n)) && !is_passed_through(ctx, e);
    if (root || contradicts_itself(ctx, r, e) ||
        flow_goes_against_flag(program_exprs(p), r, e->subject)) {
        return true;
    }
    bool known_here = program_is_private_lock(p, e->subject) &&
                      !program_is_left_held(p, e->subject) && !program_is_address_taken(p, n);
    return known_here || (!e->inner && lock_nobody_gave(ctx, r, e));
}

static bool is_wrong(const struct rule_ctx *ctx, const struct flow_result *r,
                     const struct flow_event *e) {
    if (lock_is_anonymous(program_exprs(ctx->program), e->subject) ||
        program_calls_holder(ctx->program, ctx->node, e->subject)) {
        return false;
    }
    switch (e->kind) {
    case FLOW_RELEASE_FREE:
        return true;
    case FLOW_RELEASE_ENTRY:
        return !is_told_by_callee(ctx, e) && caller_cannot_hold(ctx, r, e);
    default:
        return false;
    }
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_LOCKS);
    for (uint32_t i = 0; r && i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (!is_wrong(ctx, r, e)) {
            continue;
        }
        const char *name = rule_name(ctx, r->fn, e->subject);
        struct flow_site before = rule_site(ctx, e->other);
        bool again = e->kind == FLOW_RELEASE_FREE;
        struct finding *f =
            rule_report(ctx, r->fn, e->loc,
                        again ? "'%s' is unlocked here but this thread does not hold it any more: "
                                "it was unlocked at %s"
                              : "'%s' is unlocked here but it was not locked on this path%s",
                        name, again ? rule_where(ctx, before) : "");
        if (!f) {
            continue;
        }
        f->subject = str_from(name);
        rule_trace(ctx, f, r, e->trace);
        rule_related(ctx, f, before, "'%s' is unlocked here already", name);
    }
}

extern const struct rule rule_shared_state_unlock_not_held;
const struct rule rule_shared_state_unlock_not_held = {
    .id = "shared-state-unlock-not-held",
    .summary = "A lock is released that is not held on that path",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {832, 765},
    .check_function = check,
};
