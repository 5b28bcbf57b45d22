// A lock is released that this thread does not hold on that path.
#include "rules/shared-state/shared-state.h"

static bool is_wrong(const struct rule_ctx *ctx, const struct flow_result *r, const struct flow_event *e) {
    if (lock_is_anonymous(program_exprs(ctx->program), e->subject) ||
        program_calls_holder(ctx->program, ctx->node, e->subject)) {
        return false;
    }
    switch (e->kind) {
    case FLOW_RELEASE_FREE: return true;
    case FLOW_RELEASE_ENTRY: {
        // inside a callee: that function tells it itself when the lock has a name everyone knows
        bool told_there = e->inner && expr_class(program_exprs(ctx->program), e->subject).v;
        return !told_there && lock_nobody_gave(ctx, r, e);
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
