// A lock, condition, semaphore or barrier is used out of its life: before it is initialised, after
// it was destroyed, initialised or destroyed twice, destroyed while it is held, or copied.
#include "checker/rule/check.h"

// What happens to the object; the place of the other event follows.
static const char *text_of(const struct flow_event *e) {
    switch (e->kind) {
    case FLOW_USE_UNREADY:
        return e->other ? "is used here although it is initialised only later, at "
                        : "is used here but nothing initialised it on this path";
    case FLOW_USE_DESTROYED:
        return "is used here after it was destroyed at ";
    case FLOW_INIT_AGAIN:
        return "is initialised again here while it is in use: it was initialised at ";
    case FLOW_DESTROY_AGAIN:
        return "is destroyed a second time here: it was destroyed at ";
    case FLOW_DESTROY_HELD:
        return "is destroyed here while this thread holds it: it was locked at ";
    case FLOW_DESTROYED_BY_OTHER:
        return "is destroyed by the thread started here, which nothing orders with its use by ";
    default:
        return NULL;
    }
}

static const char *related_text(const struct flow_event *e) {
    switch (e->kind) {
    case FLOW_USE_UNREADY:
        return "it is initialised here";
    case FLOW_INIT_AGAIN:
        return "it is initialised here first";
    case FLOW_DESTROY_HELD:
        return "it is locked here";
    case FLOW_DESTROYED_BY_OTHER:
        return "it is used here, or by the thread started here";
    default:
        return "it is destroyed here first";
    }
}

// An element that some round of a loop chose: another loop, or another round, may have initialised
// it.
static bool is_some_element(const struct expr_table *t, expr_id lock) {
    for (const struct expr *x = expr_get(t, lock); x->kind != EX_NONE; x = expr_get(t, x->a)) {
        if (x->kind == EX_INDEX &&
            (!x->b.v || expr_has_kinds(t, x->b, EXPR_KIND(EX_MERGE) | EXPR_KIND(EX_UNKNOWN)))) {
            return true;
        }
    }
    return false;
}

static void report_event(struct rule_ctx *ctx, const struct flow_result *r,
                         const struct flow_event *e) {
    const char *text = text_of(e);
    bool partial = r->fn.facts->fns.data[r->fn.fn.v].flags & (FN_PARTIAL | FN_TRUNCATED);
    bool element = is_some_element(program_exprs(ctx->program), e->subject);
    if (!text || ((partial || element) && e->kind == FLOW_USE_UNREADY)) {
        return;
    }
    const char *name = rule_name(ctx, r->fn, e->subject);
    struct flow_site other = rule_site(ctx, e->other);
    struct flow_site inner = rule_site(ctx, e->inner);
    struct finding *f =
        rule_report(ctx, r->fn, e->loc, "'%s' %s%s", name, text, rule_where(ctx, other));
    if (!f) {
        return;
    }
    f->subject = str_from(name);
    rule_trace(ctx, f, r, e->trace);
    if (e->inner) {
        rule_step(ctx, f, STEP_CALL, inner.at, inner.loc, "it happens here");
    }
    if (e->other) {
        rule_related(ctx, f, other, "%s", related_text(e));
    }
}

static void check(struct rule_ctx *ctx) {
    static const enum flow_domain domains[] = {FLOW_LIFE, FLOW_LOCKS, FLOW_THREADS};
    for (size_t d = 0; d < sizeof domains / sizeof *domains; d++) {
        const struct flow_result *r = program_flow(ctx->program, ctx->node, domains[d]);
        for (uint32_t i = 0; r && i < r->events.len; i++) {
            report_event(ctx, r, &r->events.data[i]);
        }
    }
}

extern const struct rule rule_shared_state_lock_lifecycle;
const struct rule rule_shared_state_lock_lifecycle = {
    .id = "shared-state-lock-lifecycle",
    .summary = "A lock or condition is used before it is initialised, after it was destroyed, or "
               "destroyed while it is held",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {665, 908, 667},
    .cert = "CON31-C",
    .check_function = check,
};
