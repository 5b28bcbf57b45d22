// The family: race detectors in the build.
#include "checker/rule/scorecard.h"

static void inspect(struct rule_ctx *ctx, struct score_point *out) {
    const struct evidence *e = &ctx->config->evidence;
    if (!score_thread_starts(ctx->program)) {
        return;
    }
    if (!e->read) { // they were not looked at
        score_count(ctx, out, "program", "with threads", 1);
        return;
    }
    score_count(ctx, out, "build or CI file", "", e->files);
    score_answers(ctx, out, "program", "with threads", 1, e->race_test.len > 0,
                  "run under a race detector");
    out->evidence = e->race_test;
}

extern const struct family family_race_detector;
const struct family family_race_detector = {
    .name = "race-detector",
    .point = 10,
    .question = "Is the program tested under a race detector?",
    .reads_builds = true,
    .inspect = inspect,
};
