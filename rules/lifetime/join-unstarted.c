// Join of a handle for which no thread was started on that path.
#include "checker/rule/check.h"

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_THREADS);
    for (uint32_t i = 0; r && i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (e->kind != FLOW_JOIN_UNSTARTED) {
            continue;
        }
        const char *handle = rule_name(ctx, r->fn, e->subject);
        struct finding *f = rule_report(
            ctx, r->fn, e->loc,
            "'%s' is joined or detached on a path where no thread was started for it", handle);
        if (f) {
            f->subject = str_from(handle);
            rule_trace(ctx, f, r, e->trace);
        }
    }
}

extern const struct rule rule_lifetime_join_unstarted;
const struct rule rule_lifetime_join_unstarted = {
    .id = "lifetime-join-unstarted",
    .summary = "A handle is joined on a path where its thread was not started",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {908, 672},
    .check_function = check,
};
