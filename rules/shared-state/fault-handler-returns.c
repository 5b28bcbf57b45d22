// A handler for a fault of the program itself returns: the instruction that failed is run again,
// and fails again, for ever.
#include "checker/flow/graph.h"
#include "rules/shared-state/shared-state.h"

static bool is_for_computation(const struct program_root *r) {
    enum { ILL = 4, BUS = 7, FPE = 8, SEGV = 11 };
    const uint64_t faults =
        UINT64_C(1) << ILL | UINT64_C(1) << BUS | UINT64_C(1) << FPE | UINT64_C(1) << SEGV;
    return r->signals && (r->signals & ~faults) == 0;
}

// Output and allocation mend nothing. Other functions might: reset the handler, raise the signal
// again, map the page.
static bool mends_nothing(const struct program *p, const struct facts *f, call_id call) {
    const struct model_function *m = program_library(p, f, call);
    bool has_body = program_callee(p, f, call) != NODE_NONE;
    return has_body || (m && (m->flags & (FN_SIGNAL_UNSAFE | FN_SIGNAL_DOUBTFUL))) ||
           str_eq(facts_sym_name(f, f->calls.data[call.v].callee), STR("write"));
}

static bool may_mend(const struct program *p, uint32_t root, node_id n) {
    struct fn_ref fn = program_fn(p, n);
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            op_id id = {b->first_op.v + k};
            const struct ir_op *op = &fn.facts->ops.data[id.v];
            bool unclear = op->kind == OP_ASM || op->kind == OP_UNKNOWN ||
                           (op->kind == OP_CALL && !mends_nothing(p, fn.facts, op->call));
            if (unclear && program_root_runs(p, root, n, id)) {
                return true;
            }
        }
    }
    return false;
}

// With the context of the interrupted code in hand, a handler can go on elsewhere.
static bool gets_context(struct fn_ref fn) {
    return fn.facts->fns.data[fn.fn.v].param_count > 2;
}

static bool returns(struct fn_ref fn) {
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        if (graph_block(fn, i)->term == TERM_RETURN) {
            return true;
        }
    }
    return false;
}

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        const struct program_root *r = program_root(p, i);
        struct fn_ref fn = program_fn(p, r->node);
        bool bad =
            r->kind == CONTEXT_HANDLER && is_for_computation(r) && !gets_context(fn) && returns(fn);
        for (node_id n = 0; bad && n < program_fn_count(p); n++) {
            bad = !program_root_reaches(p, i, n) || !may_mend(p, i, n);
        }
        struct finding *f =
            bad ? rule_report(ctx, fn, fn.facts->fns.data[fn.fn.v].loc,
                              "this handler of a fault returns: the instruction that failed is run "
                              "again and fails again, without end")
                : NULL;
        if (f) {
            f->subject = program_fn_name(p, r->node);
            rule_step(ctx, f, STEP_NOTE, r->site.at, r->site.loc, "it is installed here");
        }
    }
}

extern const struct rule rule_shared_state_fault_handler_returns;
const struct rule rule_shared_state_fault_handler_returns = {
    .id = "shared-state-fault-handler-returns",
    .summary = "A handler of SIGSEGV, SIGFPE, SIGILL or SIGBUS returns to the failing instruction",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {705},
    .cert = "SIG35-C",
    .check_program = check,
};
