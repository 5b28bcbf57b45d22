// A thread tells by its result that it failed, and whoever joins it throws the result away.
#include "checker/flow/outcome.h"
#include "checker/rule/check.h"

struct result_use {
    struct rule_ctx *ctx;
    node_id entry;
    expr_id handle;        // class of a place that keeps the handle, none for locals
    bool looked_at;        // some join takes the result
    struct flow_site join; // one that does not
};

static bool is_local_write(const struct facts *f, const struct ir_op *op) {
    const struct ir_path *p = &f->paths.data[op->path.v];
    uint8_t kind = f->vars.data[p->var.v].kind;
    return p->kind == PATH_VAR && kind != VAR_GLOBAL && kind != VAR_STATIC_LOCAL;
}

// What only runs when the thread fails stores nothing that others could look at.
static bool stores_nothing(struct rule_ctx *ctx, struct fn_ref fn, uint32_t failed) {
    uint32_t count = fn.facts->fns.data[fn.fn.v].block_count;
    for (uint32_t i = 0; i < count; i++) {
        const bool *reach = outcome_reach(fn, i, UINT32_MAX, ctx->arena);
        bool only = reach[failed];
        for (uint32_t k = 0; k < count; k++) {
            only &= k == failed || !reach[k] || graph_block(fn, k)->term != TERM_RETURN;
        }
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; only && k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            bool writes = op->kind == OP_WRITE || op->kind == OP_UPDATE;
            if ((writes && !is_local_write(fn.facts, op)) ||
                (op->kind == OP_CALL && program_written_class(ctx->program, fn.facts, op).v)) {
                return false;
            }
        }
    }
    return true;
}

// A return with a number other than 0, beside one with 0; UINT32_MAX for none.
static uint32_t find_failure(struct rule_ctx *ctx, struct fn_ref fn) {
    uint32_t failed = UINT32_MAX;
    bool succeeds = false;
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        const struct ir_val *v = &fn.facts->vals.data[b->lhs.v];
        if (b->term == TERM_RETURN && v->kind == VAL_CONST) {
            succeeds |= v->num == 0;
            failed = v->num != 0 && failed == UINT32_MAX ? i : failed;
        } else if (b->term == TERM_RETURN) {
            return UINT32_MAX; // it has results of another kind
        }
    }
    return succeeds && failed != UINT32_MAX && stores_nothing(ctx, fn, failed) ? failed
                                                                               : UINT32_MAX;
}

static void note_join(struct result_use *u, struct fn_ref fn, call_id call) {
    const struct ir_call *c = &fn.facts->calls.data[call.v];
    const struct ir_val *v =
        &fn.facts->vals.data[c->arg_count > 1 ? fn.facts->args.data[c->first_arg.v + 1].v : 0];
    if (v->kind == VAL_CONST && v->num == 0) {
        u->join = (struct flow_site){fn, c->loc};
    } else {
        u->looked_at = true;
    }
}

// Joins of threads that were started in the same function.
static void find_own_joins(struct result_use *u, const struct flow_result *r) {
    const struct program *p = u->ctx->program;
    for (uint32_t i = 0; i < r->exits.len; i++) {
        for (uint32_t k = 0; k < r->exits.data[i].object_count; k++) {
            const struct object_state *o = &r->exits.data[i].objects[k];
            struct flow_site end = rule_site(u->ctx, o->end_site);
            if (o->kind != OBJECT_THREAD || o->status != OBJECT_DONE || !end.at.facts ||
                program_node_of_value(p, o->entry) != u->entry) {
                continue;
            }
            const struct facts *f = end.at.facts;
            for (uint32_t c = 1; c < f->calls.len; c++) {
                if (f->calls.data[c].loc.v == end.loc.v &&
                    program_model_effect(p, f, (call_id){c}, EFFECT_JOIN)) {
                    note_join(u, end.at, (call_id){c});
                }
            }
        }
    }
}

// Joins of handles that are kept where this thread's handle is.
static void find_kept_joins(struct result_use *u, const struct facts *f) {
    for (uint32_t c = 1; u->handle.v && c < f->calls.len; c++) {
        const struct ir_call *call = &f->calls.data[c];
        const struct ir_val *v =
            &f->vals.data[call->arg_count ? f->args.data[call->first_arg.v].v : 0];
        if (v->kind == VAL_PATH &&
            program_model_effect(u->ctx->program, f, (call_id){c}, EFFECT_JOIN) &&
            expr_same(program_path_class(u->ctx->program, f, v->path), u->handle)) {
            note_join(u, (struct fn_ref){f, call->fn}, (call_id){c});
        }
    }
}

static void find_joins(struct result_use *u) {
    const struct program *p = u->ctx->program;
    for (node_id n = 0; n < program_fn_count(p); n++) {
        const struct flow_result *r = program_flow(p, n, FLOW_THREADS);
        for (uint32_t i = 0; r && i < r->spawns.len; i++) {
            const struct flow_spawn *s = &r->spawns.data[i];
            if (program_node_of_value(p, s->entry) == u->entry && s->handle.v) {
                u->handle = expr_class(program_exprs(p), s->handle);
                for (uint32_t k = 0; k < program_facts_count(p); k++) {
                    find_kept_joins(u, program_facts(p, k));
                }
            }
        }
        if (r) {
            find_own_joins(u, r);
        }
    }
}

static void check(struct rule_ctx *ctx) {
    struct result_use u = {.ctx = ctx, .entry = ctx->node};
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    uint32_t failed =
        program_is_thread_entry(ctx->program, ctx->node) ? find_failure(ctx, fn) : UINT32_MAX;
    if (failed == UINT32_MAX) {
        return;
    }
    find_joins(&u);
    if (u.looked_at || !u.join.at.facts) {
        return;
    }
    const struct ir_block *b = graph_block(fn, failed);
    struct finding *f = rule_report(
        ctx, u.join.at, u.join.loc,
        "the thread of '" STR_FMT "' tells by its result %lld that it failed (%s), and the result "
        "is thrown away here: nobody learns of it",
        STR_ARG(program_fn_name(ctx->program, ctx->node)),
        (long long)fn.facts->vals.data[b->lhs.v].num,
        rule_line(ctx, u.join.at, (struct flow_site){fn, b->loc}));
    if (f) {
        f->subject = program_fn_name(ctx->program, ctx->node);
        rule_related(ctx, f, (struct flow_site){fn, b->loc}, "the thread fails here");
    }
}

extern const struct rule rule_error_ignored_result;
const struct rule rule_error_ignored_result = {
    .id = "error-ignored-result",
    .summary = "A thread's result that tells of failure is thrown away",
    .level = LEVEL_NOTE,
    .precision = PRECISION_HIGH,
    .review = true,
    .cwe = {252, 390},
    .cert = "ERR33-C",
    .check_function = check,
};
