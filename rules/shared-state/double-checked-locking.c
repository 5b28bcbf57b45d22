// Lazy initialisation whose first check reads without the lock and without an atomic: the object
// may be seen before what it holds.
//
// The shape: `if (!p) { lock; if (!p) p = make(); unlock; }`, in any control flow that has these
// four steps in this order.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

struct look {
    struct rule_ctx *ctx;
    struct fn_ref fn;
    const struct facts *f;
    uint32_t block_count;
};

static const struct ir_op *op_at(const struct look *l, uint32_t id) {
    return &l->f->ops.data[id];
}

// Others can see it: a global, or something behind a pointer.
static bool is_shared(const struct facts *f, path_id path) {
    const struct ir_path *p = &f->paths.data[path.v];
    while (p->kind == PATH_FIELD) {
        p = &f->paths.data[p->base.v];
    }
    const struct ir_var *v = &f->vars.data[p->var.v];
    return p->kind == PATH_DEREF ||
           (p->kind == PATH_VAR && (v->kind == VAR_GLOBAL || v->kind == VAR_STATIC_LOCAL) &&
            !(v->flags & VAR_THREAD_LOCAL));
}

// Edge that is taken when the path of this test is still 0, -1 when it is no such test.
static int edge_when_unset(const struct look *l, const struct ir_block *b, path_id *ret_path) {
    const struct ir_val *x = &l->f->vals.data[b->lhs.v];
    const struct ir_val *y = &l->f->vals.data[b->rhs.v];
    if (b->term != TERM_BRANCH || x->kind != VAL_PATH || y->kind != VAL_CONST || y->num != 0 ||
        (b->cmp != OPR_EQ && b->cmp != OPR_NE)) {
        return -1;
    }
    for (uint32_t k = 0; k < b->edge_count; k++) {
        if (l->f->edges.data[b->first_edge.v + k].kind ==
            (b->cmp == OPR_EQ ? EDGE_TRUE : EDGE_FALSE)) {
            *ret_path = x->path;
            return (int)k;
        }
    }
    return -1;
}

// The op of the block that reads the path for its test, when it is a plain read.
static op_id plain_read(const struct look *l, const struct ir_block *b, path_id path) {
    for (uint32_t k = b->op_count; k > 0; k--) {
        op_id id = {b->first_op.v + k - 1};
        if (op_at(l, id.v)->kind == OP_READ && op_at(l, id.v)->path.v == path.v) {
            return op_at(l, id.v)->flags & OPF_ATOMIC ? (op_id){0} : id;
        }
    }
    return (op_id){0};
}

// Sets the path to something else than 0.
static bool sets(const struct look *l, const struct ir_op *op, path_id path) {
    const struct ir_val *v = &l->f->vals.data[op->val.v];
    return op->kind == OP_WRITE && op->path.v == path.v && !(v->kind == VAL_CONST && v->num == 0);
}

static bool is_locked(const struct look *l, op_id op) {
    return program_must_hold_at(l->ctx->program, l->ctx->node, op);
}

// How far a walk has come: the lock was taken, the path tested again, the path set.
enum stage { CHECKED, LOCKED, CHECKED_AGAIN, STAGES };

struct walk {
    const struct look *l;
    path_id path;
    bool *seen; // [blocks * STAGES]
    uint32_t *stack;
    uint32_t top;
    op_id set;
};

static void push(struct walk *w, uint32_t block, enum stage stage) {
    uint32_t at = block * STAGES + (uint32_t)stage;
    if (!w->seen[at]) {
        w->seen[at] = true;
        w->stack[w->top++] = at;
    }
}

static void visit(struct walk *w, uint32_t block, enum stage stage) {
    const struct ir_block *b = graph_block(w->l->fn, block);
    for (uint32_t k = 0; k < b->op_count; k++) {
        op_id id = {b->first_op.v + k};
        const struct ir_op *op = op_at(w->l, id.v);
        if (stage == CHECKED && op->kind == OP_CALL &&
            program_call_locks(w->l->ctx->program, w->l->f, op->call)) {
            stage = LOCKED;
        } else if (stage == CHECKED_AGAIN && sets(w->l, op, w->path) && is_locked(w->l, id)) {
            w->set = id;
            return;
        }
    }
    path_id path = {0};
    int unset = edge_when_unset(w->l, b, &path);
    op_id again = stage == LOCKED && unset >= 0 && path.v == w->path.v ? plain_read(w->l, b, path)
                                                                       : (op_id){0};
    if (again.v && is_locked(w->l, again)) {
        push(w, graph_target(w->l->fn, b, (uint32_t)unset), CHECKED_AGAIN);
        return;
    }
    for (uint32_t k = 0; k < b->edge_count; k++) {
        push(w, graph_target(w->l->fn, b, k), stage);
    }
}

// Op that sets the path under the lock, on the way from the edge of the first test.
static op_id find_set(const struct look *l, uint32_t from, path_id path) {
    struct walk w = {.l = l, .path = path};
    w.seen = ARENA_ARRAY(l->ctx->arena, bool, (size_t)l->block_count *STAGES);
    w.stack = ARENA_ARRAY(l->ctx->arena, uint32_t, (size_t)l->block_count * STAGES);
    push(&w, from, CHECKED);
    while (w.top && !w.set.v) {
        uint32_t at = w.stack[--w.top];
        visit(&w, at / STAGES, (enum stage)(at % STAGES));
    }
    return w.set;
}

static void check_block(const struct look *l, const struct loops *loops, uint32_t block) {
    const struct ir_block *b = graph_block(l->fn, block);
    path_id path = {0};
    int unset = edge_when_unset(l, b, &path);
    op_id read = unset >= 0 && is_shared(l->f, path) ? plain_read(l, b, path) : (op_id){0};
    op_id set = read.v && !graph_innermost(loops, block)
                    ? find_set(l, graph_target(l->fn, b, (uint32_t)unset), path)
                    : (op_id){0};
    if (!set.v || program_may_hold_at(l->ctx->program, l->ctx->node, read, l->ctx->arena)) {
        return;
    }
    struct buf text;
    buf_init(&text, 160);
    facts_print_path(l->f, path, &text);
    struct finding *f = rule_report(
        l->ctx, l->fn, op_at(l, read.v)->loc,
        "'%s' is tested here without the lock under which it is set (%s): another thread can see "
        "it set before the "
        "writes it stands for; read it with an atomic acquire, or use a once function",
        buf_c(&text), rule_line(l->ctx, l->fn, (struct flow_site){l->fn, op_at(l, set.v)->loc}));
    if (f) {
        f->subject = (struct str){arena_copy(l->ctx->arena, buf_c(&text), text.len), text.len};
        rule_related(l->ctx, f, (struct flow_site){l->fn, op_at(l, set.v)->loc},
                     "it is set here, under a lock");
    }
    buf_release(&text);
}

static void check(struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    struct look l = {.ctx = ctx,
                     .fn = fn,
                     .f = fn.facts,
                     .block_count = fn.facts->fns.data[fn.fn.v].block_count};
    if (!program_flow(ctx->program, ctx->node, FLOW_LOCKS)) {
        return;
    }
    struct loops loops = graph_loops(fn, ctx->arena);
    for (uint32_t i = 0; i < l.block_count; i++) {
        check_block(&l, &loops, i);
    }
}

extern const struct rule rule_shared_state_double_checked_locking;
const struct rule rule_shared_state_double_checked_locking = {
    .id = "shared-state-double-checked-locking",
    .summary = "The first check of double-checked locking is a plain read",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {609, 362},
    .check_function = check,
};
