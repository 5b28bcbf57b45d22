// A thread is started for every item of input, without a limit.
#include "rules/bounds/bounds.h"

static void found(struct rule_ctx *ctx, const struct spawn_loop *s) {
    if (s->source_is_connection) {
        return;
    }
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    loc_id source_loc = fn.facts->calls.data[s->source.v].loc;
    struct finding *f = rule_report(
        ctx, fn, s->op->loc,
        "a thread is started for every item read at line %u, without a limit: the input decides how many threads run",
        fn.facts->locs.data[source_loc.v].line);
    if (f) {
        f->subject = program_fn_name(ctx->program, ctx->node);
        rule_step(ctx, f, STEP_NOTE, fn, source_loc, "each round of the loop takes an item here");
        rule_step(ctx, f, STEP_SPAWN, fn, s->op->loc, "and starts a thread for it; nothing counts or waits in between");
    }
}

static void check(struct rule_ctx *ctx) {
    bounds_visit(ctx, found);
}

extern const struct rule rule_bounds_spawn_per_item;
const struct rule rule_bounds_spawn_per_item = {
    .id = "bounds-spawn-per-item",
    .summary = "A loop over input starts a thread per item without a limit",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {770, 400},
    .check_function = check,
};
