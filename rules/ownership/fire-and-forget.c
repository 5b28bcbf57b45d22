// A detached thread that nothing can stop, count or wait for.
#include "rules/ownership/ownership.h"

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    for (uint32_t i = 0; i < program_stop_count(p); i++) {
        const struct program_stop *s = program_stop(p, i);
        const struct program_root *r = program_root(p, s->root);
        // of a hidden one, ownership-hidden-spawn tells
        if (!ownership_is_unattended(p, s) || ownership_hidden_start(p, s) != NODE_NONE) {
            continue;
        }
        struct finding *f = rule_report(
            ctx, r->site.at, r->site.loc,
            "the thread running '" STR_FMT "' is detached, and nothing can stop it, count it or "
            "wait for its end: what keeps alive what it uses, and what happens to its work when "
            "the process ends?",
            STR_ARG(program_fn_name(p, r->node)));
        if (f) {
            f->subject = program_fn_name(p, r->node);
        }
    }
}

extern const struct rule rule_ownership_fire_and_forget;
const struct rule rule_ownership_fire_and_forget = {
    .id = "ownership-fire-and-forget",
    .summary = "A detached thread that nothing can stop, count or wait for",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .whole_program = true,
    .cwe = {404},
    .check_program = check,
};
