// signal() where its behaviour differs between systems: in a handler, to install it again, and in a
// program with threads.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

static bool installs(const struct program *p, const struct facts *f, const struct ir_op *op) {
    const struct model_function *m = op->kind == OP_CALL ? program_library(p, f, op->call) : NULL;
    return m && m->handler_arg >= 0;
}

static bool in_handler(const struct program *p, node_id n, op_id op) {
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        if (program_root(p, i)->kind == CONTEXT_HANDLER && program_root_runs(p, i, n, op)) {
            return true;
        }
    }
    return false;
}

// SIG_DFL and SIG_IGN are the same everywhere.
static bool passes_function(const struct facts *f, const struct ir_op *op) {
    const struct ir_call *c = &f->calls.data[op->call.v];
    return c->arg_count > 1 && f->vals.data[f->args.data[c->first_arg.v + 1].v].kind != VAL_CONST;
}

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    bool told = program_thread_count(p) == 0; // that there are threads is said once
    for (node_id n = 0; n < program_fn_count(p); n++) {
        struct fn_ref fn = program_fn(p, n);
        for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                op_id id = {b->first_op.v + k};
                const struct ir_op *op = &fn.facts->ops.data[id.v];
                if (!installs(p, fn.facts, op)) {
                    continue;
                }
                struct finding *f = NULL;
                if (passes_function(fn.facts, op) && in_handler(p, n, id)) {
                    f = rule_report(ctx, fn, op->loc,
                                    "a handler installs a handler with signal(): a signal that "
                                    "comes before it does has the default action on "
                                    "some systems; install it once with sigaction()");
                } else if (!told) {
                    f = rule_report(ctx, fn, op->loc,
                                    "signal() in a program with threads is undefined in ISO C, and "
                                    "which thread runs the handler is open; use "
                                    "sigaction() and pthread_sigmask()");
                    told |= f != NULL;
                }
                if (f) {
                    f->subject = program_fn_name(p, n);
                }
            }
        }
    }
}

extern const struct rule rule_shared_state_signal_function;
const struct rule rule_shared_state_signal_function = {
    .id = "shared-state-signal-function",
    .summary = "signal() is used where only sigaction() is the same on all systems",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .cwe = {364},
    .cert = "SIG34-C",
    .check_program = check,
};
