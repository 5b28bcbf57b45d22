// A thread is started for every connection, without a limit.
#include "rules/bounds/bounds.h"

static bool found(struct rule_ctx *ctx, const struct spawn_loop *s) {
    bool from_peer = false;
    call_id source = bounds_source(ctx, s, &from_peer);
    if (!source.v || !from_peer || bounds_is_capped(ctx, s, UINT32_MAX)) {
        return false;
    }
    const struct facts *facts = s->fn.facts;
    loc_id loc = facts->calls.data[source.v].loc;
    bool message = !program_model_effect(ctx->program, facts, source, EFFECT_OPEN);
    struct finding *f =
        rule_report(ctx, s->fn, s->op->loc,
                    "a thread is started for every %s at line %u, without a limit: "
                    "clients decide how many threads run",
                    message ? "connection or message received" : "connection accepted",
                    facts->locs.data[loc.v].line);
    if (f) {
        f->subject = program_fn_name(ctx->program, ctx->node);
        rule_step(ctx, f, STEP_NOTE, s->fn, loc, "each round of the loop takes a %s here",
                  message ? "message" : "connection");
        rule_step(ctx, f, STEP_SPAWN, s->fn, s->op->loc,
                  "and starts a thread for it; nothing counts or waits in between");
    }
    return true;
}

static void check(struct rule_ctx *ctx) {
    bounds_visit(ctx, found);
}

extern const struct rule rule_bounds_spawn_per_connection;
const struct rule rule_bounds_spawn_per_connection = {
    .id = "bounds-spawn-per-connection",
    .summary = "An accept loop starts a thread per connection without a limit",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {770, 400},
    .check_function = check,
};
