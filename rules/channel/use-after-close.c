// A descriptor or stream is used after it was closed on the same path.
#include "checker/rule/check.h"

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_CHANNELS);
    for (uint32_t i = 0; r && i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (e->kind != FLOW_USE_AFTER_CLOSE) {
            continue;
        }
        const char *name = rule_name(ctx, r->fn, e->subject);
        struct flow_site before = rule_site(ctx, e->other);
        struct finding *f = rule_report(ctx, r->fn, e->loc,
                                        "this uses a descriptor or stream that was closed at %s: "
                                        "its number or memory may belong to "
                                        "another thread by now",
                                        rule_where(ctx, before));
        if (f) {
            f->subject = str_from(name);
            rule_trace(ctx, f, r, e->trace);
            rule_related(ctx, f, before, "it is closed here");
        }
    }
}

extern const struct rule rule_channel_use_after_close;
const struct rule rule_channel_use_after_close = {
    .id = "channel-use-after-close",
    .summary = "A descriptor or stream is used after it was closed",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {910, 672},
    .cert = "FIO46-C",
    .check_function = check,
};
