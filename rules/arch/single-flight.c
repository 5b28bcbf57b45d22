// What is not there yet is made without the lock, by as many threads as ask for it meanwhile: look,
// unlock, make, lock, store.
#include "checker/flow/outcome.h"
#include "rules/arch/arch.h"

// Two critical sections of one lock in a function.
struct flight {
    struct fn_ref fn;
    op_id lock;    // the first section begins
    op_id unlock;  // and ends
    op_id relock;  // the second one begins
    op_id missing; // the place is looked at in the first section
    op_id made;    // what takes long, between the two
    op_id stored;  // in the second one
    expr_id place;
};

static op_id op_of(struct fn_ref fn, call_id call) {
    return facts_op_of_call(fn.facts, fn.fn, call);
}

static uint32_t block_of(struct fn_ref fn, op_id op) {
    return facts_block_of_op(fn.facts, fn.fn, op);
}

// Control can come from one op to the other, without passing the block of `but`.
static bool leads(struct rule_ctx *ctx, struct fn_ref fn, op_id from, op_id to, op_id but) {
    uint32_t a = block_of(fn, from);
    uint32_t b = block_of(fn, to);
    uint32_t wall = but.v ? block_of(fn, but) : UINT32_MAX;
    if (a == b && from.v < to.v) {
        return true;
    }
    wall = wall == b && to.v < but.v ? UINT32_MAX : wall; // it is not passed on the way
    const struct ir_block *x = graph_block(fn, a);
    for (uint32_t k = 0; k < x->edge_count; k++) {
        uint32_t next = graph_target(fn, x, k);
        if (next != wall && next != a && outcome_reach(fn, next, wall, ctx->arena)[b]) {
            return true;
        }
    }
    return false;
}

// Waits for something outside, itself or in the function it calls.
static bool takes_long(const struct program *p, const struct facts *f, call_id call) {
    static const enum effect_kind kinds[] = {EFFECT_BLOCK, EFFECT_SLEEP, EFFECT_ACCEPT};
    node_id n = program_callee(p, f, call);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (program_model_effect(p, f, call, kinds[i]) ||
            (n != NODE_NONE && !program_model(p, f, call) &&
             program_calls_effect(p, program_fn(p, n), kinds[i]))) {
            return true;
        }
    }
    return false;
}

// Calls `found` for the ops of the function until it says that this is the one.
typedef bool op_test(struct rule_ctx *ctx, struct flight *x, op_id id, const struct ir_op *op);

