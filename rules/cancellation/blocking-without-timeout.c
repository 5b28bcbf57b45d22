// A thread that must stop waits for input for ever, and the stop request does nothing about it.
#include "checker/link/stop.h"
#include "checker/rule/check.h"

static void check_one(struct rule_ctx *ctx, const struct program_unwoken *u) {
    const struct program *p = ctx->program;
    const struct program_root *r = program_root(p, u->stop->root);
    struct fn_ref waiter = program_fn(p, u->wait->node);
    struct fn_ref writer = program_fn(p, u->write->node);
    const struct ir_op *wait = &waiter.facts->ops.data[u->wait->op.v];
    loc_id set = writer.facts->ops.data[u->write->op.v].loc;
    struct str by = facts_sym_name(waiter.facts, waiter.facts->calls.data[wait->call.v].callee);
    struct finding *f = rule_report(
        ctx, waiter, wait->loc,
        "thread '" STR_FMT "' waits in '" STR_FMT "' without a time limit, and the stop request "
        "(%s) neither closes, shuts down nor writes to anything before it joins the thread (%s): "
        "is the call sure to come back?",
        STR_ARG(program_fn_name(p, r->node)), STR_ARG(by),
        rule_line(ctx, waiter, (struct flow_site){writer, set}), rule_line(ctx, waiter, u->join));
    if (f) {
        f->subject = program_fn_name(p, r->node);
        rule_step(ctx, f, STEP_SPAWN, r->site.at, r->site.loc, "the thread is started here");
        rule_chain(ctx, f, u->stop->root, u->wait->node);
        rule_step(ctx, f, STEP_ACCESS, writer, set, "it is told to stop here");
        rule_step(ctx, f, STEP_JOIN, u->join.at, u->join.loc, "its end is waited for here");
    }
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_unwoken_count(ctx->program); i++) {
        if (!program_unwoken(ctx->program, i)->wait->object) {
            check_one(ctx, program_unwoken(ctx->program, i));
        }
    }
}

extern const struct rule rule_cancellation_blocking_without_timeout;
const struct rule rule_cancellation_blocking_without_timeout = {
    .id = "cancellation-blocking-without-timeout",
    .summary = "A thread that is joined waits for input without a time limit",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .whole_program = true,
    .cwe = {833},
    .check_program = check,
};
