// A descriptor or stream is closed twice on one path: the second close may hit a descriptor another
// thread just got.
#include "checker/rule/check.h"

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_CHANNELS);
    for (uint32_t i = 0; r && i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (e->kind != FLOW_CLOSE_TWICE) {
            continue;
        }
        const char *name = rule_name(ctx, r->fn, e->subject);
        struct flow_site before = rule_site(ctx, e->other);
        struct flow_site inner = rule_site(ctx, e->inner);
        struct finding *f = rule_report(
            ctx, r->fn, e->loc,
            "the descriptor or stream is closed %s although it was already closed at %s: the "
            "number may belong to another thread's descriptor by now",
            e->inner ? "again by this call" : "a second time here", rule_where(ctx, before));
        if (f) {
            f->subject = str_from(name);
            rule_trace(ctx, f, r, e->trace);
            if (e->inner) {
                rule_step(ctx, f, STEP_CHANNEL, inner.at, inner.loc, "it is closed again here");
            }
            rule_related(ctx, f, before, "it is closed here first");
        }
    }
}

extern const struct rule rule_channel_double_close;
const struct rule rule_channel_double_close = {
    .id = "channel-double-close",
    .summary = "A descriptor or stream is closed twice on one path",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {675, 672},
    .cert = "FIO46-C",
    .check_function = check,
};