static op_id find(struct rule_ctx *ctx, struct flight *x, op_test *test) {
    for (uint32_t i = 0; i < x->fn.facts->fns.data[x->fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(x->fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            op_id id = {b->first_op.v + k};
            if (test(ctx, x, id, &x->fn.facts->ops.data[id.v])) {
                return id;
            }
        }
    }
    return (op_id){0};
}

static bool is_within(struct rule_ctx *ctx, const struct flight *x, op_id id) {
    return leads(ctx, x->fn, x->lock, id, x->unlock) && leads(ctx, x->fn, id, x->unlock, x->relock);
}

static bool stores(struct rule_ctx *ctx, struct flight *x, op_id id, const struct ir_op *op) {
    expr_id class = op->kind == OP_WRITE ? program_path_class(ctx->program, x->fn.facts, op->path)
                                         : (expr_id){0};
    if (!class.v || !leads(ctx, x->fn, x->relock, id, x->lock)) {
        return false;
    }
    x->place = class;
    x->stored = id;
    x->missing = (op_id){0};
    return true;
}

static bool makes(struct rule_ctx *ctx, struct flight *x, op_id id, const struct ir_op *op) {
    return op->kind == OP_CALL && id.v != x->unlock.v && id.v != x->relock.v &&
           takes_long(ctx->program, x->fn.facts, op->call) &&
           leads(ctx, x->fn, x->unlock, id, x->relock) && leads(ctx, x->fn, id, x->relock, x->lock);
}

// Something is stored before the lock is given back, or waited for: a mark that it is being made.
static bool marks(struct rule_ctx *ctx, struct flight *x, op_id id, const struct ir_op *op) {
    const struct ir_path *p = &x->fn.facts->paths.data[op->path.v];
    uint8_t kind = x->fn.facts->vars.data[p->var.v].kind;
    bool writes = (op->kind == OP_WRITE || op->kind == OP_UPDATE) &&
                  (p->kind != PATH_VAR || kind == VAR_GLOBAL || kind == VAR_STATIC_LOCAL);
    bool waits = op->kind == OP_CALL &&
                 program_model_effect(ctx->program, x->fn.facts, op->call, EFFECT_WAIT);
    return (writes || waits) && is_within(ctx, x, id) && leads(ctx, x->fn, id, x->made, x->lock);
}

// The first section finds that the place holds nothing, and only then the thing is made.
static bool is_asked_first(struct rule_ctx *ctx, const struct flight *x) {
    const struct facts *f = x->fn.facts;
    for (uint32_t i = 0; i < f->fns.data[x->fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(x->fn, i);
        const struct ir_val *v = &f->vals.data[b->lhs.v];
        const struct ir_val *y = &f->vals.data[b->rhs.v];
        if (b->term != TERM_BRANCH || b->edge_count != 2 || v->kind != VAL_PATH ||
            y->kind != VAL_CONST || y->num != 0 || (b->cmp != OPR_EQ && b->cmp != OPR_NE) ||
            !expr_same(program_path_class(ctx->program, f, v->path), x->place)) {
            continue;
        }
        bool first = (f->edges.data[b->first_edge.v].kind == EDGE_TRUE) == (b->cmp == OPR_EQ);
        uint32_t empty = graph_target(x->fn, b, first ? 0 : 1);
        uint32_t there = graph_target(x->fn, b, first ? 1 : 0);
        uint32_t made = block_of(x->fn, x->made);
        uint32_t wall = block_of(x->fn, x->lock);
        uint32_t begin = block_of(x->fn, x->lock);
        if ((i == begin || outcome_reach(x->fn, begin, UINT32_MAX, ctx->arena)[i]) &&
            i != block_of(x->fn, x->relock) &&
            outcome_reach(x->fn, empty, wall, ctx->arena)[made] &&
            !outcome_reach(x->fn, there, wall, ctx->arena)[made]) {
            return true;
        }
    }
    return false;
}

static bool is_flight(struct rule_ctx *ctx, struct flight *x) {
    if (!x->lock.v || !x->unlock.v || !x->relock.v ||
        !leads(ctx, x->fn, x->unlock, x->relock, x->lock) || !find(ctx, x, stores).v) {
        return false;
    }
    x->made = find(ctx, x, makes);
    return x->made.v && is_asked_first(ctx, x) && !find(ctx, x, marks).v;
}

static void report(struct rule_ctx *ctx, const struct flight *x) {
    const struct facts *f = x->fn.facts;
    const char *name = rule_name(ctx, x->fn, x->place);
    struct finding *r = rule_report(
        ctx, x->fn, f->ops.data[x->made.v].loc,
        "several threads that find '%s' empty do this at the same time, and all but one for "
        "nothing: mark under the lock that it is being made, and let the others wait",
        name);
    if (r) {
        r->subject = str_from(name);
        rule_step(ctx, r, STEP_ACQUIRE, x->fn, f->ops.data[x->lock.v].loc,
                  "'%s' is looked at under the lock", name);
        rule_step(ctx, r, STEP_RELEASE, x->fn, f->ops.data[x->unlock.v].loc,
                  "the lock is given back: the next thread finds the same");
        rule_step(ctx, r, STEP_ACCESS, x->fn, f->ops.data[x->stored.v].loc,
                  "what was made is stored");
    }
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_LOCKS);
    for (uint32_t i = 0; r && i < r->releases.len; i++) {
        const struct flow_release *first = &r->releases.data[i];
        for (uint32_t k = 0; !first->from_callee && k < r->acquires.len; k++) {
            const struct flow_acquire *second = &r->acquires.data[k];
            struct flight x = {.fn = r->fn,
                               .lock = op_of(r->fn, first->acquired_by),
                               .unlock = op_of(r->fn, first->call),
                               .relock = op_of(r->fn, second->call)};
            if (expr_same(first->lock, second->lock) && second->call.v != first->acquired_by.v &&
                is_flight(ctx, &x)) {
                report(ctx, &x);
                return;
            }
        }
    }
}

extern const struct rule rule_arch_single_flight;
const struct rule rule_arch_single_flight = {
    .id = "arch-single-flight",
    .summary = "Several threads may make the same thing at the same time, all but one for nothing",
    .level = LEVEL_NOTE,
    .precision = PRECISION_HIGH,
    .review = true,
    .cwe = {1050},
    .check_function = check,
};
