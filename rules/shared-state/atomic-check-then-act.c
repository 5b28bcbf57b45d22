// An atomic is read, and a value that depends on it is stored, as if the two were one step: another
// thread's store in between is lost.
#include "checker/flow/graph.h"
#include "rules/shared-state/shared-state.h"

struct look {
    struct rule_ctx *ctx;
    struct fn_ref fn;
    const struct facts *f;
};

static const struct ir_op *op_at(const struct look *l, uint32_t id) {
    return &l->f->ops.data[id];
}

// The object outlives the call, or is known to others: not a local of this function by its own
// name.
static bool is_shared(const struct facts *f, path_id object) {
    const struct ir_path *p = &f->paths.data[object.v];
    while (p->kind == PATH_FIELD || p->kind == PATH_INDEX) {
        p = &f->paths.data[p->base.v];
    }
    uint8_t kind = f->vars.data[p->var.v].kind;
    return object.v && p->kind != PATH_UNKNOWN &&
           !(p->kind == PATH_VAR && (kind == VAR_LOCAL || kind == VAR_TEMP || kind == VAR_PARAM));
}

static const struct ir_op *op_of_call(const struct look *l, call_id call) {
    const struct ir_fn *ir = &l->f->fns.data[l->fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = graph_block(l->fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            if (op_at(l, b->first_op.v + k)->kind == OP_CALL &&
                op_at(l, b->first_op.v + k)->call.v == call.v) {
                return op_at(l, b->first_op.v + k);
            }
        }
    }
    return NULL;
}

static bool reads(const struct look *l, val_id val, path_id object, unsigned depth);

// The only thing the local is ever given is a read of the object.
static bool local_reads(const struct look *l, path_id local, path_id object, unsigned depth) {
    const struct ir_fn *ir = &l->f->fns.data[l->fn.fn.v];
    uint32_t writes = 0;
    bool from_object = false;
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = graph_block(l->fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = op_at(l, b->first_op.v + k);
            if ((op->kind == OP_WRITE || op->kind == OP_UPDATE) && op->path.v == local.v) {
                writes++;
                from_object = op->kind == OP_WRITE && reads(l, op->val, object, depth - 1);
            }
        }
    }
    return writes == 1 && from_object;
}

// The value is made of what the object held.
static bool reads(const struct look *l, val_id val, path_id object, unsigned depth) {
    const struct ir_val *v = &l->f->vals.data[val.v];
    if (!depth) {
        return false;
    }
    if (v->kind == VAL_UNARY || v->kind == VAL_BINARY) {
        return reads(l, v->a, object, depth - 1) || reads(l, v->b, object, depth - 1);
    }
    if (v->kind == VAL_PATH) {
        const struct ir_path *p = &l->f->paths.data[v->path.v];
        bool local = p->kind == PATH_VAR && l->f->vars.data[p->var.v].kind == VAR_LOCAL;
        return v->path.v == object.v || (local && local_reads(l, v->path, object, depth));
    }
    const struct ir_op *op = v->kind == VAL_CALL ? op_of_call(l, v->call) : NULL;
    struct atomic_op a = op ? atomic_op_of(l->ctx, l->f, op) : (struct atomic_op){0};
    return (a.kind & FN_ATOMIC_LOAD) && a.object.v == object.v && !a.relaxed;
}

// Two threads can be here at once, as far as the program shows its threads; a lone writer needs no
// more than this.
static bool has_one_writer(const struct look *l, op_id op) {
    const struct program *p = l->ctx->program;
    return program_thread_count(p) != 0 && !program_runs_twice(p, l->ctx->node, op);
}

// --- if (!flag) { act(); flag = true; } ---

