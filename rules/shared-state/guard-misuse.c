// A guard that guards nothing: a temporary that dies at once, deferred and never locked, or empty.
#include "rules/shared-state/shared-state.h"

// The constructor takes no lock and leaves the guard without one.
static bool leaves_unlocked(const struct rule_ctx *ctx, const struct facts *f, call_id call) {
    const struct expr_table *t = program_exprs(ctx->program);
    const struct summary *m = program_model(ctx->program, f, call);
    if (!m || m->case_count != 1) {
        return false;
    }
    bool sets_zero = false;
    for (uint32_t k = 0; k < m->cases[0].effect_count; k++) {
        const struct effect *e = &m->cases[0].effects[k];
        if (e->kind == EFFECT_ACQUIRE) {
            return false;
        }
        const struct expr *place = expr_get(t, e->a);
        const struct expr *val = expr_get(t, e->b);
        const struct expr *object = expr_get(t, place->a);
        bool own = object->kind == EX_DEREF &&
                   expr_same(object->a, expr_param(program_exprs(ctx->program), 0));
        sets_zero |= e->kind == EFFECT_SET && own &&
                     str_eq(intern_text(&t->names, place->name), STR("$owns")) &&
                     val->kind == EX_CONST && val->num == 0;
    }
    return sets_zero;
}

static struct finding *report(struct rule_ctx *ctx, const struct ir_op *op, const char *text) {
    struct finding *f = rule_report(ctx, program_fn(ctx->program, ctx->node), op->loc, "%s", text);
    if (f) {
        f->subject = program_fn_name(ctx->program, ctx->node);
    }
    return f;
}

// The name that the fix gives is free in the function.
static bool is_name_free(struct fn_ref fn) {
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->var_count; i++) {
        const struct ir_var *v = &fn.facts->vars.data[facts_fn_var(fn.facts, fn.fn, i).v];
        if (str_eq(facts_text(fn.facts, v->name), STR("guard"))) {
            return false;
        }
    }
    return true;
}

static void check_ctor(struct rule_ctx *ctx, const struct ir_block *b, uint32_t k, var_id guard) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    const struct facts *f = fn.facts;
    const struct ir_op *op = &f->ops.data[b->first_op.v + k];
    bool is_temporary = f->vars.data[guard.v].kind == VAR_TEMP;
    if (is_temporary) {
        const struct ir_op *next = k + 1 < b->op_count ? op + 1 : NULL;
        if (next && guard_of_op(ctx, f, next, SYM_DTOR).v == guard.v) {
            struct finding *x =
                report(ctx, op,
                       "this guard has no name: it is destroyed at the end of the statement and "
                       "guards nothing after it");
            if (x && is_name_free(fn)) {
                rule_fix(ctx, x, FIX_NAME_GUARD, fn, op->loc);
            }
        }
        return;
    }
    if (leaves_unlocked(ctx, f, op->call) && !guard_is_used(fn, guard, op->call)) {
        report(
            ctx, op,
            f->calls.data[op->call.v].arg_count > 1
                ? "this guard is made with its lock deferred and never locks it: nothing is guarded"
                : "this guard is made without a lock and never gets one: nothing is guarded");
    }
}

// A guard whose constructor does nothing: std::scoped_lock without mutexes.
static var_id empty_guard(const struct rule_ctx *ctx, struct fn_ref fn, const struct ir_op *op) {
    const struct facts *f = fn.facts;
    if (op->kind != OP_SCOPE_BEGIN || f->vars.data[op->var.v].kind != VAR_LOCAL ||
        !guard_is_type(ctx, f, f->vars.data[op->var.v].type)) {
        return (var_id){0};
    }
    return guard_is_used(fn, op->var, (call_id){0}) ? (var_id){0} : op->var;
}

static void check(struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = &fn.facts->blocks.data[ir->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            var_id guard = guard_of_op(ctx, fn.facts, op, SYM_CTOR);
            if (guard.v) {
                check_ctor(ctx, b, k, guard);
            } else if (empty_guard(ctx, fn, op).v) {
                report(ctx, op,
                       "this guard is made without a lock and never gets one: nothing is guarded");
            }
        }
    }
}

extern const struct rule rule_shared_state_guard_misuse;
const struct rule rule_shared_state_guard_misuse = {
    .id = "shared-state-guard-misuse",
    .summary = "A lock guard guards nothing: unnamed, deferred and never locked, or empty",
    .level = LEVEL_WARNING,
    .precision = PRECISION_VERY_HIGH,
    .cwe = {667, 413},
    .check_function = check,
};
