// The future of std::async is dropped: its destructor waits, so the call is not asynchronous at
// all.
#include "checker/rule/check.h"

// The model says that the destructor of the result joins: it sets the ghost field ret.$joins.
static bool result_joins(const struct rule_ctx *ctx, const struct facts *f, call_id call) {
    const struct expr_table *t = program_exprs(ctx->program);
    const struct effect *e = program_model_effect(ctx->program, f, call, EFFECT_SET);
    const struct expr *place = e ? expr_get(t, e->a) : expr_get(t, (expr_id){0});
    return place->kind == EX_FIELD && str_eq(intern_text(&t->names, place->name), STR("$joins"));
}

static bool mentions(const struct facts *f, val_id val, var_id var) {
    const struct ir_val *v = &f->vals.data[val.v];
    const struct ir_path *p = &f->paths.data[v->path.v];
    return (v->kind == VAL_ADDR || v->kind == VAL_PATH) && p->kind == PATH_VAR && p->var.v == var.v;
}

// The variable is a temporary that only its destructor touches.
static bool is_dropped_temporary(struct fn_ref fn, var_id var) {
    const struct facts *f = fn.facts;
    const struct ir_fn *ir = &f->fns.data[fn.fn.v];
    if (f->vars.data[var.v].kind != VAR_TEMP) {
        return false;
    }
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[ir->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (mentions(f, op->val, var)) {
                return false; // bound to a reference or copied
            }
            if (op->kind != OP_CALL || (f->calls.data[op->call.v].flags & CALL_CLEANUP)) {
                continue;
            }
            const struct ir_call *c = &f->calls.data[op->call.v];
            for (uint32_t a = 0; a < c->arg_count; a++) {
                if (mentions(f, f->args.data[c->first_arg.v + a], var)) {
                    return false;
                }
            }
        }
    }
    return true;
}

// Where the result goes: nowhere, or into a temporary that dies at once.
static bool is_discarded(struct fn_ref fn, call_id call) {
    const struct facts *f = fn.facts;
    const struct ir_fn *ir = &f->fns.data[fn.fn.v];
    if (!flow_result_used(fn, call)) {
        return true;
    }
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[ir->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_val *v = &f->vals.data[op->val.v];
            if (op->kind == OP_WRITE && v->kind == VAL_CALL && v->call.v == call.v) {
                const struct ir_path *p = &f->paths.data[op->path.v];
                return p->kind == PATH_VAR && is_dropped_temporary(fn, p->var);
            }
        }
    }
    return false;
}

static void check(struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = &fn.facts->blocks.data[ir->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind != OP_CALL || !result_joins(ctx, fn.facts, op->call) ||
                !is_discarded(fn, op->call)) {
                continue;
            }
            struct finding *f = rule_report(ctx, fn, op->loc,
                                            "the future returned by 'std::async' is dropped: its "
                                            "destructor waits here until the task has ended");
            if (f) {
                f->subject = program_fn_name(ctx->program, ctx->node);
            }
        }
    }
}

extern const struct rule rule_lifetime_discarded_future;
const struct rule rule_lifetime_discarded_future = {
    .id = "lifetime-discarded-future",
    .summary = "The future of std::async is dropped, which waits for the task at once",
    .level = LEVEL_WARNING,
    .precision = PRECISION_VERY_HIGH,
    .cwe = {252, 1322},
    .check_function = check,
};
