#include "checker/flow/outcome.h"

enum { JUMPS_MAX = 4 };

// The value is the result of the call, or what local `var` (may be 0) holds.
static bool is_result(const struct facts *f, val_id val, call_id call, var_id var) {
    const struct ir_val *v = &f->vals.data[val.v];
    const struct ir_path *p = &f->paths.data[v->path.v];
    return (v->kind == VAL_CALL && v->call.v == call.v) ||
           (var.v && v->kind == VAL_PATH && p->kind == PATH_VAR && p->var.v == var.v);
}

// Local that the block's ops from `from` on assign the result to, 0 when none; `held` is the one
// that has it already.
static var_id holder(const struct facts *f, const struct ir_block *b, call_id call, var_id held) {
    for (uint32_t k = 0; k < b->op_count; k++) {
        const struct ir_op *op = &f->ops.data[b->first_op.v + k];
        const struct ir_path *p = &f->paths.data[op->path.v];
        if (op->kind != OP_WRITE || p->kind != PATH_VAR) {
            continue;
        }
        if (is_result(f, op->val, call, (var_id){0})) {
            held = p->var;
        } else if (p->var.v == held.v) {
            held = (var_id){0};
        }
    }
    return held;
}

bool outcome_of(struct fn_ref fn, call_id call, int64_t result, struct outcome *ret_outcome) {
    const struct facts *f = fn.facts;
    op_id op = facts_op_of_call(f, fn.fn, call);
    uint32_t at = facts_block_of_op(f, fn.fn, op);
    var_id held = {0};
    for (unsigned jumps = 0; op.v && jumps < JUMPS_MAX; jumps++) {
        const struct ir_block *b = graph_block(fn, at);
        held = holder(f, b, call, held);
        const struct ir_val *num = &f->vals.data[b->rhs.v];
        if (b->term == TERM_BRANCH && b->edge_count == 2 && num->kind == VAL_CONST &&
            is_result(f, b->lhs, call, held)) {
            bool sense = ir_compare(b->cmp, result, num->num);
            bool first = f->edges.data[b->first_edge.v].kind == EDGE_TRUE;
            uint32_t edge = sense == first ? 0 : 1;
            *ret_outcome =
                (struct outcome){at, graph_target(fn, b, edge), graph_target(fn, b, 1 - edge)};
            return true;
        }
        if (b->edge_count != 1) {
            return false;
        }
        at = graph_target(fn, b, 0);
    }
    return false;
}

bool *outcome_reach(struct fn_ref fn, uint32_t from, uint32_t but, struct arena *arena) {
    uint32_t count = fn.facts->fns.data[fn.fn.v].block_count;
    bool *seen = ARENA_ARRAY(arena, bool, count);
    uint32_t *stack = ARENA_ARRAY(arena, uint32_t, count + 1);
    uint32_t top = 0;
    if (from != but) {
        stack[top++] = from;
        seen[from] = true;
    }
    while (top) {
        const struct ir_block *b = graph_block(fn, stack[--top]);
        for (uint32_t k = 0; k < b->edge_count; k++) {
            uint32_t to = graph_target(fn, b, k);
            if (!seen[to] && to != but) {
                seen[to] = true;
                stack[top++] = to;
            }
        }
    }
    return seen;
}

// Of a switch: the edges whose numbers hold the result, or the default when there are none.
static bool switch_allows(const struct facts *f, const struct ir_block *b, uint32_t edge,
                          int64_t result) {
    bool any = false;
    for (uint32_t k = 0; k < b->edge_count; k++) {
        const struct ir_edge *e = &f->edges.data[b->first_edge.v + k];
        bool fits = e->kind == EDGE_CASE && result >= e->lo && result <= e->hi;
        if (fits && k == edge) {
            return true;
        }
        any |= fits;
    }
    return !any && f->edges.data[b->first_edge.v + edge].kind == EDGE_DEFAULT;
}

bool outcome_allows(struct fn_ref fn, const struct ir_block *b, uint32_t edge, call_id call,
                    var_id held, int64_t result) {
    const struct facts *f = fn.facts;
    const struct ir_val *num = &f->vals.data[b->rhs.v];
    const struct ir_edge *e = &f->edges.data[b->first_edge.v + edge];
    if (!is_result(f, b->lhs, call, held)) {
        return true;
    }
    if (b->term == TERM_SWITCH) {
        return switch_allows(f, b, edge, result);
    }
    bool tests = b->term == TERM_BRANCH && num->kind == VAL_CONST &&
                 (e->kind == EDGE_TRUE || e->kind == EDGE_FALSE);
    return !tests || ir_compare(b->cmp, result, num->num) == (e->kind == EDGE_TRUE);
}

var_id outcome_holder(struct fn_ref fn, call_id call) {
    const struct facts *f = fn.facts;
    var_id held = {0};
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        held = holder(f, b, call, (var_id){0}).v ? holder(f, b, call, (var_id){0}) : held;
    }
    for (uint32_t i = 0; held.v && i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_path *p = &f->paths.data[op->path.v];
            bool changes = (op->kind == OP_WRITE || op->kind == OP_UPDATE) && p->kind == PATH_VAR &&
                           p->var.v == held.v;
            if (changes && !is_result(f, op->val, call, (var_id){0})) {
                return (var_id){0};
            }
        }
    }
    return held;
}
