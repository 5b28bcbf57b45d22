// Several threads run one loop, and one lock is held for nearly all of a round: they take turns,
// and more threads bring nothing.
#include "checker/flow/graph.h"
#include "rules/shared-state/shared-state.h"

enum { MIN_CALLS = 3, MIN_SHARE = 90 };

struct round {
    uint32_t under; // calls of the round that do work, with the lock held
    uint32_t bare;
    bool waits; // gives the lock back meanwhile
};

// The call does work: it is neither about locks nor known to be harmless.
static bool does_work(const struct program *p, const struct facts *f, const struct ir_op *op) {
    const struct summary *m = op->kind == OP_CALL ? program_model(p, f, op->call) : NULL;
    return op->kind == OP_CALL && !m &&
           !(f->calls.data[op->call.v].flags & (CALL_CLEANUP | CALL_IMPLICIT));
}

static struct round look(struct rule_ctx *ctx, const struct flow_result *r, const struct loop *loop,
                         expr_id lock) {
    struct round out = {0};
    const struct facts *f = r->fn.facts;
    for (uint32_t i = 0; i < f->fns.data[r->fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(r->fn, i);
        for (uint32_t k = b->first_op.v; loop->inside[i] && k < b->first_op.v + b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[k];
            struct flow_point at = flow_point_at(r, k);
            bool held = lock_is_held_at(&at, lock);
            bool work = does_work(ctx->program, f, op);
            out.under += work && held;
            out.bare += work && !held;
            out.waits |=
                op->kind == OP_CALL && program_model_effect(ctx->program, f, op->call, EFFECT_WAIT);
        }
    }
    return out;
}

// The loop itself takes the lock and releases it, in each round.
static bool is_taken_in(const struct flow_result *r, const struct loop *loop,
                        const struct flow_acquire *a) {
    op_id op = facts_op_of_call(r->fn.facts, r->fn.fn, a->call);
    bool inside = op.v && loop->inside[facts_block_of_op(r->fn.facts, r->fn.fn, op)];
    for (uint32_t i = 0; inside && i < r->releases.len; i++) {
        op_id back = facts_op_of_call(r->fn.facts, r->fn.fn, r->releases.data[i].call);
        if (expr_same(r->releases.data[i].lock, a->lock) && back.v &&
            loop->inside[facts_block_of_op(r->fn.facts, r->fn.fn, back)]) {
            return true;
        }
    }
    return false;
}

static void check_loop(struct rule_ctx *ctx, const struct flow_result *r, const struct loop *loop,
                       uint32_t root) {
    for (uint32_t i = 0; i < r->acquires.len; i++) {
        const struct flow_acquire *a = &r->acquires.data[i];
        if ((a->flags & EF_SHARED) || !program_is_contended(ctx->program, a->lock) ||
            !is_taken_in(r, loop, a)) {
            continue;
        }
        struct round x = look(ctx, r, loop, a->lock);
        if (x.waits || x.under < MIN_CALLS || x.under * 100 < (x.under + x.bare) * MIN_SHARE) {
            continue;
        }
        const char *name = rule_name(ctx, r->fn, a->lock);
        struct finding *f = rule_report(
            ctx, r->fn, r->fn.facts->calls.data[a->call.v].loc,
            "several threads run this loop and hold '%s' for %u of the %u calls of a round: they "
            "take turns, one at a time; do the work outside the lock",
            name, x.under, x.under + x.bare);
        if (f) {
            const struct program_root *t = program_root(ctx->program, root);
            f->subject = str_from(name);
            rule_step(ctx, f, STEP_SPAWN, t->site.at, t->site.loc, "the threads are started here");
            rule_chain(ctx, f, root, ctx->node);
        }
        return;
    }
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_LOCKS);
    for (uint32_t root = 0; r && r->acquires.len && root < program_root_count(ctx->program);
         root++) {
        const struct program_root *t = program_root(ctx->program, root);
        if (t->kind != CONTEXT_THREAD || !t->many || t->node != ctx->node) {
            continue;
        }
        struct loops loops = graph_loops(r->fn, ctx->arena);
        for (uint32_t i = 0; i < loops.count; i++) {
            check_loop(ctx, r, &loops.items[i], root);
        }
        return;
    }
}

extern const struct rule rule_shared_state_serialised_workers;
const struct rule rule_shared_state_serialised_workers = {
    .id = "shared-state-serialised-workers",
    .summary = "Several workers hold one lock for nearly all of their loop",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .cwe = {667},
    .check_function = check,
};
