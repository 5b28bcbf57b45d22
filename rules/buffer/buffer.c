// The family: capacity of queues between threads.
#include "checker/link/channel.h"
#include "checker/rule/scorecard.h"

static void inspect(struct rule_ctx *ctx, struct score_point *out) {
    const struct program *p = ctx->program;
    uint32_t bounded = 0;
    for (uint32_t i = 0; i < program_channel_count(p); i++) {
        const struct program_channel *c = program_channel(p, i);
        bounded += c->full != FULL_GROWS;
        if (c->full == FULL_GROWS && c->sends.len) {
            const struct flow_site *at = &c->sends.data[0].site;
            score_open(ctx, out, at->at, at->loc, "how long may '%s' become? It has no capacity",
                       rule_name(ctx, at->at, c->place));
        }
    }
    score_answers(ctx, out, "queue", "between threads", program_channel_count(p), bounded,
                  "with a capacity");
}

extern const struct family family_buffer;
const struct family family_buffer = {
    .name = "buffer",
    .point = 6,
    .question = "Are queues sized for a burst, and what happens when they are full?",
    .of_production = true,
    .inspect = inspect,
};
