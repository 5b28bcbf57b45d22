// A weak compare-and-exchange outside a loop: it may fail although the value was the expected one.
#include "checker/flow/graph.h"
#include "rules/shared-state/shared-state.h"

// The caller learns the result and can try again.
static bool gives_result_back(const struct facts *f, struct fn_ref fn) {
    type_id t = facts_strip_typedefs(f, f->syms.data[f->fns.data[fn.fn.v].sym.v].ret, NULL);
    return f->types.data[t.v].kind != TYPE_VOID;
}

static void check(struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    struct loops loops = {0};
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (!(atomic_op_of(ctx, fn.facts, op).kind & FN_ATOMIC_WEAK_CAS)) {
                continue;
            }
            loops = loops.items ? loops : graph_loops(fn, ctx->arena);
            if (graph_innermost(&loops, i) || gives_result_back(fn.facts, fn)) {
                continue;
            }
            struct finding *f = rule_report(ctx, fn, op->loc,
                                            "this weak compare-and-exchange is not in a loop: it "
                                            "may fail although the value was the "
                                            "expected one; try again, or use the strong one");
            if (f) {
                f->subject = program_fn_name(ctx->program, ctx->node);
                rule_fix(ctx, f, FIX_STRONG_CAS, fn, op->loc);
            }
        }
    }
}

extern const struct rule rule_shared_state_weak_cas_without_loop;
const struct rule rule_shared_state_weak_cas_without_loop = {
    .id = "shared-state-weak-cas-without-loop",
    .summary = "A weak compare-and-exchange is not tried again when it fails",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {362},
    .cert = "CON41-C",
    .check_function = check,
};
