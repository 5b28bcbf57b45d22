// A function for others starts a thread behind their backs: it returns no handle, and nothing stops
// the thread or waits for it.
#include "rules/ownership/ownership.h"

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    for (uint32_t i = 0; i < program_stop_count(p); i++) {
        const struct program_stop *s = program_stop(p, i);
        node_id by = ownership_is_unattended(p, s) ? ownership_hidden_start(p, s) : NODE_NONE;
        if (by == NODE_NONE) {
            continue;
        }
        const struct program_root *r = program_root(p, s->root);
        struct finding *f = rule_report(
            ctx, r->site.at, r->site.loc,
            "whoever calls '" STR_FMT "' starts a thread of '" STR_FMT "' without knowing it: no "
            "handle comes back, and nothing stops the thread or waits for it. Let the caller "
            "decide, or say so in the name and give it an end",
            STR_ARG(program_fn_name(p, by)), STR_ARG(program_fn_name(p, r->node)));
        if (f) {
            f->subject = program_fn_name(p, by);
            struct fn_ref fn = program_fn(p, by);
            rule_related(ctx, f, (struct flow_site){fn, fn.facts->fns.data[fn.fn.v].loc},
                         "the function that others call");
        }
    }
}

extern const struct rule rule_ownership_hidden_spawn;
const struct rule rule_ownership_hidden_spawn = {
    .id = "ownership-hidden-spawn",
    .summary = "A function for others starts a thread that nothing can stop, and does not say so",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .whole_program = true,
    .cwe = {404, 1053},
    .check_program = check,
};
