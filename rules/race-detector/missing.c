// A program with threads, and no build or CI file that names a race detector.
#include "checker/rule/check.h"

static void check(struct rule_ctx *ctx) {
    const struct evidence *e = &ctx->config->evidence;
    if (!e->read || e->race_test.len) {
        return;
    }
    for (uint32_t i = 0; i < program_thread_count(ctx->program); i++) {
        const struct program_thread *t = program_thread(ctx->program, i);
        struct finding *f = rule_report(
            ctx, t->spawn_fn, t->spawn_loc,
            "the program starts threads, and none of its build and CI files (%u were searched) "
            "runs it under a race detector: which test would find a data race?",
            e->files);
        if (f) {
            f->subject = STR("race detector");
            return; // one for the project
        }
    }
}

extern const struct rule rule_race_detector_missing;
const struct rule rule_race_detector_missing = {
    .id = "race-detector-missing",
    .summary = "No build runs the threads under a race detector",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .whole_program = true,
    .cwe = {1053},
    .check_program = check,
};
