// The family: errors of threads and of starting them.
#include "checker/rule/scorecard.h"

// Somebody looks at the result, or the call has none that tells of failure.
static bool is_looked_at(const struct program *p, const struct flow_result *r,
                         const struct flow_spawn *s) {
    const struct summary *m = program_model(p, r->fn.facts, s->call);
    bool can_fail = m && m->case_count > 1 && m->cases[0].usually;
    return !can_fail || flow_result_used(r->fn, s->call);
}

static void inspect(struct rule_ctx *ctx, struct score_point *out) {
    const struct program *p = ctx->program;
    uint32_t starts = 0;
    uint32_t looked_at = 0;
    for (node_id n = 0; n < program_fn_count(p); n++) {
        const struct flow_result *r = program_flow(p, n, FLOW_THREADS);
        for (uint32_t i = 0; r && i < r->spawns.len; i++) {
            const struct flow_spawn *s = &r->spawns.data[i];
            bool first = i == 0 || r->spawns.data[i - 1].call.v != s->call.v;
            if (first && program_model_effect(p, r->fn.facts, s->call, EFFECT_SPAWN)) {
                starts++;
                bool seen = is_looked_at(p, r, s);
                looked_at += seen;
                if (!seen) {
                    score_open(ctx, out, r->fn, r->fn.facts->calls.data[s->call.v].loc,
                               "what when this thread cannot be started? Nobody looks");
                }
            }
        }
    }
    score_answers(ctx, out, "call", "to start a thread", starts, looked_at,
                  "whose failure is looked at");
    score_count(ctx, out, "thread function", "", score_thread_functions(p));
}

extern const struct family family_error;
const struct family family_error = {
    .name = "error",
    .point = 8,
    .question = "How does an error in one thread reach and stop the others?",
    .inspect = inspect,
};
