#include "rules/backpressure/backpressure.h"

#include "checker/flow/graph.h"
#include "checker/rule/scorecard.h"

// A loop that takes from a peer and, in it, a call that comes to a sender.
struct feeder {
    struct fn_ref fn;
    const struct ir_op *source;
    const struct ir_op *call;
};

// Takes from a peer, waiting for it.
static bool is_source(const struct rule_ctx *ctx, const struct facts *f, const struct ir_op *op) {
    return op->kind == OP_CALL && program_model_effect(ctx->program, f, op->call, EFFECT_ACCEPT) &&
           program_model_effect(ctx->program, f, op->call, EFFECT_BLOCK);
}

static const struct ir_op *source_in(const struct rule_ctx *ctx, const struct feeder *x,
                                     const struct loop *loop, uint32_t block_count) {
    for (uint32_t i = 0; i < block_count; i++) {
        const struct ir_block *b = graph_block(x->fn, i);
        for (uint32_t k = 0; loop->inside[i] && k < b->op_count; k++) {
            const struct ir_op *op = &x->fn.facts->ops.data[b->first_op.v + k];
            if (is_source(ctx, x->fn.facts, op)) {
                return op;
            }
        }
    }
    return NULL;
}

static bool calls_sender(struct rule_ctx *ctx, node_id to, const bool *senders) {
    uint32_t count = program_fn_count(ctx->program);
    bool *reached = ARENA_ARRAY(ctx->arena, bool, count + 1);
    reached[to] = true;
    program_spread_calls(ctx->program, reached);
    for (node_id n = 0; n < count; n++) {
        if (reached[n] && senders[n]) {
            return true;
        }
    }
    return false;
}

static bool feeds(struct rule_ctx *ctx, struct feeder *x, const struct loop *loop,
                  uint32_t block_count, const bool *senders) {
    x->source = source_in(ctx, x, loop, block_count);
    for (uint32_t i = 0; x->source && i < block_count; i++) {
        const struct ir_block *b = graph_block(x->fn, i);
        for (uint32_t k = 0; loop->inside[i] && k < b->op_count; k++) {
            const struct ir_op *op = &x->fn.facts->ops.data[b->first_op.v + k];
            node_id to = op->kind == OP_CALL ? program_callee(ctx->program, x->fn.facts, op->call)
                                             : NODE_NONE;
            if (to != NODE_NONE && calls_sender(ctx, to, senders)) {
                x->call = op;
                return true;
            }
        }
    }
    return false;
}

static bool find_feeder(struct rule_ctx *ctx, const bool *senders, struct feeder *ret_feeder) {
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        struct feeder x = {.fn = program_fn(ctx->program, n)};
        struct loops loops = {0};
        bool has_source = false;
        for (uint32_t i = 0; i < x.fn.facts->fns.data[x.fn.fn.v].block_count; i++) {
            const struct ir_block *b = graph_block(x.fn, i);
            for (uint32_t k = 0; k < b->op_count && !has_source; k++) {
                has_source = is_source(ctx, x.fn.facts, &x.fn.facts->ops.data[b->first_op.v + k]);
            }
        }
        loops = has_source ? graph_loops(x.fn, ctx->arena) : loops;
        for (uint32_t i = 0; i < loops.count; i++) {
            if (feeds(ctx, &x, &loops.items[i], loops.block_count, senders)) {
                *ret_feeder = x;
                return true;
            }
        }
    }
    return false;
}

static void ask(struct rule_ctx *ctx, const struct program_channel *c,
                const struct feed_question *q) {
    bool *senders = ARENA_ARRAY(ctx->arena, bool, program_fn_count(ctx->program) + 1);
    struct feeder x = {0};
    for (uint32_t i = 0; q->waiters && i < c->waiters.len; i++) {
        senders[c->waiters.data[i]] = true;
    }
    for (uint32_t i = 0; !q->waiters && i < c->sends.len; i++) {
        senders[c->sends.data[i].node] = true;
    }
    if (!find_feeder(ctx, senders, &x)) {
        return;
    }
    const char *name = rule_name(ctx, x.fn, c->place);
    uint32_t line = x.fn.facts->locs.data[x.source->loc.v].line;
    struct finding *f = rule_report(ctx, x.fn, x.call->loc, "%s (line %u) %s '%s', %s", q->start,
                                    line, q->middle, name, q->end);
    if (f) {
        f->subject = str_from(name);
        rule_step(ctx, f, STEP_NOTE, x.fn, x.source->loc, "each round takes what comes here");
        rule_related(ctx, f, c->sends.data[0].site, "items are added here");
    }
}

void backpressure_ask(struct rule_ctx *ctx, const struct feed_question *q) {
    for (uint32_t i = 0; i < program_channel_count(ctx->program); i++) {
        const struct program_channel *c = program_channel(ctx->program, i);
        if (c->sends.len && q->concerns(c)) {
            ask(ctx, c, q);
        }
    }
}

// --- the scorecard ---

static void inspect(struct rule_ctx *ctx, struct score_point *out) {
    uint32_t senders = 0;
    uint32_t held_back = 0;
    for (uint32_t i = 0; i < program_channel_count(ctx->program); i++) {
        const struct program_channel *c = program_channel(ctx->program, i);
        senders += c->sends.len;
        bool waits = c->full == FULL_WAITS || c->full == FULL_FAILS;
        held_back += waits ? c->sends.len : 0;
        for (uint32_t k = 0; !waits && k < c->sends.len; k++) {
            const struct flow_site *at = &c->sends.data[k].site;
            score_open(ctx, out, at->at, at->loc,
                       "what does this sender to '%s' do when the receivers are slow?",
                       rule_name(ctx, at->at, c->place));
        }
    }
    score_answers(ctx, out, "sender", "to a queue", senders, held_back,
                  "made to wait or refused when it is full");
}

extern const struct family family_backpressure;
const struct family family_backpressure = {
    .name = "backpressure",
    .point = 7,
    .question = "What does a producer do when the consumer is slow?",
    .of_production = true,
    .inspect = inspect,
};
