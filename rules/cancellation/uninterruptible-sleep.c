// A long sleep in a loop that a stop request ends.
#include "checker/link/stop.h"
#include "checker/rule/check.h"

// Somebody waits for its end, and nothing wakes it from its sleep.
static bool is_waited_for(const struct program_stop *s) {
    return program_stop_has_end(s, STOP_JOIN) && !program_stop_has_end(s, STOP_CANCEL) &&
           !program_stop_has_end(s, STOP_INTERRUPT);
}

static void check_nap(struct rule_ctx *ctx, const struct program_stop *s,
                      const struct stop_nap *nap) {
    const struct program *p = ctx->program;
    const struct program_root *r = program_root(p, s->root);
    struct fn_ref fn = program_fn(p, nap->node);
    const struct stop_test *t = program_stop_request(p, s, nap->node, nap->op);
    if (!t || nap->nanoseconds < rule_option_value(ctx, "milliseconds") * 1000000) {
        return;
    }
    struct finding *f = rule_report(
        ctx, fn, fn.facts->ops.data[nap->op.v].loc,
        "thread '" STR_FMT "' sleeps %lld ms at a time, so whoever sets '%s' and joins it waits as "
        "long: wait for a condition with this time limit instead, which a stop can signal",
        STR_ARG(program_fn_name(p, r->node)), (long long)(nap->nanoseconds / 1000000),
        rule_name(ctx, fn, t->flag));
    if (f) {
        f->subject = program_fn_name(p, r->node);
        rule_chain(ctx, f, s->root, nap->node);
    }
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_stop_count(ctx->program); i++) {
        const struct program_stop *s = program_stop(ctx->program, i);
        for (uint32_t k = 0; is_waited_for(s) && k < s->naps.len; k++) {
            check_nap(ctx, s, &s->naps.data[k]);
        }
    }
}

extern const struct rule rule_cancellation_uninterruptible_sleep;
const struct rule rule_cancellation_uninterruptible_sleep = {
    .id = "cancellation-uninterruptible-sleep",
    .summary = "A thread that can be stopped sleeps so long that the stop has to wait",
    .level = LEVEL_NOTE,
    .precision = PRECISION_HIGH,
    .review = true,
    .whole_program = true,
    .options = {{"milliseconds", "sleeps of this length and longer count", 1000, 1, 3600000}},
    .check_program = check,
};
