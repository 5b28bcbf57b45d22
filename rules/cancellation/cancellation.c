// The family: how threads are stopped.
#include "checker/link/stop.h"
#include "checker/rule/scorecard.h"

static bool has_way_out(const struct program *p, const struct stop_loop *l) {
    const struct stop_test *why = NULL;
    for (uint32_t i = 0; i < l->exits.len; i++) {
        if (!program_exit_is_closed(p, &l->exits.data[i], &why)) {
            return true;
        }
    }
    return l->leaves;
}

static bool can_end(struct rule_ctx *ctx, struct score_point *out, const struct program_stop *s) {
    const struct program *p = ctx->program;
    for (uint32_t i = 0; i < s->loops.len; i++) {
        const struct stop_loop *l = program_stop_loop(p, s->loops.data[i]);
        if (!has_way_out(p, l)) {
            score_open(ctx, out, program_fn(p, l->node), l->loc,
                       "how is the thread '" STR_FMT "' stopped? This loop has no way out",
                       STR_ARG(program_fn_name(p, program_root(p, s->root)->node)));
            return false;
        }
    }
    for (uint32_t i = 0; i < program_unwoken_count(p); i++) {
        if (program_unwoken(p, i)->stop == s) {
            return false;
        }
    }
    return true;
}

static void inspect(struct rule_ctx *ctx, struct score_point *out) {
    const struct program *p = ctx->program;
    uint32_t stoppable = 0;
    uint32_t waits = 0;
    for (uint32_t i = 0; i < program_stop_count(p); i++) {
        const struct program_stop *s = program_stop(p, i);
        if (score_is_thread_function(p, s->root)) {
            stoppable += can_end(ctx, out, s);
            waits += s->waits.len;
        }
    }
    score_answers(ctx, out, "thread function", "", score_thread_functions(p), stoppable,
                  "with a way out of every loop");
    score_count(ctx, out, "wait", "without a time limit", waits);
}

extern const struct family family_cancellation;
const struct family family_cancellation = {
    .name = "cancellation",
    .point = 3,
    .question = "Is a stop request accepted, passed on and noticed in time?",
    .inspect = inspect,
};
