// The family: who is responsible for a thread.
#include "checker/link/stop.h"
#include "checker/rule/scorecard.h"

// Somebody keeps the handle and waits for the thread.
static bool has_owner(const struct program_stop *s) {
    for (uint32_t i = 0; i < s->ends.len; i++) {
        if (s->ends.data[i].kind == STOP_JOIN && !s->ends.data[i].assumed) {
            return s->homes.len > 0;
        }
    }
    return false;
}

static void inspect(struct rule_ctx *ctx, struct score_point *out) {
    const struct program *p = ctx->program;
    uint32_t owned = 0;
    for (uint32_t i = 0; i < program_stop_count(p); i++) {
        const struct program_stop *s = program_stop(p, i);
        owned += score_is_thread_function(p, s->root) && has_owner(s);
    }
    score_answers(ctx, out, "thread function", "", score_thread_functions(p), owned,
                  "kept by an owner that waits for the end");
}

extern const struct family family_ownership;
const struct family family_ownership = {
    .name = "ownership",
    .point = 2,
    .question = "Who stops each thread, and who waits for it?",
    .inspect = inspect,
};
