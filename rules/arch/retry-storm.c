// A loop tries again at once when another machine or process refuses, as often as it can.
#include "checker/flow/outcome.h"
#include "rules/arch/arch.h"

enum { WAIT_DEPTH = 3 };

static bool waits(const struct rule_ctx *ctx, const struct facts *f, call_id call, unsigned depth) {
    static const enum effect_kind kinds[] = {EFFECT_SLEEP, EFFECT_WAIT, EFFECT_BLOCK, EFFECT_JOIN};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (program_model_effect(ctx->program, f, call, kinds[i])) {
            return true;
        }
    }
    const struct ir_call *c = &f->calls.data[call.v];
    node_id n = program_callee(ctx->program, f, call);
    if (n == NODE_NONE || !depth) { // what is not known may wait
        return !c->callee.v || (n == NODE_NONE && !(f->syms.data[c->callee.v].flags & SYM_SYSTEM));
    }
    return rule_callee_has(ctx, f, call, waits, depth);
}

static bool slows(const struct rule_ctx *ctx, struct fn_ref fn, uint32_t block, call_id tried) {
    const struct ir_block *b = graph_block(fn, block);
    for (uint32_t k = 0; k < b->op_count; k++) {
        const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
        if (op->kind == OP_ASM || op->kind == OP_UNKNOWN ||
            (op->kind == OP_CALL && op->call.v != tried.v &&
             waits(ctx, fn.facts, op->call, WAIT_DEPTH))) {
            return true;
        }
    }
    return false;
}

// The branch asks for a request to stop: something in memory, compared with a number.
static bool tests_flag(const struct rule_ctx *ctx, const struct facts *f,
                       const struct ir_block *b) {
    const struct ir_val *v = &f->vals.data[b->lhs.v];
    const struct model_function *m =
        v->kind == VAL_CALL ? program_library(ctx->program, f, v->call) : NULL;
    uint8_t kind = f->paths.data[v->path.v].kind;
    uint8_t var = f->vars.data[f->paths.data[v->path.v].var.v].kind;
    bool place = v->kind == VAL_PATH &&
                 (kind == PATH_FIELD ||
                  (kind == PATH_VAR && (var == VAR_GLOBAL || var == VAR_STATIC_LOCAL)));
    return (b->cmp == OPR_EQ || b->cmp == OPR_NE) && (place || (m && (m->flags & FN_ATOMIC_LOAD)));
}

// The branch asks whether something else that the round needs could be made: a new socket.
static bool tests_opened(const struct rule_ctx *ctx, struct fn_ref fn, uint32_t block) {
    const struct ir_block *b = graph_block(fn, block);
    for (uint32_t k = 0; k < b->op_count; k++) {
        const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
        struct outcome o = {0};
        if (op->kind == OP_CALL &&
            program_model_effect(ctx->program, fn.facts, op->call, EFFECT_OPEN) &&
            outcome_of(fn, op->call, -1, &o) && o.block == block) {
            return true;
        }
    }
    return false;
}

// The loop is left here for a reason that has to do with trying: a count, the time, the kind of
// error.
static bool limits(const struct rule_ctx *ctx, struct fn_ref fn, const struct loop *loop,
                   uint32_t block) {
    const struct ir_block *b = graph_block(fn, block);
    bool leaves = false;
    for (uint32_t k = 0; k < b->edge_count; k++) {
        leaves |= !loop->inside[graph_target(fn, b, k)];
    }
    return leaves && !tests_flag(ctx, fn.facts, b) && !tests_opened(ctx, fn, block);
}

// From the failure back to the call, within the loop, without being slowed or limited.
static bool comes_back(const struct rule_ctx *ctx, struct fn_ref fn, const struct loop *loop,
                       const struct outcome *failed, uint32_t to, call_id tried) {
    uint32_t count = fn.facts->fns.data[fn.fn.v].block_count;
    bool *seen = ARENA_ARRAY(ctx->arena, bool, count + 1);
    uint32_t *stack = ARENA_ARRAY(ctx->arena, uint32_t, count + 1);
    uint32_t top = 0;
    if (loop->inside[failed->taken]) {
        stack[top++] = failed->taken;
        seen[failed->taken] = true;
    }
    while (top) {
        uint32_t at = stack[--top];
        if (slows(ctx, fn, at, tried)) {
            continue;
        }
        if (at == to) {
            return true;
        }
        const struct ir_block *b = graph_block(fn, at);
        for (uint32_t k = 0; !limits(ctx, fn, loop, at) && k < b->edge_count; k++) {
            uint32_t next = graph_target(fn, b, k);
            if (!seen[next]) {
                seen[next] = true;
                stack[top++] = next;
            }
        }
    }
    return false;
}

// Asks somebody outside, itself or by the function it calls, who may refuse at once.
static bool asks_outside(const struct rule_ctx *ctx, const struct facts *f, call_id call) {
    const struct model_function *m = program_library(ctx->program, f, call);
    node_id n = program_callee(ctx->program, f, call);
    if (m || n == NODE_NONE) {
        return m && (m->roles & ROLE_CONNECTS);
    }
    struct fn_ref fn = program_fn(ctx->program, n);
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            m = op->kind == OP_CALL ? program_library(ctx->program, fn.facts, op->call) : NULL;
            if (m && (m->roles & ROLE_CONNECTS)) {
                return true;
            }
        }
    }
    return false;
}

// A callee that sleeps slows the loop itself; connecting may wait, but need not.
static bool sleeps(const struct rule_ctx *ctx, const struct facts *f, call_id call) {
    node_id n = program_callee(ctx->program, f, call);
    return n != NODE_NONE &&
           (program_calls_effect(ctx->program, program_fn(ctx->program, n), EFFECT_SLEEP) ||
            program_calls_effect(ctx->program, program_fn(ctx->program, n), EFFECT_WAIT));
}

static bool is_storm(struct rule_ctx *ctx, struct fn_ref fn, const struct loops *loops,
                     uint32_t block, call_id call) {
    const struct loop *loop = graph_innermost(loops, block);
    struct outcome failed = {0};
    struct outcome fine = {0};
    if (!loop || !asks_outside(ctx, fn.facts, call) || sleeps(ctx, fn.facts, call) ||
        !outcome_of(fn, call, -1, &failed) || !outcome_of(fn, call, 0, &fine) ||
        failed.taken == fine.taken) {
        return false;
    }
    return comes_back(ctx, fn, loop, &failed, block, call);
}

static void check(struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    struct loops loops = graph_loops(fn, ctx->arena);
    for (uint32_t i = 0; loops.count && i < loops.block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; graph_innermost(&loops, i) && k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind != OP_CALL || !is_storm(ctx, fn, &loops, i, op->call) ||
                arch_is_test(ctx, fn.facts, op->loc)) {
                continue;
            }
            struct str name = facts_sym_name(fn.facts, fn.facts->calls.data[op->call.v].callee);
            struct finding *f = rule_report(
                ctx, fn, op->loc,
                "when '" STR_FMT "' fails this loop tries again at once, without a limit: a peer "
                "that is down or overloaded gets as many attempts as the CPU can make. Wait, "
                "longer each time and by a random share, and give up some time",
                STR_ARG(name));
            if (f) {
                f->subject = name;
            }
        }
    }
}

extern const struct rule rule_arch_retry_storm;
const struct rule rule_arch_retry_storm = {
    .id = "arch-retry-storm",
    .summary = "A loop tries again at once and without a limit when a peer refuses",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {834, 400},
    .check_function = check,
};
