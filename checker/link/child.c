// What runs in the child of a fork: a process with one thread.
#include "checker/flow/graph.h"
#include "checker/link/program_private.h"

static bool is_fork(const struct program *p, const struct facts *f, val_id val) {
    const struct ir_val *v = &f->vals.data[val.v];
    const struct model_function *m = v->kind == VAL_CALL ? program_library(p, f, v->call) : NULL;
    return m && (m->flags & FN_FORKS);
}

// Variable that receives the result of a fork; none when the function does not fork.
static path_id fork_result(const struct program *p, struct fn_ref fn) {
    const struct facts *f = fn.facts;
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (op->kind == OP_WRITE && is_fork(p, f, op->val)) {
                return op->path;
            }
        }
    }
    return (path_id){0};
}

// The edge is taken when the result of the fork is 0, and only then.
static bool is_case_of_child(const struct program *p, const struct facts *f,
                             const struct ir_block *b, const struct ir_edge *e, path_id result) {
    const struct ir_val *x = &f->vals.data[b->lhs.v];
    bool is_result =
        is_fork(p, f, b->lhs) || (result.v && x->kind == VAL_PATH && x->path.v == result.v);
    return b->term == TERM_SWITCH && is_result && e->kind == EDGE_CASE && e->lo == 0 && e->hi == 0;
}

static bool tests_zero(const struct program *p, const struct facts *f, const struct ir_block *b,
                       path_id result) {
    const struct ir_val *x = &f->vals.data[b->lhs.v];
    const struct ir_val *y = &f->vals.data[b->rhs.v];
    bool is_result =
        is_fork(p, f, b->lhs) || (result.v && x->kind == VAL_PATH && x->path.v == result.v);
    return b->term == TERM_BRANCH && is_result && y->kind == VAL_CONST && y->num == 0 &&
           (b->cmp == OPR_EQ || b->cmp == OPR_NE);
}

// Blocks that can be reached without going where the result of the fork is 0.
static void walk_parent(const struct program *p, struct fn_ref fn, path_id result, bool *seen,
                        uint32_t *stack) {
    const struct facts *f = fn.facts;
    uint32_t top = 0;
    stack[top++] = 0;
    seen[0] = true;
    while (top) {
        const struct ir_block *b = graph_block(fn, stack[--top]);
        bool zero = tests_zero(p, f, b, result);
        for (uint32_t k = 0; k < b->edge_count; k++) {
            uint32_t to = graph_target(fn, b, k);
            const struct ir_edge *e = &f->edges.data[b->first_edge.v + k];
            bool child = (zero && (e->kind == EDGE_TRUE) == (b->cmp == OPR_EQ)) ||
                         is_case_of_child(p, f, b, e, result);
            if (!child && !seen[to]) {
                seen[to] = true;
                stack[top++] = to;
            }
        }
    }
}

static void find_in(struct program *p, node_id n) {
    struct fn_ref fn = p->nodes.data[n].ref;
    path_id result = fork_result(p, fn);
    uint32_t count = fn.facts->fns.data[fn.fn.v].block_count;
    if (!result.v) {
        return;
    }
    struct arena_mark mark = arena_mark(&p->scratch);
    bool *seen = ARENA_ARRAY(&p->scratch, bool, count + 1);
    walk_parent(p, fn, result, seen, ARENA_ARRAY(&p->scratch, uint32_t, count + 1));
    p->nodes.data[n].in_child = ARENA_ARRAY(p->arena, bool, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        p->nodes.data[n].in_child[i] = !seen[i];
    }
    arena_reset(&p->scratch, mark);
}

void children_find(struct program *p) {
    for (node_id n = 0; n < p->nodes.len; n++) {
        find_in(p, n);
    }
}

bool program_is_in_child(const struct program *p, node_id n, op_id op) {
    const struct node *x = &p->nodes.data[n];
    return x->in_child && x->in_child[facts_block_of_op(x->ref.facts, x->ref.fn, op)];
}
