// Nobody can tell how full a queue between threads is.
#include "checker/link/channel.h"
#include "checker/rule/check.h"

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_channel_count(ctx->program); i++) {
        const struct program_channel *c = program_channel(ctx->program, i);
        uint32_t reader = program_channel_reader(ctx->program, c);
        // one without a limit is asked about elsewhere; senders that wait show that it is full
        if (reader == UINT32_MAX || c->full != FULL_FAILS ||
            program_channel_is_watched(ctx->program, c)) {
            continue;
        }
        const struct channel_use *send = &c->sends.data[0];
        const char *name = rule_name(ctx, send->fn, c->place);
        struct finding *f = rule_report(
            ctx, send->site.at, send->site.loc,
            "nothing reads how many items are in the queue '%s': in production nobody sees that "
            "it is full. Export its length, or the longest it was",
            name);
        if (f) {
            f->subject = str_from(name);
            rule_related(ctx, f, c->limit, "only this test looks at it");
        }
    }
}

extern const struct rule rule_observability_blind_queue;
const struct rule rule_observability_blind_queue = {
    .id = "observability-blind-queue",
    .summary = "Nothing tells how full a queue between threads is",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .whole_program = true,
    .cwe = {778},
    .check_program = check,
};
