// Tests start the threads of a module, and none of them ever stops them.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

struct ending { // a place that starts or joins the thread kept in a field or global
    node_id node;
    expr_id handle; // class
    loc_id loc;
};

struct endings {
    VEC(struct ending) items;
};

static struct str file_of(struct fn_ref fn) {
    const struct facts *f = fn.facts;
    const struct ir_loc *at = &f->locs.data[f->fns.data[fn.fn.v].loc.v];
    return facts_text(f, f->files.data[at->file.v].path);
}

// A function of the tests, by its file or its name.
static bool is_test(const struct rule_ctx *ctx, node_id n) {
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

static void collect(struct rule_ctx *ctx, enum effect_kind kind, struct endings *out) {
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

static const struct ending *find(const struct endings *all, expr_id handle, const bool *tested) {
    for (uint32_t i = 0; i < all->items.len; i++) {
        const struct ending *e = &all->items.data[i];
        if (expr_same(e->handle, handle) && (!tested || tested[e->node])) {
            return e;
        }
    }
    return NULL;
}

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
    bool *tested = ARENA_ARRAY(ctx->arena, bool, program_fn_count(ctx->program) + 1);
    bool any = false;
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        tested[n] = is_test(ctx, n);
        any |= tested[n];
    }
    if (!any) {
        return; // the tests are elsewhere
    }
    program_spread_calls(ctx->program, tested);
    struct endings starts = {0};
    struct endings joins = {0};
    collect(ctx, EFFECT_SPAWN, &starts);
    collect(ctx, EFFECT_JOIN, &joins);
    for (uint32_t i = 0; i < joins.items.len; i++) {
        const struct ending *join = &joins.items.data[i];
        const struct ending *start = find(&starts, join->handle, tested);
        bool first = find(&joins, join->handle, NULL) == join;
        if (first && start && !find(&joins, join->handle, tested) && !is_test(ctx, start->node)) {
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
