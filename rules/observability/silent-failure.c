// A thread ends because something failed, and leaves no trace of it.
#include "checker/link/failure.h"
#include "checker/link/stop.h"
#include "checker/rule/check.h"

// Several of its kind are joined as one batch: error-siblings-run-on asks.
static bool is_batch(const struct program_stop *s, const struct program_root *r) {
    return r->many && program_stop_has_end(s, STOP_JOIN);
}

// The peer went away, and with it the thread that served it.
static bool is_talk(const struct rule_ctx *ctx, const struct facts *f, call_id call) {
    return program_model_effect(ctx->program, f, call, EFFECT_BLOCK) ||
           program_model_effect(ctx->program, f, call, EFFECT_ACCEPT);
}

static void check_entry(struct rule_ctx *ctx, node_id entry, bool serves) {
    struct fn_ref fn = program_fn(ctx->program, entry);
    struct program_failures all = program_failures_of(ctx->program, entry, ctx->arena);
    for (uint32_t i = 0; i < all.items.len; i++) {
        const struct program_failure *x = &all.items.data[i];
        // a function of the program may have told itself
        if (!x->ends || x->acts || x->stores || x->tells ||
            program_callee(ctx->program, fn.facts, x->call) != NODE_NONE ||
            (serves && is_talk(ctx, fn.facts, x->call))) {
            continue;
        }
        struct str call = facts_sym_name(fn.facts, fn.facts->calls.data[x->call.v].callee);
        struct finding *f = rule_report(
            ctx, fn, x->loc,
            "when '" STR_FMT "' fails the thread of '" STR_FMT "' ends here without a word: "
            "nothing is logged, counted, stored or returned that would tell",
            STR_ARG(call), STR_ARG(program_fn_name(ctx->program, entry)));
        if (f) {
            f->subject = call;
        }
    }
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_stop_count(ctx->program); i++) {
        const struct program_stop *s = program_stop(ctx->program, i);
        const struct program_root *r = program_root(ctx->program, s->root);
        if (!is_batch(s, r)) {
            check_entry(ctx, r->node,
                        r->many || s->detached || program_stop_has_end(s, STOP_DETACH));
        }
    }
}

extern const struct rule rule_observability_silent_failure;
const struct rule rule_observability_silent_failure = {
    .id = "observability-silent-failure",
    .summary = "A thread ends because something failed, and nothing tells of it",
    .level = LEVEL_NOTE,
    .precision = PRECISION_HIGH,
    .review = true,
    .cwe = {778, 390},
    .check_program = check,
};
