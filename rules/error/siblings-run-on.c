// One of several workers fails and ends, and nothing tells the others or whoever joins them.
#include "checker/link/failure.h"
#include "checker/link/stop.h"
#include "checker/rule/check.h"

static struct flow_site join_of(const struct program *p, const struct program_stop *s) {
    for (uint32_t i = 0; i < s->ends.len; i++) {
        const struct stop_end *e = &s->ends.data[i];
        struct fn_ref fn = program_fn(p, e->node);
        if (e->kind == STOP_JOIN) {
            return (struct flow_site){fn, fn.facts->ops.data[e->op.v].loc};
        }
    }
    return (struct flow_site){0};
}

static void check_worker(struct rule_ctx *ctx, const struct program_stop *s, node_id entry,
                         struct flow_site join) {
    struct fn_ref fn = program_fn(ctx->program, entry);
    struct program_failures all = program_failures_of(ctx->program, entry, ctx->arena);
    for (uint32_t i = 0; i < all.items.len; i++) {
        const struct program_failure *x = &all.items.data[i];
        // a function of the program may have kept the error itself
        if (!x->ends || x->calls || x->stores || x->tells ||
            program_callee(ctx->program, fn.facts, x->call) != NODE_NONE) {
            continue;
        }
        struct str call = facts_sym_name(fn.facts, fn.facts->calls.data[x->call.v].callee);
        struct finding *f = rule_report(
            ctx, fn, x->loc,
            "when '" STR_FMT "' fails this thread of '" STR_FMT "' ends and the others go on: it "
            "keeps no error and stops nobody, so whoever joins them (%s) takes the work as done",
            STR_ARG(call), STR_ARG(program_fn_name(ctx->program, entry)), rule_line(ctx, fn, join));
        if (f) {
            f->subject = call;
            rule_related(ctx, f, program_root(ctx->program, s->root)->site,
                         "several threads are started here");
            rule_related(ctx, f, join, "they are joined here");
        }
    }
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_stop_count(ctx->program); i++) {
        const struct program_stop *s = program_stop(ctx->program, i);
        const struct program_root *r = program_root(ctx->program, s->root);
        struct flow_site join = join_of(ctx->program, s);
        if (r->many && !r->pool && join.at.facts) {
            check_worker(ctx, s, r->node, join);
        }
    }
}

extern const struct rule rule_error_siblings_run_on;
const struct rule rule_error_siblings_run_on = {
    .id = "error-siblings-run-on",
    .summary = "One of several workers fails, and nothing tells the others or who joins them",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .cwe = {390, 754},
    .check_program = check,
};
