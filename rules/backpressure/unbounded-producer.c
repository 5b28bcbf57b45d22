// What comes from peers goes into a queue that has no capacity.
#include "rules/backpressure/backpressure.h"

static bool concerns(const struct program_channel *c) {
    return c->full == FULL_GROWS && c->kind != CHANNEL_RING;
}

static void check(struct rule_ctx *ctx) {
    const struct feed_question q = {
        .concerns = concerns,
        .waiters = false,
        .start = "everything that peers send",
        .middle = "goes into the queue",
        .end =
            "which has no capacity: nothing slows them down or turns them away when its receivers "
            "are slow",
    };
    backpressure_ask(ctx, &q);
}

extern const struct rule rule_backpressure_unbounded_producer;
const struct rule rule_backpressure_unbounded_producer = {
    .id = "backpressure-unbounded-producer",
    .summary = "What comes from outside fills a queue without a limit",
    .level = LEVEL_NOTE,
    .precision = PRECISION_HIGH,
    .review = true,
    .whole_program = true,
    .cwe = {770, 400},
    .check_program = check,
};
