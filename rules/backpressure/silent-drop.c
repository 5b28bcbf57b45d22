// An item for which a queue has no room is dropped, and nothing counts or tells it.
#include "checker/link/channel.h"
#include "checker/rule/check.h"

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_channel_count(ctx->program); i++) {
        const struct program_channel *c = program_channel(ctx->program, i);
        for (uint32_t s = 0; c->full == FULL_FAILS && s < c->sends.len; s++) {
            struct channel_refusal r = {0};
            if (!program_channel_refusal(ctx->program, c, s, ctx->arena, &r) || r.tells || r.acts ||
                r.waits) {
                continue;
            }
            const char *name = rule_name(ctx, r.fn, c->place);
            struct finding *f =
                rule_report(ctx, r.fn, r.loc,
                            "when the queue '%s' is full, the item is dropped here: nothing counts "
                            "it, logs it or tells the caller",
                            name);
            if (f) {
                f->subject = str_from(name);
                const struct channel_use *u = &c->sends.data[s];
                rule_related(ctx, f, (struct flow_site){u->fn, u->loc}, "it would be added here");
            }
        }
    }
}

extern const struct rule rule_backpressure_silent_drop;
const struct rule rule_backpressure_silent_drop = {
    .id = "backpressure-silent-drop",
    .summary = "An item is dropped when the queue is full, and nothing tells",
    .level = LEVEL_WARNING,
    .precision = PRECISION_MEDIUM,
    .cwe = {390, 778},
    .check_program = check,
};
