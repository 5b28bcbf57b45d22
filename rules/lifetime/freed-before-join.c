// Memory or a lock that a running thread uses is freed or destroyed before the thread is joined.
#include "checker/rule/check.h"

static void report_twice(struct rule_ctx *ctx, const struct flow_result *r,
                         const struct flow_event *e) {
    const char *what = rule_name(ctx, r->fn, e->subject);
    struct flow_site first = rule_site(ctx, e->other);
    struct finding *f = rule_report(
        ctx, r->fn, e->loc,
        "the thread running '%s' frees '%s', and so does the one started at %s: it is freed twice",
        rule_name(ctx, r->fn, e->entry), what, rule_where(ctx, first));
    if (f) {
        f->subject = str_from(what);
        rule_trace(ctx, f, r, e->trace);
    }
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_THREADS);
    for (uint32_t i = 0; r && i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (e->kind == FLOW_FREED_TWICE) {
            report_twice(ctx, r, e);
        }
        if (e->kind != FLOW_FREED_IN_USE ||
            (e->call.v && program_is_last_owner(ctx->program, ctx->node, e->call, ctx->arena))) {
            continue;
        }
        const char *what = rule_name(ctx, r->fn, e->subject);
        const char *entry = rule_name(ctx, r->fn, e->entry);
        struct flow_site spawn = rule_site(ctx, e->other);
        struct finding *f = rule_report(ctx, r->fn, e->loc,
                                        "'%s' is freed or destroyed here while the thread running "
                                        "'%s' (started at %s) may still use it",
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
