// Loops of threads, and what lets them end: tests of memory against numbers, seen through negation,
// locals that are assigned once, atomic loads and small functions that only return what they read.
#include "checker/link/stop_private.h"
#include "checker/link/threads.h"

enum { TEST_DEPTH = 6, GETTER_BLOCKS = 8 };

// --- tests ---

struct tested {
    const struct program *p;
    struct fn_ref fn;
    unsigned depth;
};

static bool is_own(const struct facts *f, path_id path) {
    const struct ir_path *x = &f->paths.data[path.v];
    uint8_t kind = f->vars.data[x->var.v].kind;
    return x->kind == PATH_VAR && (kind == VAR_LOCAL || kind == VAR_TEMP);
}

// The value a local always has, 0 when it has several.
static val_id only_value(struct fn_ref fn, path_id path) {
    val_id value = {0};
    uint32_t writes = 0;
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if ((op->kind == OP_WRITE || op->kind == OP_UPDATE) && op->path.v == path.v) {
                value = op->kind == OP_WRITE ? op->val : (val_id){0};
                writes++;
            }
        }
    }
    return writes == 1 ? value : (val_id){0};
}

static struct stop_test resolve(struct tested t, val_id lhs, struct stop_test test);

// A function whose only statement that matters returns what it reads.
static struct stop_test resolve_getter(struct tested t, call_id call, struct stop_test test) {
    node_id n = program_callee(t.p, t.fn.facts, call);
    val_id returned = {0};
    if (n == NODE_NONE) {
        return (struct stop_test){0};
    }
    t.fn = t.p->nodes.data[n].ref;
    const struct ir_fn *ir = &t.fn.facts->fns.data[t.fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count && ir->block_count <= GETTER_BLOCKS; i++) {
        const struct ir_block *b = graph_block(t.fn, i);
        if (b->term == TERM_RETURN && returned.v) {
            return (struct stop_test){0};
        }
        returned = b->term == TERM_RETURN ? b->lhs : returned;
    }
    return returned.v ? resolve(t, returned, test) : (struct stop_test){0};
}

static struct stop_test resolve_call(struct tested t, call_id call, struct stop_test test) {
    const struct facts *f = t.fn.facts;
    const struct ir_call *c = &f->calls.data[call.v];
    const struct model_function *m = program_library(t.p, f, call);
    const struct ir_val *v = &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
    if (m && (m->flags & FN_ATOMIC_LOAD)) {
        test.flag = v->kind == VAL_ADDR ? deed_class(t.p, program_path_class(t.p, f, v->path))
                                        : (expr_id){0};
        return test;
    }
    return resolve_getter(t, call, test);
}

static struct stop_test resolve(struct tested t, val_id lhs, struct stop_test test) {
    const struct facts *f = t.fn.facts;
    const struct ir_val *v = &f->vals.data[lhs.v];
    const struct ir_val *b = &f->vals.data[v->b.v];
    bool zero_test = test.num == 0 && (test.cmp == OPR_EQ || test.cmp == OPR_NE);
    if (++t.depth > TEST_DEPTH) {
        return (struct stop_test){0};
    }
    switch (v->kind) {
    case VAL_PATH:
        if (is_own(f, v->path)) {
            val_id only = only_value(t.fn, v->path);
            return only.v ? resolve(t, only, test) : (struct stop_test){0};
        }
        test.flag = deed_class(t.p, program_path_class(t.p, f, v->path));
        return test;
    case VAL_CALL:
        return resolve_call(t, v->call, test);
    case VAL_UNARY:
        test.cmp = ir_negated(test.cmp);
        return v->op == OPR_NOT && zero_test ? resolve(t, v->a, test) : (struct stop_test){0};
    case VAL_BINARY:
        if (v->op < OPR_EQ || v->op > OPR_GE || !zero_test || b->kind != VAL_CONST) {
            return (struct stop_test){0};
        }
        test.cmp = test.cmp == OPR_NE ? v->op : ir_negated(v->op);
        test.num = b->num;
        return resolve(t, v->a, test);
    default:
        return (struct stop_test){0};
    }
}

// What holds when control takes this edge of the block.
static struct stop_test test_of_edge(const struct program *p, struct fn_ref fn,
                                     const struct ir_block *b, uint32_t edge) {
    const struct facts *f = fn.facts;
    const struct ir_edge *e = &f->edges.data[b->first_edge.v + edge];
    const struct ir_val *rhs = &f->vals.data[b->rhs.v];
    struct tested t = {.p = p, .fn = fn};
    if (b->term == TERM_BRANCH && rhs->kind == VAL_CONST && e->kind != EDGE_EXC) {
        uint8_t cmp = e->kind == EDGE_TRUE ? b->cmp : ir_negated(b->cmp);
        return resolve(t, b->lhs, (struct stop_test){.cmp = cmp, .num = rhs->num});
    }
    if (b->term == TERM_SWITCH && e->kind == EDGE_CASE && e->lo == e->hi) {
        return resolve(t, b->lhs, (struct stop_test){.cmp = OPR_EQ, .num = e->lo});
    }
    return (struct stop_test){0};
}

// --- ways out ---

// Nothing happens in the block but reading what its own condition tests.
static bool only_tests(const struct program *p, struct fn_ref fn, const struct ir_block *b) {
    for (uint32_t k = 0; k < b->op_count; k++) {
        const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
        const struct model_function *m =
            op->kind == OP_CALL ? program_library(p, fn.facts, op->call) : NULL;
        if (op->kind != OP_READ && op->kind != OP_NOP && !(m && (m->flags & FN_ATOMIC_LOAD))) {
            return false;
        }
    }
    return true;
}

