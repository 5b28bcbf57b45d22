// Shared by the rules of this family: queues that are fed by what comes from outside.
#ifndef RULES_BACKPRESSURE_BACKPRESSURE_H
#define RULES_BACKPRESSURE_BACKPRESSURE_H

#include "checker/link/channel.h"
#include "checker/rule/check.h"

// What is asked about a queue that a loop fills which takes a connection or message from a peer in
// each round.
struct feed_question {
    bool (*concerns)(const struct program_channel *c);
    bool waiters;      // ask about those who wait for room, not about all who send
    const char *start; // message: <start> (line N) <middle> '<queue>', <end>
    const char *middle;
    const char *end;
};

/// Reports, for each queue that it concerns, the first call in such a loop that comes to a sender.
void backpressure_ask(struct rule_ctx *ctx, const struct feed_question *q);

#endif
