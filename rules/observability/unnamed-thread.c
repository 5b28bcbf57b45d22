// Threads without names: in a debugger, in top and in a core dump they all look like the program.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

enum { PRCTL_SET_NAME = 15 };

static bool names(const struct program *p, const struct facts *f, const struct ir_op *op) {
    const struct model_function *m = op->kind == OP_CALL ? program_library(p, f, op->call) : NULL;
    if (!m || !(m->flags & FN_NAMES_THREAD)) {
        return false;
    }
    const struct ir_call *c = &f->calls.data[op->call.v];
    const struct ir_val *v = &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
    return !str_eq(facts_sym_name(f, c->callee), STR("prctl")) ||
           (v->kind == VAL_CONST && v->num == PRCTL_SET_NAME);
}

static bool function_names(const struct program *p, struct fn_ref fn) {
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            if (names(p, fn.facts, &fn.facts->ops.data[b->first_op.v + k])) {
                return true;
            }
        }
    }
    return false;
}

// By itself, or by who starts it.
static bool is_named(const struct program *p, uint32_t root) {
    for (node_id n = 0; n < program_fn_count(p); n++) {
        if (program_root_reaches(p, root, n) && function_names(p, program_fn(p, n))) {
            return true;
        }
    }
    return function_names(p, program_root(p, root)->site.at);
}

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        const struct program_root *r = program_root(p, i);
        if (r->kind != CONTEXT_THREAD || is_named(p, i)) {
            continue;
        }
        struct finding *f = rule_report(ctx, r->site.at, r->site.loc,
                                        "the threads of '" STR_FMT
                                        "' have no name: give them one with pthread_setname_np, so "
                                        "that top, gdb and core dumps "
                                        "tell them apart",
                                        STR_ARG(program_fn_name(p, r->node)));
        if (f) {
            f->subject = program_fn_name(p, r->node);
        }
    }
}

extern const struct rule rule_observability_unnamed_thread;
const struct rule rule_observability_unnamed_thread = {
    .id = "observability-unnamed-thread",
    .summary = "Threads are started and never named",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .cwe = {778},
    .check_program = check,
};
