// Functions that never come back to their caller, although no declaration says so: every way
// through them ends in a call that does not return. Bottom-up, without conditions.
#include "checker/flow/graph.h"
#include "checker/link/program_private.h"

bool program_never_returns(const struct program *p, node_id n) {
    return p->nodes.data[n].ends;
}

bool program_call_ends(const struct program *p, const struct facts *f, call_id call) {
    const struct unit *u = program_unit(p, f);
    const struct ir_call *c = &f->calls.data[call.v];
    node_id to =
        c->kind != CALL_DIRECT || u->models[call.v] ? NODE_NONE : u->sym_nodes[c->callee.v];
    return to != NODE_NONE && p->nodes.data[to].ends;
}

bool program_block_ends(const struct program *p, struct fn_ref fn, const struct ir_block *b,
                        uint32_t from) {
    for (uint32_t k = from; k < b->first_op.v + b->op_count; k++) {
        const struct ir_op *op = &fn.facts->ops.data[k];
        if (op->kind == OP_CALL && program_call_ends(p, fn.facts, op->call)) {
            return true;
        }
    }
    return b->term == TERM_NORETURN || b->term == TERM_UNREACHABLE;
}

// A throw may be caught by the caller. A loop without an end is no way to leave either, but what
// stops it may be what the facts do not show.
static bool finds_way_out(struct program *p, struct fn_ref fn) {
    uint32_t count = fn.facts->fns.data[fn.fn.v].block_count;
    bool *seen = ARENA_ARRAY(&p->scratch, bool, count + 1);
    uint32_t *stack = ARENA_ARRAY(&p->scratch, uint32_t, count + 1);
    uint32_t top = 0;
    bool ended = false;
    stack[top++] = 0;
    seen[0] = true;
    while (top) {
        const struct ir_block *b = graph_block(fn, stack[--top]);
        if (program_block_ends(p, fn, b, b->first_op.v)) {
            ended |= b->term != TERM_UNREACHABLE;
            continue;
        }
        if (b->term == TERM_RETURN || b->term == TERM_THROW || b->term == TERM_NONE) {
            return true;
        }
        for (uint32_t k = 0; k < b->edge_count; k++) {
            uint32_t to = graph_target(fn, b, k);
            if (!seen[to]) {
                seen[to] = true;
                stack[top++] = to;
            }
        }
    }
    return !ended;
}

void program_find_end(struct program *p, node_id n) {
    struct node *x = &p->nodes.data[n];
    const struct ir_fn *fn = &x->ref.facts->fns.data[x->ref.fn.v];
    struct arena_mark mark = arena_mark(&p->scratch);
    x->ends = !(fn->flags & (FN_PARTIAL | FN_TRUNCATED | FN_COROUTINE)) && fn->block_count &&
              !finds_way_out(p, x->ref);
    arena_reset(&p->scratch, mark);
}
