// A lock that is held is taken again, here or in a callee.
#include "checker/rule/check.h"

static void report(struct rule_ctx *ctx, const struct flow_result *r, const struct flow_event *e) {
    const char *name = rule_name(ctx, r->fn, e->subject);
    struct flow_site first = rule_site(ctx, e->other);
    struct flow_site inner = rule_site(ctx, e->inner);
    struct finding *f = NULL;
    if (e->inner) {
        f = rule_report(ctx, r->fn, e->loc,
                        "this call locks '%s' again (at %s), which is already held since %s: the "
                        "thread blocks on itself",
                        name, rule_where(ctx, inner), rule_where(ctx, first));
    } else {
        f = rule_report(
            ctx, r->fn, e->loc,
            "'%s' is locked again while it is already held since %s: the thread blocks on itself",
            name, rule_where(ctx, first));
    }
    if (!f) {
        return;
    }
    f->subject = str_from(name);
    rule_trace(ctx, f, r, e->trace);
    if (e->inner) {
        rule_step(ctx, f, STEP_CALL, r->fn, e->loc, "'%s' is held when this function is called",
                  name);
        rule_step(ctx, f, STEP_ACQUIRE, inner.at, inner.loc, "it is locked again here");
    }
    rule_related(ctx, f, first, "'%s' is locked here first", name);
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_LOCKS);
    for (uint32_t i = 0; r && i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        // a loop that comes round to its own acquisition: when a path releases it the others forgot
        // to, see shared-state-lock-leak
        bool in_loop =
            flow_is_same_place(program_sites(ctx->program), r, e) && flow_gives_back(r, e->subject);
        // what only an annotation says to be held is told by shared-state-lock-contract
        if (e->kind == FLOW_DOUBLE_ACQUIRE && !in_loop && !e->required &&
            !program_is_recursive(ctx->program, e->subject)) {
            report(ctx, r, e);
        }
    }
}

extern const struct rule rule_shared_state_double_lock;
const struct rule rule_shared_state_double_lock = {
    .id = "shared-state-double-lock",
    .summary = "A held non-recursive lock is taken again by the same thread",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {764, 833},
    .cert = "CON35-C",
    .check_function = check,
};
