// A thread that empties a queue waits for room in it.
#include "checker/flow/graph.h"
#include "checker/link/channel.h"
#include "checker/rule/check.h"

struct look {
    struct rule_ctx *ctx;
    const struct program_channel *c;
    uint32_t root; // a thread that receives
    node_id node;  // reached by it
    struct fn_ref fn;
};

static bool is_waiter(const struct program_channel *c, node_id n) {
    for (uint32_t i = 0; i < c->waiters.len; i++) {
        if (c->waiters.data[i] == n) {
            return true;
        }
    }
    return false;
}

static const struct channel_use *receiver(const struct program_channel *c, node_id n) {
    for (uint32_t i = 0; i < c->receives.len; i++) {
        if (c->receives.data[i].node == n) {
            return &c->receives.data[i];
        }
    }
    return NULL;
}

// The queue is one object of the program, not one of many of its kind.
static bool is_single(const struct rule_ctx *ctx, const struct program_channel *c) {
    const struct expr_table *t = program_exprs(ctx->program);
    return expr_get(t, expr_root(t, c->place))->kind == EX_GLOBAL;
}

static bool shares_argument(const struct facts *f, call_id a, call_id b) {
    const struct ir_call *x = &f->calls.data[a.v];
    const struct ir_call *y = &f->calls.data[b.v];
    return x->arg_count && y->arg_count &&
           f->args.data[x->first_arg.v].v == f->args.data[y->first_arg.v].v;
}

// What the receiver's own code takes from is what the call is given: `q->head` and `push(q)`.
static bool takes_from(const struct facts *f, const struct channel_use *take, call_id call) {
    const struct ir_call *c = &f->calls.data[call.v];
    val_id given = c->arg_count ? f->args.data[c->first_arg.v] : (val_id){0};
    const struct ir_val *v = &f->vals.data[given.v];
    for (uint32_t i = 1; i < f->ops.len; i++) {
        const struct ir_op *op = &f->ops.data[i];
        if (op->loc.v != take->loc.v || (op->kind != OP_WRITE && op->kind != OP_UPDATE)) {
            continue;
        }
        const struct ir_path *base = &f->paths.data[f->paths.data[op->path.v].base.v];
        if ((v->kind == VAL_ADDR && v->path.v == f->paths.data[op->path.v].base.v) ||
            (base->kind == PATH_DEREF && base->val.v == given.v)) {
            return true;
        }
    }
    return false;
}

// The function receives from the queue that `send` is given.
static bool receives_too(const struct look *l, call_id send) {
    const struct facts *f = l->fn.facts;
    const struct channel_use *own = receiver(l->c, l->node);
    if (own && own->fn.facts == f && own->fn.fn.v == l->fn.fn.v) {
        return takes_from(f, own, send);
    }
    for (uint32_t i = 0; i < f->fns.data[l->fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(l->fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            node_id to =
                op->kind == OP_CALL ? program_callee(l->ctx->program, f, op->call) : NODE_NONE;
            if (to != NODE_NONE && receiver(l->c, to) && shares_argument(f, op->call, send)) {
                return true;
            }
        }
    }
    return false;
}

static void report(const struct look *l, const struct ir_op *op) {
    struct rule_ctx *ctx = l->ctx;
    const char *name = rule_name(ctx, l->fn, l->c->place);
    const struct program_root *r = program_root(ctx->program, l->root);
    struct finding *f = rule_report(
        ctx, l->fn, op->loc,
        "the thread of '" STR_FMT "', which empties the queue '%s', waits here for room in it: "
        "when it is full and the other such threads do the same, nobody makes room any more",
        STR_ARG(program_fn_name(ctx->program, r->node)), name);
    if (f) {
        f->subject = str_from(name);
        rule_chain(ctx, f, l->root, l->node);
        rule_related(ctx, f, l->c->receives.data[0].site, "items are taken here");
        rule_related(ctx, f, l->c->limit, "the queue is full here");
    }
}

static void look_at(struct look *l) {
    for (uint32_t i = 0; i < l->fn.facts->fns.data[l->fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(l->fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &l->fn.facts->ops.data[b->first_op.v + k];
            node_id to = op->kind == OP_CALL
                             ? program_callee(l->ctx->program, l->fn.facts, op->call)
                             : NODE_NONE;
            if (to != NODE_NONE && is_waiter(l->c, to) &&
                (is_single(l->ctx, l->c) || receives_too(l, op->call))) {
                report(l, op);
            }
        }
    }
}

static bool receives(const struct look *l) {
    for (uint32_t i = 0; i < l->c->receives.len; i++) {
        if (program_root_reaches(l->ctx->program, l->root, l->c->receives.data[i].node)) {
            return true;
        }
    }
    return false;
}

static void check_root(struct look *l) {
    const struct program *p = l->ctx->program;
    if (program_root(p, l->root)->kind != CONTEXT_THREAD || !receives(l)) {
        return;
    }
    for (l->node = 0; l->node < program_fn_count(p); l->node++) {
        l->fn = program_fn(p, l->node);
        if (program_root_reaches(p, l->root, l->node)) {
            look_at(l);
        }
    }
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_channel_count(ctx->program); i++) {
        struct look l = {.ctx = ctx, .c = program_channel(ctx->program, i)};
        for (l.root = 0; l.c->waits_forever && l.root < program_root_count(ctx->program);
             l.root++) {
            check_root(&l);
        }
    }
}

extern const struct rule rule_backpressure_self_deadlock;
const struct rule rule_backpressure_self_deadlock = {
    .id = "backpressure-self-deadlock",
    .summary = "A thread that empties a queue waits for room in it",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {833},
    .check_program = check,
};
