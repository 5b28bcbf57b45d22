// The family: start and end of threads.
#include "checker/link/stop.h"
#include "checker/rule/scorecard.h"

static const struct program_stop *stop_of(const struct program *p, uint32_t root) {
    for (uint32_t i = 0; i < program_stop_count(p); i++) {
        if (program_stop(p, i)->root == root) {
            return program_stop(p, i);
        }
    }
    return NULL;
}

static bool has_end(const struct program *p, const struct program_thread *t) {
    struct str end = str_from(t->end);
    const struct program_stop *s = stop_of(p, t->root);
    return str_eq(end, STR("joined")) || str_eq(end, STR("detached")) ||
           (s && (program_stop_has_end(s, STOP_JOIN) || program_stop_has_end(s, STOP_DETACH)));
}

static void inspect(struct rule_ctx *ctx, struct score_point *out) {
    const struct program *p = ctx->program;
    uint32_t ended = 0;
    for (uint32_t i = 0; i < program_thread_count(p); i++) {
        const struct program_thread *t = program_thread(p, i);
        if (!score_is_own_thread(p, t)) {
            continue;
        }
        if (has_end(p, t)) {
            ended++;
        } else {
            score_open(ctx, out, t->spawn_fn, t->spawn_loc,
                       "where does the thread%s" STR_FMT "%s end? No join and no detach is seen",
                       t->entry.len ? " '" : "", STR_ARG(t->entry), t->entry.len ? "'" : "");
        }
    }
    score_answers(ctx, out, "thread start", "", score_thread_starts(p), ended,
                  "joined or detached");
}

extern const struct family family_lifetime;
const struct family family_lifetime = {
    .name = "lifetime",
    .point = 1,
    .question = "Where does each thread start and end, and is the end reachable on every path?",
    .inspect = inspect,
};
