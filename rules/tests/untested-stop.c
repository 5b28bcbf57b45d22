// Tests start the threads of a module, and none of them ever stops them.
#include "rules/tests/tests.h"

static void report(struct rule_ctx *ctx, const struct ending *start, const struct ending *join) {
    struct fn_ref fn = program_fn(ctx->program, join->node);
    struct fn_ref by = program_fn(ctx->program, start->node);
    struct finding *f = rule_report(
        ctx, fn, fn.facts->fns.data[fn.fn.v].loc,
        "tests start the thread kept in '%s', and none of them comes to '" STR_FMT
        "', which waits for its end: is stopping tried under load, twice, and while "
        "work is waiting?",
        rule_name(ctx, fn, join->handle), STR_ARG(program_fn_name(ctx->program, join->node)));
    if (f) {
        f->subject = program_fn_name(ctx->program, join->node);
        rule_related(ctx, f, (struct flow_site){by, start->loc}, "the thread is started here");
    }
}

static void check(struct rule_ctx *ctx) {
    bool *tested = tests_reach(ctx);
    if (!tested) {
        return; // the tests are elsewhere
    }
    struct endings starts = {0};
    struct endings joins = {0};
    tests_collect(ctx, EFFECT_SPAWN, &starts);
    tests_collect(ctx, EFFECT_JOIN, &joins);
    for (uint32_t i = 0; i < joins.items.len; i++) {
        const struct ending *join = &joins.items.data[i];
        const struct ending *start = tests_find(&starts, join->handle, tested);
        bool first = tests_find(&joins, join->handle, NULL) == join;
        if (first && start && !tests_find(&joins, join->handle, tested) &&
            !tests_is_one(ctx, start->node)) {
            report(ctx, start, join);
        }
    }
}

extern const struct rule rule_tests_untested_stop;
const struct rule rule_tests_untested_stop = {
    .id = "tests-untested-stop",
    .summary = "Tests start threads and never stop them",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .whole_program = true,
    .cwe = {1053},
    .check_program = check,
};
