// A worker keeps its error where others can look, and nothing that the tests come to looks.
#include "checker/link/failure.h"
#include "rules/tests/tests.h"

// Who reads it: somebody the tests come to, somebody else, or nobody.
static void find_readers(const struct rule_ctx *ctx, uint32_t root, expr_id class,
                         const bool *tested, bool *ret_tested, node_id *ret_other) {
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        if (program_root_reaches(ctx->program, root, n) ||
            !program_reads_class(ctx->program, program_fn(ctx->program, n), class)) {
            continue;
        }
        *ret_tested |= tested[n];
        *ret_other = n;
    }
}

static void check_entry(struct rule_ctx *ctx, uint32_t root, const bool *tested) {
    node_id entry = program_root(ctx->program, root)->node;
    struct fn_ref fn = program_fn(ctx->program, entry);
    struct program_failures all = program_failures_of(ctx->program, entry, ctx->arena);
    for (uint32_t i = 0; i < all.items.len; i++) {
        const struct program_failure *x = &all.items.data[i];
        bool seen = false;
        node_id reader = NODE_NONE;
        if (!x->ends || !x->stored.v) {
            continue;
        }
        find_readers(ctx, root, x->stored, tested, &seen, &reader);
        if (seen || reader == NODE_NONE) {
            continue;
        }
        const char *name = rule_name(ctx, fn, x->stored);
        struct finding *f = rule_report(
            ctx, fn, x->stored_loc,
            "tests start this thread, and nothing they come to looks at '%s', where it keeps that "
            "it failed ('" STR_FMT "' does): is a failing worker tried?",
            name, STR_ARG(program_fn_name(ctx->program, reader)));
        if (f) {
            f->subject = str_from(name);
            struct fn_ref by = program_fn(ctx->program, reader);
            rule_related(ctx, f, (struct flow_site){by, by.facts->fns.data[by.fn.v].loc},
                         "it is looked at here");
        }
    }
}

static void check(struct rule_ctx *ctx) {
    const bool *tested = tests_reach(ctx);
    for (uint32_t r = 0; tested && r < program_root_count(ctx->program); r++) {
        bool started = false;
        for (uint32_t i = 0; i < program_start_count(ctx->program, r); i++) {
            started |= tested[program_start(ctx->program, r, i).node];
        }
        if (program_root(ctx->program, r)->kind == CONTEXT_THREAD && started &&
            !tests_is_one(ctx, program_root(ctx->program, r)->node)) {
            check_entry(ctx, r, tested);
        }
    }
}

extern const struct rule rule_tests_untested_error;
const struct rule rule_tests_untested_error = {
    .id = "tests-untested-error",
    .summary = "Tests start workers and never look whether they failed",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .whole_program = true,
    .cwe = {1053},
    .check_program = check,
};
