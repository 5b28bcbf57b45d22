#include "rules/tests/tests.h"

#include "checker/flow/graph.h"
#include "checker/rule/scorecard.h"

static struct str file_of(struct fn_ref fn) {
    const struct facts *f = fn.facts;
    const struct ir_loc *at = &f->locs.data[f->fns.data[fn.fn.v].loc.v];
    return facts_text(f, f->files.data[at->file.v].path);
}

bool tests_is_one(const struct rule_ctx *ctx, node_id n) {
    struct str name = program_fn_name(ctx->program, n);
    return evidence_is_test_file(file_of(program_fn(ctx->program, n))) ||
           str_starts(name, STR("test_")) || str_ends(name, STR("_test"));
}

// Class of the handle that the call starts or joins.
static expr_id handle_of(const struct rule_ctx *ctx, const struct facts *f, call_id call,
                         enum effect_kind kind) {
    const struct effect *e = program_model_effect(ctx->program, f, call, kind);
    const struct ir_call *c = &f->calls.data[call.v];
    const struct ir_val *v = &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
    bool is_place = e && (v->kind == VAL_ADDR || v->kind == VAL_PATH);
    return is_place ? program_path_class(ctx->program, f, v->path) : (expr_id){0};
}

void tests_collect(struct rule_ctx *ctx, enum effect_kind kind, struct endings *out) {
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        struct fn_ref fn = program_fn(ctx->program, n);
        for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
                expr_id handle =
                    op->kind == OP_CALL ? handle_of(ctx, fn.facts, op->call, kind) : (expr_id){0};
                if (handle.v) {
                    vec_push(ctx->arena, &out->items, ((struct ending){n, handle, op->loc}));
                }
            }
        }
    }
}

const struct ending *tests_find(const struct endings *all, expr_id handle, const bool *tested) {
    for (uint32_t i = 0; i < all->items.len; i++) {
        const struct ending *e = &all->items.data[i];
        if (expr_same(e->handle, handle) && (!tested || tested[e->node])) {
            return e;
        }
    }
    return NULL;
}

bool *tests_reach(const struct rule_ctx *ctx) {
    bool *tested = ARENA_ARRAY(ctx->arena, bool, program_fn_count(ctx->program) + 1);
    bool any = false;
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        tested[n] = tests_is_one(ctx, n);
        any |= tested[n];
    }
    if (any) {
        program_spread_calls(ctx->program, tested);
    }
    return any ? tested : NULL;
}

// --- the scorecard ---

static uint32_t test_units(const struct program *p) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < program_facts_count(p); i++) {
        const struct facts *f = program_facts(p, i);
        count += evidence_is_test_file(facts_text(f, f->main_file));
    }
    return count;
}

// Threads kept in a field or global and joined by some function: those that tests come to.
static void inspect(struct rule_ctx *ctx, struct score_point *out) {
    const bool *tested = tests_reach(ctx);
    struct endings joins = {0};
    uint32_t handles = 0;
    uint32_t reached = 0;
    tests_collect(ctx, EFFECT_JOIN, &joins);
    for (uint32_t i = 0; i < joins.items.len; i++) {
        const struct ending *join = &joins.items.data[i];
        if (tests_find(&joins, join->handle, NULL) == join && !tests_is_one(ctx, join->node)) {
            handles++;
            bool seen = tested && tests_find(&joins, join->handle, tested);
            reached += seen;
            if (!seen) {
                struct fn_ref fn = program_fn(ctx->program, join->node);
                score_open(ctx, out, fn, join->loc,
                           "which test stops the thread kept in '%s'? None comes here",
                           rule_name(ctx, fn, join->handle));
            }
        }
    }
    score_answers(ctx, out, "stop", "of a kept thread", handles, reached, "that tests come to");
    score_count(ctx, out, "translation unit", "of tests", test_units(ctx->program));
}

extern const struct family family_tests;
const struct family family_tests = {
    .name = "tests",
    .point = 13,
    .question = "Are cancellation, timeouts and errors of threads tested?",
    .inspect = inspect,
};
