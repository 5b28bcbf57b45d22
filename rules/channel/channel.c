// The family: pipes, sockets and queues between threads.
#include "checker/link/channel.h"
#include "checker/rule/scorecard.h"

// Calls that open a descriptor or stream.
static uint32_t descriptors(const struct program *p) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < program_facts_count(p); i++) {
        const struct facts *f = program_facts(p, i);
        for (uint32_t c = 1; c < f->calls.len; c++) {
            struct fn_ref fn = {f, f->calls.data[c].fn};
            count += program_node(p, fn) != NODE_NONE &&
                     program_model_effect(p, f, (call_id){c}, EFFECT_OPEN) != NULL;
        }
    }
    return count;
}

static void inspect(struct rule_ctx *ctx, struct score_point *out) {
    const struct program *p = ctx->program;
    uint32_t closed = 0;
    for (uint32_t i = 0; i < program_channel_count(p); i++) {
        const struct program_channel *c = program_channel(p, i);
        closed += c->closes.len > 0;
        if (!c->closes.len && c->receives.len) {
            const struct flow_site *at = &c->receives.data[0].site;
            score_open(ctx, out, at->at, at->loc,
                       "what ends the receivers of '%s'? Nobody is seen to close the queue",
                       rule_name(ctx, at->at, c->place));
        }
    }
    score_answers(ctx, out, "queue", "between threads", program_channel_count(p), closed,
                  "that somebody closes");
    score_count(ctx, out, "descriptor", "opened", descriptors(p));
}

extern const struct family family_channel;
const struct family family_channel = {
    .name = "channel",
    .point = 5,
    .question = "Who closes each channel, and can it be closed twice?",
    .inspect = inspect,
};
