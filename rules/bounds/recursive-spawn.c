// A thread starts threads of its own kind, without anything that limits how many.
#include "rules/bounds/bounds.h"

static bool is_failure(const struct ir_val *v) {
    return v->kind == VAL_CONST && (v->num == 0 || v->num == -1);
}

// A number that the caller gave: a parameter, or a field of what a parameter points to.
static bool is_given(const struct facts *f, struct fn_ref fn, val_id val) {
    const struct ir_val *v = &f->vals.data[val.v];
    type_id t = facts_strip_typedefs(f, f->paths.data[v->path.v].type, NULL);
    var_id root = v->kind == VAL_PATH ? bounds_root(f, v->path, NULL) : (var_id){0};
    if (!root.v || f->types.data[t.v].kind == TYPE_POINTER) {
        return false;
    }
    if (f->vars.data[root.v].kind == VAR_PARAM || f->vars.data[root.v].kind == VAR_GLOBAL) {
        return true;
    }
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) { // struct arg *a = p;
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_path *to = &f->paths.data[op->path.v];
            const struct ir_val *from = &f->vals.data[op->val.v];
            const struct ir_var *by = &f->vars.data[f->paths.data[from->path.v].var.v];
            if (op->kind == OP_WRITE && to->kind == PATH_VAR && to->var.v == root.v &&
                from->kind == VAL_PATH && by->kind == VAR_PARAM) {
                return true;
            }
        }
    }
    return false;
}

// Something in the function may be the limit: a size compared, a depth that was given, a slot
// waited for.
static bool may_limit(const struct rule_ctx *ctx, node_id n) {
    struct fn_ref fn = program_fn(ctx->program, n);
    const struct facts *f = fn.facts;
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        const struct ir_val *x = &f->vals.data[b->lhs.v];
        const struct ir_val *y = &f->vals.data[b->rhs.v];
        bool relation = b->term == TERM_BRANCH && b->cmp >= OPR_LT && b->cmp <= OPR_GE;
        bool checks_call = x->kind == VAL_CALL && is_failure(y);
        if ((relation && !checks_call) ||
            (b->term == TERM_BRANCH && (is_given(f, fn, b->lhs) || is_given(f, fn, b->rhs)))) {
            return true;
        }
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct effect *e =
                op->kind == OP_CALL ? program_model_effect(ctx->program, f, op->call, EFFECT_BLOCK)
                                    : NULL;
            if (e && !(e->flags & EF_MAYBE)) {
                return true;
            }
        }
    }
    return false;
}

static bool chain_may_limit(const struct rule_ctx *ctx, uint32_t root, node_id to) {
    enum { CALLS_MAX = 16 };
    struct flow_site calls[CALLS_MAX];
    uint32_t n = program_root_chain(ctx->program, root, to, calls, CALLS_MAX);
    bool limit = n == CALLS_MAX || may_limit(ctx, to);
    for (uint32_t i = 0; i < n && !limit; i++) {
        limit = may_limit(ctx, program_node(ctx->program, calls[i].at));
    }
    return limit;
}

// One thread starts several: in a loop that does not wait for them, or at two places.
static bool starts_several(struct rule_ctx *ctx, uint32_t root, const struct program_start *s) {
    struct fn_ref fn = program_fn(ctx->program, s->node);
    struct loops loops = graph_loops(fn, ctx->arena);
    uint32_t block = facts_block_of_op(fn.facts, fn.fn, s->op);
    const struct loop *loop = graph_innermost(&loops, block);
    bool joined = false;
    for (uint32_t i = 0; loop && i < loops.block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; loop->inside[i] && k < b->op_count; k++) {
            joined |=
                program_op_joins(ctx->program, fn.facts, &fn.facts->ops.data[b->first_op.v + k]);
        }
    }
    if (loop) {
        return !joined;
    }
    for (uint32_t i = 0; i < program_start_count(ctx->program, root); i++) {
        struct program_start other = program_start(ctx->program, root, i);
        if (other.node == s->node && other.op.v != s->op.v &&
            program_goes_on(ctx->program, s->node, s->op, other.op)) {
            return true;
        }
    }
    return false;
}

static void check_root(struct rule_ctx *ctx, uint32_t root) {
    const struct program_root *r = program_root(ctx->program, root);
    for (uint32_t i = 0; i < program_start_count(ctx->program, root); i++) {
        struct program_start s = program_start(ctx->program, root, i);
        if (!program_root_runs(ctx->program, root, s.node, s.op) ||
            !starts_several(ctx, root, &s) || chain_may_limit(ctx, root, s.node)) {
            continue;
        }
        struct fn_ref fn = program_fn(ctx->program, s.node);
        struct finding *f =
            rule_report(ctx, fn, fn.facts->ops.data[s.op.v].loc,
                        "a thread that runs '" STR_FMT "' starts more threads that run it, and "
                        "nothing limits how deep this goes: the input decides how many run",
                        STR_ARG(program_fn_name(ctx->program, r->node)));
        if (f) {
            f->subject = program_fn_name(ctx->program, r->node);
            rule_chain(ctx, f, root, s.node);
        }
        return; // one for each kind of thread
    }
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t r = 0; r < program_root_count(ctx->program); r++) {
        if (program_root(ctx->program, r)->kind == CONTEXT_THREAD) {
            check_root(ctx, r);
        }
    }
}

extern const struct rule rule_bounds_recursive_spawn;
const struct rule rule_bounds_recursive_spawn = {
    .id = "bounds-recursive-spawn",
    .summary = "Threads start threads of their own kind without a limit",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {674, 770, 400},
    .check_program = check,
};
