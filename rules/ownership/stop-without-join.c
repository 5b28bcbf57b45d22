// A stop request, and then what the thread still uses is freed, without waiting for its end.
#include "checker/link/stop.h"
#include "checker/rule/check.h"

static void check_one(struct rule_ctx *ctx, const struct program_abandoned *a) {
    const struct program *p = ctx->program;
    const struct program_root *r = program_root(p, a->stop->root);
    struct fn_ref writer = program_fn(p, a->write->node);
    loc_id set = writer.facts->ops.data[a->write->op.v].loc;
    struct str entry = program_fn_name(p, r->node);
    const char *flag = rule_name(ctx, writer, a->test->flag);
    struct finding *f = rule_report(
        ctx, a->freed.at, a->freed.loc,
        "'%s' (set at %s) only asks thread '" STR_FMT "' to stop; what it lies in is freed here "
        "without waiting for the end of the thread, which still reads it: join the thread first",
        flag, rule_line(ctx, a->freed.at, (struct flow_site){writer, set}), STR_ARG(entry));
    if (f) {
        f->subject = str_from(flag);
        rule_step(ctx, f, STEP_SPAWN, r->site.at, r->site.loc, "the thread is started here");
        rule_chain(ctx, f, a->stop->root, a->loop);
        rule_step(ctx, f, STEP_ACCESS, writer, set, "it is told to stop here");
        rule_step(ctx, f, STEP_NOTE, a->freed.at, a->freed.loc, "and this comes at once");
    }
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_abandoned_count(ctx->program); i++) {
        check_one(ctx, program_abandoned(ctx->program, i));
    }
}

extern const struct rule rule_ownership_stop_without_join;
const struct rule rule_ownership_stop_without_join = {
    .id = "ownership-stop-without-join",
    .summary = "A thread is told to stop, and what it uses is freed without waiting for its end",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .whole_program = true,
    .cwe = {416},
    .check_program = check,
};
