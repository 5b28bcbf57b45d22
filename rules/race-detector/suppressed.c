// Race detectors are told to look away: a large function is left out, or all of a file.
#include "checker/rule/check.h"

enum { LARGE = 25 }; // lines; a small function can be judged at a glance

static void check_function(struct rule_ctx *ctx, node_id n) {
    struct fn_ref fn = program_fn(ctx->program, n);
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    uint32_t first = fn.facts->locs.data[ir->loc.v].line;
    uint32_t last = fn.facts->locs.data[ir->end.v].line;
    if (last < first + LARGE || !program_has_contract(ctx->program, fn, CONTRACT_RACY)) {
        return;
    }
    struct finding *f = rule_report(
        ctx, fn, ir->loc,
        "race detectors leave out all %u lines of '" STR_FMT "': a race that comes in later is not "
        "found. Move the access that is meant into a small function, or make it atomic",
        last - first + 1, STR_ARG(program_fn_name(ctx->program, n)));
    if (f) {
        f->subject = program_fn_name(ctx->program, n);
    }
}

static void check(struct rule_ctx *ctx) {
    const struct evidence *e = &ctx->config->evidence;
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        check_function(ctx, n);
    }
    for (uint32_t i = 0; e->wide_entry.len && i < program_thread_count(ctx->program); i++) {
        const struct program_thread *t = program_thread(ctx->program, i);
        struct finding *f = rule_report(
            ctx, t->spawn_fn, t->spawn_loc,
            "the threads that start here run under a race detector that '" STR_FMT "' of " STR_FMT
            " tells to ignore all of a file or library, and no comment says why",
            STR_ARG(e->wide_entry), STR_ARG(e->wide_place));
        if (f) {
            f->subject = e->wide_entry;
            return; // one for the project
        }
    }
}

extern const struct rule rule_race_detector_suppressed;
const struct rule rule_race_detector_suppressed = {
    .id = "race-detector-suppressed",
    .summary = "A race detector is told to ignore a large function or a whole file",
    .level = LEVEL_NOTE,
    .precision = PRECISION_HIGH,
    .review = true,
    .cwe = {1053},
    .check_program = check,
};
