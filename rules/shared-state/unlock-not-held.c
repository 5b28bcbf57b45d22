// A lock is released that this thread does not hold on that path.
#include "checker/rule/check.h"

// The same call releases a lock that the function took on another path: it does not rely on its caller for it.
static bool is_mixed(const struct flow_result *r, const struct flow_event *e) {
    for (uint32_t i = 0; i < r->releases.len; i++) {
        if (r->releases.data[i].call.v == e->call.v && expr_same(r->releases.data[i].lock, e->subject)) {
            return true;
        }
    }
    return false;
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
    bool root = program_is_thread_entry(p, n) || program_is_main(p, n);
    if (root) {
        return true;
    }
    if (program_is_left_held(p, e->subject)) {
        return false; // another function takes it and is left with it
    }
    if (!program_is_whole(p) || program_is_address_taken(p, n)) {
        return false;
    }
    return program_has_callers(p, n) || is_mixed(r, e);
}

// A lock known only as what some pointer of unknown origin points to: it may well be the one that was taken.
static bool is_anonymous(const struct expr_table *t, expr_id lock) {
    uint8_t root = expr_get(t, expr_root(t, lock))->kind;
    const struct expr *x = expr_get(t, lock);
    bool bare_result = x->kind == EX_DEREF && root == EX_RESULT;
    return root == EX_MERGE || root == EX_OLD || bare_result || expr_has_kind(t, lock, EX_OLD);
}

static bool is_wrong(const struct rule_ctx *ctx, const struct flow_result *r, const struct flow_event *e) {
    if (is_anonymous(program_exprs(ctx->program), e->subject) ||
        program_calls_holder(ctx->program, ctx->node, e->subject)) {
        return false;
    }
    switch (e->kind) {
    case FLOW_RELEASE_FREE: return true;
    case FLOW_RELEASE_ENTRY: {
        // inside a callee: that function tells it itself when the lock has a name everyone knows
        bool told_there = e->inner && expr_class(program_exprs(ctx->program), e->subject).v;
        return !told_there && caller_cannot_hold(ctx, r, e);
    }
    default: return false;
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
                        again ? "'%s' is unlocked here but this thread does not hold it any more: it was unlocked at %s"
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
