#include "rules/bounds/bounds.h"

enum { SPAWN_DEPTH = 3 };

static bool starts_thread(const struct rule_ctx *ctx, const struct facts *f, call_id call, unsigned depth);

static bool node_starts_thread(const struct rule_ctx *ctx, node_id n, unsigned depth) {
    const struct flow_result *r = program_flow(ctx->program, n, FLOW_THREADS);
    if (!r || depth == 0) {
        return false;
    }
    bool joins = false;
    for (uint32_t i = 0; i < r->exits.len; i++) {
        for (uint32_t k = 0; k < r->exits.data[i].object_count; k++) {
            joins |= r->exits.data[i].objects[k].status == OBJECT_DONE;
        }
    }
    return r->spawns.len != 0 && !joins;
}

static bool starts_thread(const struct rule_ctx *ctx, const struct facts *f, call_id call, unsigned depth) {
    if (program_model(ctx->program, f, call)) {
        return program_model_effect(ctx->program, f, call, EFFECT_SPAWN) != NULL;
    }
    node_id n = program_callee(ctx->program, f, call);
    return n != NODE_NONE && node_starts_thread(ctx, n, depth);
}

static bool limits(const struct rule_ctx *ctx, const struct facts *f, call_id call) {
    static const enum effect_kind kinds[] = {EFFECT_JOIN, EFFECT_WAIT, EFFECT_BLOCK};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (program_model_effect(ctx->program, f, call, kinds[i])) {
            return true;
        }
    }
    return false;
}

// A counter compared with something: `if (active >= max)`. Tests for failure (against 0 or -1) do not count.
static bool compares_counter(const struct facts *f, const struct ir_block *b) {
    if (b->term != TERM_BRANCH || b->cmp < OPR_LT || b->cmp > OPR_GE) {
        return false;
    }
    const struct ir_val *x = &f->vals.data[b->lhs.v];
    const struct ir_val *y = &f->vals.data[b->rhs.v];
    bool failure = y->kind == VAL_CONST && (y->num == 0 || y->num == -1);
    return x->kind != VAL_CALL && !failure;
}

struct loop_view {
    bool capped;
    call_id source;
    bool connection;
};

static struct loop_view look_at(const struct rule_ctx *ctx, struct fn_ref fn, const struct loop *loop,
                                uint32_t block_count) {
    struct loop_view v = {0};
    const struct facts *f = fn.facts;
    for (uint32_t i = 0; i < block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; loop->inside[i] && k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (op->kind != OP_CALL) {
                continue;
            }
            v.capped |= limits(ctx, f, op->call);
            if (!v.source.v && program_model_effect(ctx->program, f, op->call, EFFECT_ACCEPT)) {
                v.source = op->call;
                v.connection = program_model_effect(ctx->program, f, op->call, EFFECT_OPEN) != NULL;
            }
        }
        v.capped |= loop->inside[i] && compares_counter(f, b);
    }
    return v;
}

void bounds_visit(struct rule_ctx *ctx, void (*found)(struct rule_ctx *ctx, const struct spawn_loop *s)) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    if (!program_flow(ctx->program, ctx->node, FLOW_THREADS)) {
        return;
    }
    struct loops loops = graph_loops(fn, ctx->arena);
    for (uint32_t i = 0; i < loops.block_count; i++) {
        const struct loop *loop = graph_innermost(&loops, i);
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; loop && k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind != OP_CALL || !starts_thread(ctx, fn.facts, op->call, SPAWN_DEPTH)) {
                continue;
            }
            struct loop_view v = look_at(ctx, fn, loop, loops.block_count);
            if (v.source.v && !v.capped) {
                struct spawn_loop s = {op, v.source, v.connection};
                found(ctx, &s);
            }
        }
    }
}
