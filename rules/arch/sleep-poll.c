// A loop looks again and again whether another thread has set something, and sleeps or spins
// between.
#include "checker/flow/outcome.h"
#include "rules/arch/arch.h"

enum { SLOW = 1000000000 }; // nanoseconds; who looks once in a second costs nothing

struct poll {
    struct fn_ref fn;
    const struct loop *loop;
    uint32_t block_count;
    call_id sleep; // 0 = it spins
};

// Class of the place the value is the content of, or an atomic load of.
static expr_id place_of(const struct rule_ctx *ctx, const struct facts *f, val_id val) {
    const struct ir_val *v = &f->vals.data[val.v];
    if (v->kind == VAL_UNARY) {
        return place_of(ctx, f, v->a);
    }
    if (v->kind == VAL_CALL) {
        const struct ir_call *c = &f->calls.data[v->call.v];
        const struct model_function *m = program_library(ctx->program, f, v->call);
        v = &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
        bool loads = m && (m->flags & FN_ATOMIC_LOAD) && v->kind == VAL_ADDR;
        return loads ? program_path_class(ctx->program, f, v->path) : (expr_id){0};
    }
    return v->kind == VAL_PATH ? program_path_class(ctx->program, f, v->path) : (expr_id){0};
}

// Short enough to be a wait for something that comes soon.
static bool is_short(const struct rule_ctx *ctx, const struct facts *f, call_id call) {
    const struct effect *e = program_model_effect(ctx->program, f, call, EFFECT_SLEEP);
    const struct ir_call *c = &f->calls.data[call.v];
    const struct ir_val *v = &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
    const struct expr *unit = expr_get(program_exprs(ctx->program), e->b);
    return v->kind != VAL_CONST || unit->kind != EX_CONST || unit->num <= 0 ||
           v->num < SLOW / unit->num;
}

// What a loop that only waits may call: locks, loads, the sleep and the objects for its time.
static bool only_waits(const struct rule_ctx *ctx, struct poll *p, const struct ir_op *op) {
    const struct facts *f = p->fn.facts;
    if (op->kind == OP_WRITE || op->kind == OP_UPDATE) {
        const struct ir_var *v = &f->vars.data[f->paths.data[op->path.v].var.v];
        return f->paths.data[op->path.v].kind == PATH_VAR && v->kind == VAR_TEMP;
    }
    if (op->kind != OP_CALL) {
        return op->kind != OP_ASM && op->kind != OP_UNKNOWN; // a pause in assembler is no mistake
    }
    const struct model_function *m = program_library(ctx->program, f, op->call);
    if (program_model_effect(ctx->program, f, op->call, EFFECT_SLEEP)) {
        p->sleep = op->call;
        return is_short(ctx, f, op->call);
    }
    struct str name = facts_sym_name(f, f->calls.data[op->call.v].callee);
    return (m && (m->flags & FN_ATOMIC_LOAD)) || str_starts(name, STR("std::chrono::")) ||
           program_model_effect(ctx->program, f, op->call, EFFECT_ACQUIRE) ||
           program_model_effect(ctx->program, f, op->call, EFFECT_RELEASE);
}

// The place that ends the loop, none when several do or it does more than wait.
static expr_id waited_for(const struct rule_ctx *ctx, struct poll *p) {
    const struct facts *f = p->fn.facts;
    expr_id place = {0};
    for (uint32_t i = 0; i < p->block_count; i++) {
        const struct ir_block *b = graph_block(p->fn, i);
        for (uint32_t k = 0; p->loop->inside[i] && k < b->op_count; k++) {
            if (!only_waits(ctx, p, &f->ops.data[b->first_op.v + k])) {
                return (expr_id){0};
            }
        }
        for (uint32_t k = 0; p->loop->inside[i] && k < b->edge_count; k++) {
            expr_id class =
                p->loop->inside[graph_target(p->fn, b, k)] ? place : place_of(ctx, f, b->lhs);
            if (b->term == TERM_BRANCH && place.v && !expr_same(place, class)) {
                return (expr_id){0};
            }
            place = class;
        }
    }
    return place;
}

// A thread sets it; a loop of the only thread that does waits for something else.
static bool is_set_by_thread(const struct rule_ctx *ctx, expr_id place, uint32_t *ret_root) {
    for (uint32_t r = 0; r < program_root_count(ctx->program); r++) {
        if (program_root(ctx->program, r)->kind == CONTEXT_THREAD &&
            !program_root_reaches(ctx->program, r, ctx->node) && arch_writes(ctx, r, place)) {
            *ret_root = r;
            return true;
        }
    }
    return false;
}

static void report(struct rule_ctx *ctx, const struct poll *p, expr_id place, uint32_t root) {
    loc_id loc = p->sleep.v ? p->fn.facts->calls.data[p->sleep.v].loc
                            : graph_block(p->fn, p->loop->head)->loc;
    const char *name = rule_name(ctx, p->fn, place);
    struct finding *f = rule_report(
        ctx, p->fn, loc,
        "this loop %s until the thread of '" STR_FMT "' has changed '%s': a condition variable, a "
        "semaphore or a join would wake it at once and cost nothing meanwhile",
        p->sleep.v ? "looks and sleeps" : "spins",
        STR_ARG(program_fn_name(ctx->program, program_root(ctx->program, root)->node)), name);
    if (f) {
        f->subject = str_from(name);
    }
}

static void check(struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    struct loops loops = graph_loops(fn, ctx->arena);
    for (uint32_t i = 0; i < loops.count; i++) {
        struct poll p = {fn, &loops.items[i], loops.block_count, {0}};
        loc_id loc = graph_block(fn, p.loop->head)->loc;
        expr_id place = p.loop->exits ? waited_for(ctx, &p) : (expr_id){0};
        uint32_t root = 0;
        if (place.v && is_set_by_thread(ctx, place, &root) && !arch_is_test(ctx, fn.facts, loc)) {
            report(ctx, &p, place, root);
        }
    }
}

extern const struct rule rule_arch_sleep_poll;
const struct rule rule_arch_sleep_poll = {
    .id = "arch-sleep-poll",
    .summary = "A loop polls what another thread sets",
    .level = LEVEL_NOTE,
    .precision = PRECISION_HIGH,
    .review = true,
    .cwe = {400, 821},
    .check_function = check,
};
