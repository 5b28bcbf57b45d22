#include "rules/arch/arch.h"

#include "checker/flow/graph.h"
#include "checker/link/stop.h"
#include "checker/rule/scorecard.h"

bool arch_is_test(const struct rule_ctx *ctx, const struct facts *f, loc_id loc) {
    bool only_tests = true;
    for (uint32_t i = 0; i < program_facts_count(ctx->program); i++) {
        const struct facts *x = program_facts(ctx->program, i);
        only_tests &= evidence_is_test_file(facts_text(x, x->main_file));
    }
    return !only_tests &&
           evidence_is_test_file(facts_text(f, f->files.data[f->locs.data[loc.v].file.v].path));
}

bool arch_writes(const struct rule_ctx *ctx, uint32_t root, expr_id class) {
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        struct fn_ref fn = program_fn(ctx->program, n);
        bool inside = program_root_reaches(ctx->program, root, n);
        for (uint32_t i = 0; inside && i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                if (expr_same(program_written_class(ctx->program, fn.facts,
                                                    &fn.facts->ops.data[b->first_op.v + k]),
                              class)) {
                    return true;
                }
            }
        }
    }
    return false;
}

// --- the scorecard ---

static void inspect(struct rule_ctx *ctx, struct score_point *out) {
    const struct program *p = ctx->program;
    uint32_t naps = 0;
    for (uint32_t i = 0; i < program_stop_count(p); i++) {
        naps += program_stop(p, i)->naps.len;
    }
    score_count(ctx, out, "thread function", "", score_thread_functions(p));
    score_count(ctx, out, "sleep", "of a thread", naps);
}

extern const struct family family_arch;
const struct family family_arch = {
    .name = "arch",
    .point = 0,
    .question = "Do mistakes of design repeat: sleeps that set the pace, polling, mixed models?",
    .inspect = inspect,
};
