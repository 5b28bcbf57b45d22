// The loop that takes what comes from peers waits for room in a queue, for as long as that takes.
#include "rules/backpressure/backpressure.h"

static bool concerns(const struct program_channel *c) {
    return c->waits_forever;
}

static void check(struct rule_ctx *ctx) {
    const struct feed_question q = {
        .concerns = concerns,
        .waiters = true,
        .start = "the loop that takes what peers send",
        .middle = "waits here for room in the queue",
        .end = "without a time limit: meanwhile nobody is answered, turned away or told to stop",
    };
    backpressure_ask(ctx, &q);
}

extern const struct rule rule_backpressure_block_forever;
const struct rule rule_backpressure_block_forever = {
    .id = "backpressure-block-forever",
    .summary = "Whoever takes what comes from outside waits without limit for room in a queue",
    .level = LEVEL_NOTE,
    .precision = PRECISION_HIGH,
    .review = true,
    .whole_program = true,
    .cwe = {400, 833},
    .check_program = check,
};
