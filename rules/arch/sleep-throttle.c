// A sleep in a loop over work sets the rate: too slow when there is little to do, too fast when there is much.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

// The loop ends by counting or by running out of items, not by a stop request or a deadline.
static bool runs_over_items(struct fn_ref fn, const struct loop *loop, uint32_t block_count) {
    const struct facts *f = fn.facts;
    const struct ir_block *head = graph_block(fn, loop->head);
    if (!loop->head_exits || head->term != TERM_BRANCH) {
        return false;
    }
    const struct ir_val *x = &f->vals.data[head->lhs.v];
    if (x->kind == VAL_CALL) {
        return true;
    }
    if (x->kind != VAL_PATH || f->paths.data[x->path.v].kind != PATH_VAR) {
        return false;
    }
    for (uint32_t i = 0; i < block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; loop->inside[i] && k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            bool changes = op->kind == OP_UPDATE || op->kind == OP_WRITE;
            if (changes && op->path.v == x->path.v) {
                return true;
            }
        }
    }
    return false;
}

static uint32_t other_calls(const struct rule_ctx *ctx, struct fn_ref fn, const struct loop *loop,
                            uint32_t block_count) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; loop->inside[i] && k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            n += op->kind == OP_CALL && !program_model_effect(ctx->program, fn.facts, op->call, EFFECT_SLEEP);
        }
    }
    return n;
}

static bool is_test_file(const struct facts *f, loc_id loc) {
    struct str path = facts_text(f, f->files.data[f->locs.data[loc.v].file.v].path);
    return config_path_match(STR("**/test*/**"), path) || str_starts(path, STR("test"));
}

static void check(struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    struct loops loops = {0};
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind != OP_CALL || !program_model_effect(ctx->program, fn.facts, op->call, EFFECT_SLEEP)) {
                continue;
            }
            loops = loops.items ? loops : graph_loops(fn, ctx->arena);
            const struct loop *loop = graph_innermost(&loops, i);
            if (!loop || loop->exits != 1 || !runs_over_items(fn, loop, loops.block_count) ||
                !graph_is_on_every_round(fn, loop, i, ctx->arena) ||
                other_calls(ctx, fn, loop, loops.block_count) == 0 || is_test_file(fn.facts, op->loc)) {
                continue;
            }
            struct finding *f = rule_report(
                ctx, fn, op->loc,
                "this sleep in every round of a work loop sets the rate: under load work piles up, without load it waits for nothing");
            if (f) {
                f->subject = program_fn_name(ctx->program, ctx->node);
                rule_step(ctx, f, STEP_NOTE, fn, graph_block(fn, loop->head)->loc, "the loop over the work is here");
            }
        }
    }
}

extern const struct rule rule_arch_sleep_throttle;
const struct rule rule_arch_sleep_throttle = {
    .id = "arch-sleep-throttle",
    .summary = "A sleep in a work loop sets the rate",
    .level = LEVEL_WARNING,
    .precision = PRECISION_MEDIUM,
    .cwe = {400},
    .check_function = check,
};
