// A queue refuses an item when it is full, and a caller does not look at whether it did.
#include "checker/flow/graph.h"
#include "checker/link/channel.h"
#include "checker/rule/check.h"

static void report(struct rule_ctx *ctx, const struct program_channel *c,
                   const struct channel_refusal *r, node_id by, call_id call) {
    struct fn_ref fn = program_fn(ctx->program, by);
    const char *name = rule_name(ctx, r->fn, c->place);
    struct str callee = facts_sym_name(fn.facts, fn.facts->calls.data[call.v].callee);
    struct finding *f = rule_report(
        ctx, fn, fn.facts->calls.data[call.v].loc,
        "whether '" STR_FMT "' took the item is not looked at: it returns %lld when the queue '%s' "
        "is full, and the item is lost",
        STR_ARG(callee), (long long)r->value, name);
    if (f) {
        f->subject = str_from(name);
        rule_related(ctx, f, (struct flow_site){r->fn, r->loc}, "the queue is full here");
    }
}

// Calls of the sender whose result nobody uses.
static void check_callers(struct rule_ctx *ctx, const struct program_channel *c,
                          const struct channel_refusal *r) {
    node_id to = program_node(ctx->program, r->fn);
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        struct fn_ref fn = program_fn(ctx->program, n);
        for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
                if (op->kind == OP_CALL && to != NODE_NONE &&
                    program_callee(ctx->program, fn.facts, op->call) == to &&
                    !flow_result_used(fn, op->call)) {
                    report(ctx, c, r, n, op->call);
                }
            }
        }
    }
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_channel_count(ctx->program); i++) {
        const struct program_channel *c = program_channel(ctx->program, i);
        for (uint32_t s = 0; c->full == FULL_FAILS && s < c->sends.len; s++) {
            struct channel_refusal r = {0};
            if (program_channel_refusal(ctx->program, c, s, ctx->arena, &r) && r.tells &&
                !r.waits) {
                check_callers(ctx, c, &r);
            }
        }
    }
}

extern const struct rule rule_buffer_full_ignored;
const struct rule rule_buffer_full_ignored = {
    .id = "buffer-full-ignored",
    .summary = "A queue may refuse an item, and nobody looks at whether it did",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {252, 390},
    .check_program = check,
};
