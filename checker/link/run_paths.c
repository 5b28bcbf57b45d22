// Paths within a function as questions about threads need them, and names of locks.
#include "checker/link/program_private.h"

expr_id unnamed_lock(struct program *p) {
    return expr_str(p->exprs, STR("$a lock without a name"));
}

expr_id lock_identity(struct program *p, expr_id lock) {
    expr_id class = expr_class(p->exprs, lock);
    return class.v ? class : unnamed_lock(p);
}

bool parallel_is_held_partly(struct program *p, const struct flow_fact *facts, uint16_t count,
                             uint16_t i) {
    expr_id class = lock_identity(p, facts[i].e);
    uint32_t names = 0;
    for (uint16_t k = 0; k < count; k++) {
        bool sometimes = (facts[k].flags & FACT_SOMETIMES) && !(facts[k].flags & EF_MAYBE);
        names += sometimes && expr_same(lock_identity(p, facts[k].e), class);
    }
    return (facts[i].flags & FACT_SOMETIMES) && names < 2;
}

uint32_t program_op_of_call(const struct program *p, node_id id, call_id call) {
    struct fn_ref ref = p->nodes.data[id].ref;
    return facts_op_of_call(ref.facts, ref.fn, call).v;
}

bool op_comes_before(struct program *p, struct fn_ref ref, uint32_t from, uint32_t to,
                     uint32_t avoid) {
    const struct facts *f = ref.facts;
    const struct ir_fn *fn = &f->fns.data[ref.fn.v];
    uint32_t start = facts_block_of_op(ref.facts, ref.fn, (op_id){from});
    uint32_t goal = facts_block_of_op(ref.facts, ref.fn, (op_id){to});
    uint32_t wall = avoid ? facts_block_of_op(ref.facts, ref.fn, (op_id){avoid}) : UINT32_MAX;
    if (start == goal && from < to) {
        return !(wall == start && from < avoid && avoid < to);
    }
    if ((wall == start && avoid > from) || (wall == goal && avoid < to)) {
        return false;
    }
    struct arena_mark mark = arena_mark(&p->scratch);
    bool *seen = ARENA_ARRAY(&p->scratch, bool, fn->block_count);
    uint32_t *stack = ARENA_ARRAY(&p->scratch, uint32_t, fn->block_count + 1);
    uint32_t top = 0;
    stack[top++] = start;
    bool found = false;
    while (top && !found) {
        const struct ir_block *b = &f->blocks.data[fn->first_block.v + stack[--top]];
        for (uint32_t k = 0; k < b->edge_count; k++) {
            uint32_t next = f->edges.data[b->first_edge.v + k].to.v - fn->first_block.v;
            found |= next == goal;
            if (!seen[next] && next != wall) {
                seen[next] = true;
                stack[top++] = next;
            }
        }
    }
    arena_reset(&p->scratch, mark);
    return found;
}

bool op_is_doomed(const struct program *p, struct fn_ref ref, uint32_t op) {
    const struct ir_fn *fn = &ref.facts->fns.data[ref.fn.v];
    uint32_t block = facts_block_of_op(ref.facts, ref.fn, (op_id){op});
    for (uint32_t n = 0; n < fn->block_count; n++) {
        const struct ir_block *b = &ref.facts->blocks.data[fn->first_block.v + block];
        if (program_block_ends(p, ref, b, n ? b->first_op.v : op + 1)) {
            return true;
        }
        if (b->term != TERM_JUMP || b->edge_count != 1) {
            return false;
        }
        block = ref.facts->edges.data[b->first_edge.v].to.v - fn->first_block.v;
    }
    return false;
}

bool parallel_is_bracketed(struct program *p, node_id n, uint32_t op) {
    const struct node *x = &p->nodes.data[n];
    for (uint32_t i = 0; i < x->waiting.len; i++) {
        for (uint32_t k = 0; k < x->waiting.len; k++) {
            const struct waiting *a = &x->waiting.data[i];
            const struct waiting *b = &x->waiting.data[k];
            if (a->callee == b->callee && a->op != b->op && a->op != op && b->op != op &&
                op_comes_before(p, x->ref, a->op, op, 0) &&
                op_comes_before(p, x->ref, op, b->op, 0)) {
                return true;
            }
        }
    }
    return false;
}
