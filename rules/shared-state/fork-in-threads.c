// fork() in a process with threads whose child goes on in the program: locks that other threads
// held stay locked in it.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

// The function calls a library function with this property.
static bool calls(const struct program *p, struct fn_ref fn, uint32_t flag, op_id *ret_op) {
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            const struct model_function *m =
                op->kind == OP_CALL ? program_library(p, fn.facts, op->call) : NULL;
            if (m && (m->flags & flag)) {
                *ret_op = (op_id){b->first_op.v + k};
                return true;
            }
        }
    }
    return false;
}

// Is told from its result that it is the child; else it only hands the result on.
static bool tells_child(struct fn_ref fn, call_id fork_call) {
    const struct facts *f = fn.facts;
    path_id result = {0};
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_val *v = &f->vals.data[op->val.v];
            result = op->kind == OP_WRITE && v->kind == VAL_CALL && v->call.v == fork_call.v
                         ? op->path
                         : result;
        }
        const struct ir_val *x = &f->vals.data[b->lhs.v];
        bool is_result = (x->kind == VAL_CALL && x->call.v == fork_call.v) ||
                         (x->kind == VAL_PATH && result.v && x->path.v == result.v);
        if (is_result &&
            (b->term == TERM_SWITCH || (b->term == TERM_BRANCH && f->vals.data[b->rhs.v].num == 0 &&
                                        (b->cmp == OPR_EQ || b->cmp == OPR_NE)))) {
            return true;
        }
    }
    return false;
}

static bool find_root(const struct program *p, node_id n, op_id op, uint32_t *ret_root) {
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        uint8_t kind = program_root(p, i)->kind;
        if (program_root_runs(p, i, n, op) &&
            (kind == CONTEXT_THREAD ||
             (kind == CONTEXT_MAIN && program_main_has_company(p, n, op)))) {
            *ret_root = i;
            return true;
        }
    }
    return false;
}

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    struct fn_ref fn = program_fn(p, ctx->node);
    op_id fork_op = {0};
    op_id other = {0};
    uint32_t root = 0;
    if (!calls(p, fn, FN_FORKS, &fork_op) || calls(p, fn, FN_EXECS, &other) ||
        !find_root(p, ctx->node, fork_op, &root) ||
        !tells_child(fn, fn.facts->ops.data[fork_op.v].call)) {
        return;
    }
    struct finding *f = rule_report(ctx, fn, fn.facts->ops.data[fork_op.v].loc,
                                    "fork() while other threads may run, and the child goes on in "
                                    "this program: locks that they hold, that of malloc "
                                    "included, stay locked in the child for ever");
    if (f) {
        f->subject = program_fn_name(p, ctx->node);
        rule_chain(ctx, f, root, ctx->node);
    }
}

extern const struct rule rule_shared_state_fork_in_threads;
const struct rule rule_shared_state_fork_in_threads = {
    .id = "shared-state-fork-in-threads",
    .summary = "A process with threads forks, and the child goes on in the program",
    .level = LEVEL_WARNING,
    .precision = PRECISION_MEDIUM,
    .cwe = {667},
    .check_function = check,
};
