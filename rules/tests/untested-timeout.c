// A wait with a time limit that no test comes to, in code that has tests.
#include "checker/flow/outcome.h"
#include "rules/tests/tests.h"

// A wait that may end by its time limit, and whose result is looked at.
static call_id timed_wait(const struct program *p, struct fn_ref fn) {
    const struct facts *f = fn.facts;
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct effect *e =
                op->kind == OP_CALL ? program_model_effect(p, f, op->call, EFFECT_WAIT) : NULL;
            if (e && (e->flags & EF_TIMED) && flow_result_used(fn, op->call)) {
                return op->call;
            }
        }
    }
    return (call_id){0};
}

// Tests come to another function of the same file: it is tried at all.
static bool is_tested_file(const struct rule_ctx *ctx, const bool *tested, struct fn_ref fn) {
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        if (tested[n] && program_fn(ctx->program, n).facts == fn.facts) {
            return true;
        }
    }
    return false;
}

static void check(struct rule_ctx *ctx) {
    const bool *tested = tests_reach(ctx);
    for (node_id n = 0; tested && n < program_fn_count(ctx->program); n++) {
        struct fn_ref fn = program_fn(ctx->program, n);
        call_id call = tested[n] ? (call_id){0} : timed_wait(ctx->program, fn);
        if (!call.v || program_is_address_taken(ctx->program, n) ||
            !is_tested_file(ctx, tested, fn)) {
            continue;
        }
        struct finding *f = rule_report(
            ctx, fn, fn.facts->calls.data[call.v].loc,
            "this wait gives up after some time, and no test comes to '" STR_FMT
            "', while others of the file are tested: what happens when the time is over?",
            STR_ARG(program_fn_name(ctx->program, n)));
        if (f) {
            f->subject = program_fn_name(ctx->program, n);
        }
    }
}

extern const struct rule rule_tests_untested_timeout;
const struct rule rule_tests_untested_timeout = {
    .id = "tests-untested-timeout",
    .summary = "No test comes to a wait with a time limit",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .whole_program = true,
    .cwe = {1053},
    .check_program = check,
};
