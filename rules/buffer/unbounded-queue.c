// A queue between threads grows as long as its receivers are slower than its senders.
#include "checker/link/channel.h"
#include "checker/rule/check.h"

static void report(struct rule_ctx *ctx, const struct program_channel *c, uint32_t reader) {
    const struct channel_use *send = &c->sends.data[0];
    const struct program_root *r = program_root(ctx->program, reader);
    const char *name = rule_name(ctx, send->fn, c->place);
    struct finding *f =
        rule_report(ctx, send->site.at, send->site.loc,
                    "the queue '%s' between threads has no capacity: when the threads of '" STR_FMT
                    "' are slower than its senders, it grows until memory is used up. What "
                    "limits it?",
                    name, STR_ARG(program_fn_name(ctx->program, r->node)));
    if (!f) {
        return;
    }
    f->subject = str_from(name);
    for (uint32_t i = 1; i < c->sends.len; i++) {
        rule_related(ctx, f, c->sends.data[i].site, "items are added here, too");
    }
    const struct channel_use *take = &c->receives.data[0];
    rule_related(ctx, f, take->site, "items are taken here");
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_channel_count(ctx->program); i++) {
        const struct program_channel *c = program_channel(ctx->program, i);
        uint32_t reader = program_channel_reader(ctx->program, c);
        if (c->full == FULL_GROWS && c->kind != CHANNEL_RING && reader != UINT32_MAX) {
            report(ctx, c, reader);
        }
    }
}

extern const struct rule rule_buffer_unbounded_queue;
const struct rule rule_buffer_unbounded_queue = {
    .id = "buffer-unbounded-queue",
    .summary = "A queue between threads has no capacity",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .whole_program = true,
    .cwe = {770, 400},
    .check_program = check,
};