// Edge that is taken when the object does not hold yet what is stored later; -1 when the block does
// not test that.
static int edge_when_unclaimed(const struct look *l, const struct ir_block *b,
                               const struct atomic_op *a) {
    const struct ir_val *x = &l->f->vals.data[b->rhs.v];
    const struct ir_val *stored = &l->f->vals.data[a->value.v];
    bool zero = stored->num == 0; // a claim that is given up: tested for something else
    bool equality = b->cmp == OPR_EQ || b->cmp == OPR_NE;
    if (b->term != TERM_BRANCH || !equality || x->kind != VAL_CONST || x->num != 0 ||
        !reads(l, b->lhs, a->object, 2)) {
        return -1;
    }
    uint8_t kind = (b->cmp == OPR_EQ) != zero ? EDGE_TRUE : EDGE_FALSE;
    for (uint32_t k = 0; k < b->edge_count; k++) {
        if (l->f->edges.data[b->first_edge.v + k].kind == kind) {
            return (int)k;
        }
    }
    return -1;
}

// Something is done between the beginning of the block and the op.
static bool acts_before(const struct look *l, const struct ir_block *b, uint32_t op) {
    for (uint32_t k = b->first_op.v; k < b->first_op.v + b->op_count && k < op; k++) {
        if (op_at(l, k)->kind == OP_CALL && !atomic_op_of(l->ctx, l->f, op_at(l, k)).kind) {
            return true;
        }
    }
    return false;
}

// The flag that says that something was done is tested before and set after it: two threads do it.
static bool claims_late(const struct look *l, op_id id, const struct atomic_op *a) {
    const struct ir_fn *ir = &l->f->fns.data[l->fn.fn.v];
    uint32_t home = facts_block_of_op(l->f, l->fn.fn, id);
    for (uint32_t i = 0; l->f->vals.data[a->value.v].kind == VAL_CONST && i < ir->block_count;
         i++) {
        const struct ir_block *b = graph_block(l->fn, i);
        int edge = edge_when_unclaimed(l, b, a);
        uint32_t at = edge < 0 ? UINT32_MAX : graph_target(l->fn, b, (uint32_t)edge);
        bool acted = false;
        for (uint32_t n = 0; at != UINT32_MAX && n < ir->block_count; n++) { // straight on
            const struct ir_block *next = graph_block(l->fn, at);
            acted |= acts_before(l, next, at == home ? id.v : UINT32_MAX);
            if (at == home) {
                return acted;
            }
            at = next->edge_count == 1 ? graph_target(l->fn, next, 0) : UINT32_MAX;
        }
    }
    return false;
}

static void check_store(struct look *l, op_id id, const struct atomic_op *a) {
    const struct ir_op *op = op_at(l, id.v);
    bool locked = program_may_hold_at(l->ctx->program, l->ctx->node, id, l->ctx->arena);
    if (!is_shared(l->f, a->object) || a->relaxed || locked || has_one_writer(l, id)) {
        return;
    }
    bool depends = reads(l, a->value, a->object, 6);
    if (!depends && !claims_late(l, id, a)) {
        return;
    }
    struct buf text;
    buf_init(&text, 160);
    facts_print_path(l->f, a->object, &text);
    struct finding *f =
        rule_report(l->ctx, l->fn, op->loc,
                    depends ? "the new value of '%s' depends on one that was read before: what "
                              "another thread stores in between is lost; use one atomic operation"
                            : "'%s' is tested, then the work is done, and only then is it set: two "
                              "threads that test it at the same time both do the work; set it with "
                              "the test, in one exchange",
                    buf_c(&text));
    if (f) {
        f->subject = (struct str){arena_copy(l->ctx->arena, buf_c(&text), text.len), text.len};
    }
    buf_release(&text);
}

static void check(struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    struct look l = {.ctx = ctx, .fn = fn, .f = fn.facts};
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            op_id id = {b->first_op.v + k};
            struct atomic_op a = atomic_op_of(ctx, fn.facts, op_at(&l, id.v));
            if (a.kind & FN_ATOMIC_STORE) {
                check_store(&l, id, &a);
            }
        }
    }
}

extern const struct rule rule_shared_state_atomic_check_then_act;
const struct rule rule_shared_state_atomic_check_then_act = {
    .id = "shared-state-atomic-check-then-act",
    .summary = "An atomic is read and then written as if that were one step",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {362, 366},
    .cert = "CON40-C",
    .check_function = check,
};
