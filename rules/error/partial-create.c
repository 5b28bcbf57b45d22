// One of several threads cannot be started, and the function gives up without those it started.
#include "checker/flow/outcome.h"
#include "checker/rule/check.h"

enum { REFUSED = 11 }; // EAGAIN, or any other number that is no success

static const struct ir_call *call_of(const struct facts *f, call_id call) {
    return &f->calls.data[call.v];
}

static var_id root_var(const struct facts *f, path_id path, bool *ret_element) {
    while (path.v) {
        const struct ir_path *p = &f->paths.data[path.v];
        *ret_element |= p->kind == PATH_INDEX;
        if (p->kind == PATH_VAR) {
            return p->var;
        }
        if (p->kind == PATH_DEREF) {
            return (var_id){0};
        }
        path = p->base;
    }
    return (var_id){0};
}

// The handle is kept in an element of an array of this function, which nobody else knows.
static bool is_local_element(const struct facts *f, call_id call) {
    const struct ir_call *c = call_of(f, call);
    const struct ir_val *v = &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
    bool element = false;
    var_id var = v->kind == VAL_ADDR ? root_var(f, v->path, &element) : (var_id){0};
    return element && f->vars.data[var.v].kind == VAR_LOCAL;
}

static bool can_fail(const struct rule_ctx *ctx, const struct facts *f, call_id call) {
    const struct summary *m = program_model(ctx->program, f, call);
    const struct summary_case *c = m && m->case_count > 1 ? &m->cases[0] : NULL;
    return c && c->usually && c->when_count == 1 &&
           !ir_compare(c->when[0].cmp, REFUSED, c->when[0].num);
}

static bool is_detached(const struct flow_result *r, call_id call) {
    for (uint32_t i = 0; i < r->spawns.len; i++) {
        if (r->spawns.data[i].call.v == call.v && r->spawns.data[i].detached) {
            return true;
        }
    }
    return false;
}

// What may deal with threads that run: joins, detaches, cancels, wakes and tells them, gives the
// array away.
static bool deals_with_threads(const struct rule_ctx *ctx, const struct facts *f,
                               const struct ir_op *op) {
    static const enum effect_kind kinds[] = {EFFECT_DETACH, EFFECT_SIGNAL, EFFECT_CLOSE};
    if (op->kind != OP_CALL) {
        return false;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (program_model_effect(ctx->program, f, op->call, kinds[i])) {
            return true;
        }
    }
    const struct ir_call *c = call_of(f, op->call);
    struct str name = facts_sym_name(f, c->callee);
    bool own = !program_model(ctx->program, f, op->call) && c->arg_count &&
               program_callee(ctx->program, f, op->call) != NODE_NONE;
    return program_op_joins(ctx->program, f, op) || own || str_eq(name, STR("pthread_cancel")) ||
           str_eq(name, STR("pthread_kill"));
}

// A return that only the failure leads to, with nothing on the way that deals with the threads.
static const struct ir_block *gives_up(struct rule_ctx *ctx, struct fn_ref fn,
                                       const struct outcome *o, uint32_t spawn) {
    uint32_t count = fn.facts->fns.data[fn.fn.v].block_count;
    const bool *failed = outcome_reach(fn, o->taken, UINT32_MAX, ctx->arena);
    const bool *went_on = outcome_reach(fn, o->other, spawn, ctx->arena);
    const struct ir_block *out = NULL;
    if (failed[spawn]) {
        return NULL; // it is tried again, or the next one is
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; failed[i] && k < b->op_count; k++) {
            if (deals_with_threads(ctx, fn.facts, &fn.facts->ops.data[b->first_op.v + k])) {
                return NULL;
            }
        }
        out = !out && failed[i] && !went_on[i] && b->term == TERM_RETURN ? b : out;
    }
    return out;
}

static void check_spawn(struct rule_ctx *ctx, const struct flow_result *r,
                        const struct loops *loops, uint32_t block, call_id call) {
    struct fn_ref fn = r->fn;
    struct outcome o = {0};
    if (!graph_innermost(loops, block) || !is_local_element(fn.facts, call) ||
        !can_fail(ctx, fn.facts, call) || is_detached(r, call) ||
        !outcome_of(fn, call, REFUSED, &o)) {
        return;
    }
    const struct ir_block *end = gives_up(ctx, fn, &o, block);
    if (!end) {
        return;
    }
    struct finding *f = rule_report(
        ctx, fn, end->loc,
        "when a thread cannot be started (line %u), the function returns here while those it "
        "started before run on: nobody stops them and their handles are lost",
        fn.facts->locs.data[call_of(fn.facts, call)->loc.v].line);
    if (f) {
        f->subject = program_fn_name(ctx->program, ctx->node);
        rule_step(ctx, f, STEP_SPAWN, fn, call_of(fn.facts, call)->loc,
                  "each round of the loop starts a thread");
        rule_step(ctx, f, STEP_BRANCH, fn, graph_block(fn, o.block)->loc, "a later start fails");
    }
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_THREADS);
    if (!r || r->limited || program_is_main(ctx->program, ctx->node)) {
        return; // when main returns, the threads end with the process
    }
    struct loops loops = graph_loops(r->fn, ctx->arena);
    for (uint32_t i = 0; i < loops.block_count; i++) {
        const struct ir_block *b = graph_block(r->fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &r->fn.facts->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL &&
                program_model_effect(ctx->program, r->fn.facts, op->call, EFFECT_SPAWN)) {
                check_spawn(ctx, r, &loops, i, op->call);
            }
        }
    }
}

extern const struct rule rule_error_partial_create;
const struct rule rule_error_partial_create = {
    .id = "error-partial-create",
    .summary = "A start of several threads that fails leaves those running that were started",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {459, 772},
    .check_function = check,
};
