// The family: how far a failure of one thread goes.
#include "checker/rule/scorecard.h"

static void inspect(struct rule_ctx *ctx, struct score_point *out) {
    const struct program *p = ctx->program;
    uint32_t contained = 0;
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        contained +=
            score_is_thread_function(p, i) && !program_throws(p, program_root(p, i)->node).throws;
    }
    score_answers(ctx, out, "thread function", "", score_thread_functions(p), contained,
                  "without an exception seen to leave it");
}

extern const struct family family_panic;
const struct family family_panic = {
    .name = "panic",
    .point = 9,
    .question = "What happens to the program when a thread fails on bad input?",
    .inspect = inspect,
};
