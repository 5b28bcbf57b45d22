// A stop flag is set and the thread joined, and nothing in between wakes the thread's wait.
#include "checker/link/stop.h"
#include "checker/rule/check.h"

static void check_one(struct rule_ctx *ctx, const struct program_unwoken *u) {
    const struct program *p = ctx->program;
    const struct program_root *r = program_root(p, u->stop->root);
    struct fn_ref writer = program_fn(p, u->write->node);
    struct fn_ref waiter = program_fn(p, u->wait->node);
    loc_id set = writer.facts->ops.data[u->write->op.v].loc;
    loc_id wait = waiter.facts->ops.data[u->wait->op.v].loc;
    struct str entry = program_fn_name(p, r->node);
    const char *flag = rule_name(ctx, writer, u->test->flag);
    struct finding *f = rule_report(
        ctx, writer, set,
        "'%s' tells thread '" STR_FMT "' to stop, but nothing wakes it from its wait for '%s' "
        "(%s) before it is joined (%s): the join may never return; %s after setting the flag",
        flag, STR_ARG(entry), rule_name(ctx, waiter, u->wait->on),
        rule_line(ctx, writer, (struct flow_site){waiter, wait}), rule_line(ctx, writer, u->join),
        u->wait->condition ? "signal the condition" : "post the semaphore");
    if (f) {
        f->subject = str_from(flag);
        rule_step(ctx, f, STEP_SPAWN, r->site.at, r->site.loc, "the thread is started here");
        rule_chain(ctx, f, u->stop->root, u->wait->node);
        rule_step(ctx, f, STEP_WAIT, waiter, wait, "it waits here without a time limit");
        rule_step(ctx, f, STEP_ACCESS, writer, set, "the flag is set here");
        rule_step(ctx, f, STEP_JOIN, u->join.at, u->join.loc, "the thread is joined here");
    }
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_unwoken_count(ctx->program); i++) {
        if (program_unwoken(ctx->program, i)->wait->object) {
            check_one(ctx, program_unwoken(ctx->program, i));
        }
    }
}

extern const struct rule rule_cancellation_no_wakeup;
const struct rule rule_cancellation_no_wakeup = {
    .id = "cancellation-no-wakeup",
    .summary = "A thread is told to stop and joined, but nothing wakes it from its wait",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .whole_program = true,
    .cwe = {833},
    .check_program = check,
};