// The only edge of the loop into the block, from a branch: it is the second half of `a && b`.
static bool find_first_half(struct fn_ref fn, const struct loop *loop, uint32_t block,
                            uint32_t block_count, uint32_t *ret_block, uint32_t *ret_edge) {
    uint32_t found = 0;
    for (uint32_t i = 0; i < block_count && block != loop->head; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; loop->inside[i] && k < b->edge_count; k++) {
            if (graph_target(fn, b, k) == block) {
                found++;
                *ret_block = i;
                *ret_edge = k;
            }
        }
    }
    return found == 1 && graph_block(fn, *ret_block)->term == TERM_BRANCH;
}

static struct stop_exit make_exit(const struct program *p, struct fn_ref fn,
                                  const struct loop *loop, uint32_t block, uint32_t edge) {
    uint32_t block_count = fn.facts->fns.data[fn.fn.v].block_count;
    struct stop_exit x = {.loc = graph_block(fn, block)->loc};
    x.tests[x.count++] = test_of_edge(p, fn, graph_block(fn, block), edge);
    while (x.count < STOP_TESTS && only_tests(p, fn, graph_block(fn, block)) &&
           find_first_half(fn, loop, block, block_count, &block, &edge)) {
        x.tests[x.count++] = test_of_edge(p, fn, graph_block(fn, block), edge);
    }
    return x;
}

// --- calls that do not come back ---

static bool call_leaves(const struct program *p, const struct facts *f, call_id call) {
    const struct ir_call *c = &f->calls.data[call.v];
    const struct model_function *m = program_library(p, f, call);
    bool modelled = program_model_effect(p, f, call, EFFECT_NORETURN) != NULL;
    node_id targets[8];
    uint32_t count = call_targets(p, f, call, targets, 8);
    for (uint32_t i = 0; i < count; i++) {
        if (p->stops->leaving[targets[i]]) {
            return true;
        }
    }
    bool declared = c->callee.v && (f->syms.data[c->callee.v].flags & SYM_NORETURN) != 0;
    return (m && (m->flags & FN_ENDS_THREAD)) || (declared && !modelled && !count);
}

// A call whose target is not known at all.
static bool call_is_open(const struct program *p, const struct facts *f, call_id call) {
    node_id target[1];
    return f->calls.data[call.v].kind != CALL_DIRECT && !program_model(p, f, call) &&
           !call_targets(p, f, call, target, 1);
}

void stop_find_leaving(struct program *p) {
    for (uint32_t o = 0; o < p->order.len; o++) {
        node_id n = p->order.data[o];
        struct fn_ref fn = p->nodes.data[n].ref;
        for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count && !p->stops->leaving[n]; k++) {
                const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
                p->stops->leaving[n] = op->kind == OP_CALL && call_leaves(p, fn.facts, op->call);
            }
            p->stops->leaving[n] |= b->term == TERM_THROW;
        }
    }
}

// Nothing but a crash lies behind the edge: a failed assertion.
static bool leads_to_crash(const struct program *p, struct fn_ref fn, uint32_t block) {
    uint32_t block_count = fn.facts->fns.data[fn.fn.v].block_count;
    for (uint32_t n = 0; n < block_count; n++) {
        const struct ir_block *b = graph_block(fn, block);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL && call_leaves(p, fn.facts, op->call)) {
                return false;
            }
        }
        if (b->term != TERM_JUMP || b->edge_count != 1) {
            return b->term == TERM_NORETURN || b->term == TERM_UNREACHABLE;
        }
        block = graph_target(fn, b, 0);
    }
    return false;
}

static void find_exits(struct program *p, struct fn_ref fn, struct stop_loop *l) {
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; l->loop->inside[i] && k < b->edge_count; k++) {
            uint32_t to = graph_target(fn, b, k);
            if (!l->loop->inside[to] && !leads_to_crash(p, fn, to)) {
                vec_push(p->arena, &l->exits, make_exit(p, fn, l->loop, i, k));
            }
        }
    }
}

static void look_at_calls(struct program *p, struct fn_ref fn, struct stop_loop *l) {
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; l->loop->inside[i] && k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            l->leaves |= op->kind == OP_CALL && call_leaves(p, fn.facts, op->call);
            l->unknown |= op->kind == OP_CALL && call_is_open(p, fn.facts, op->call);
            l->unknown |= op->kind == OP_UNKNOWN || op->kind == OP_ASM;
        }
    }
}

void stop_find_loops(struct program *p, node_id n) {
    struct loop_range *range = &p->stops->ranges[n];
    struct fn_ref fn = p->nodes.data[n].ref;
    if (range->known) {
        return;
    }
    struct loops loops = graph_loops(fn, p->arena);
    *range = (struct loop_range){.first = p->stops->loops.len, .count = loops.count, .known = true};
    for (uint32_t i = 0; i < loops.count; i++) {
        struct stop_loop l = {
            .node = n, .loop = &loops.items[i], .loc = graph_block(fn, loops.items[i].head)->loc};
        find_exits(p, fn, &l);
        look_at_calls(p, fn, &l);
        l.unknown |= (fn.facts->fns.data[fn.fn.v].flags & (FN_PARTIAL | FN_TRUNCATED)) != 0;
        vec_push(p->arena, &p->stops->loops, l);
    }
}
