// Memory or a lock that a running thread uses is freed or destroyed before the thread is joined.
#include "checker/rule/check.h"

// A global lock counts only when the thread takes it.
static bool thread_uses(const struct rule_ctx *ctx, const struct flow_event *e) {
    const struct expr_table *t = program_exprs(ctx->program);
    if (expr_get(t, e->subject)->kind != EX_GLOBAL) {
        return true;
    }
    node_id n = program_node_of_value(ctx->program, e->entry);
    const struct flow_result *r = n == NODE_NONE ? NULL : program_flow(ctx->program, n, FLOW_LOCKS);
    for (uint32_t i = 0; r && i < r->acquires.len; i++) {
        if (expr_same(r->acquires.data[i].lock, e->subject)) {
            return true;
        }
    }
    return false;
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_THREADS);
    for (uint32_t i = 0; r && i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (e->kind != FLOW_FREED_IN_USE || !thread_uses(ctx, e)) {
            continue;
        }
        const char *what = rule_name(ctx, r->fn, e->subject);
        const char *entry = rule_name(ctx, r->fn, e->entry);
        struct flow_site spawn = rule_site(ctx, e->other);
        struct finding *f = rule_report(
            ctx, r->fn, e->loc, "'%s' is freed or destroyed here while the thread running '%s' (started at %s) may still use it",
            what, entry, rule_where(ctx, spawn));
        if (f) {
            f->subject = str_from(what);
            rule_trace(ctx, f, r, e->trace);
            rule_related(ctx, f, spawn, "the thread is started here and not joined before");
        }
    }
}

extern const struct rule rule_lifetime_freed_before_join;
const struct rule rule_lifetime_freed_before_join = {
    .id = "lifetime-freed-before-join",
    .summary = "Something a thread uses is freed or destroyed before the thread is joined",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {416, 826},
    .cert = "CON31-C",
    .check_function = check,
};
