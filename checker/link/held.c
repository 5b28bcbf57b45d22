// Whether some lock may be held at a place, whichever: a forward may-analysis without names and
// conditions, for rules that stay silent when in doubt. Which lock is held, and whether on every
// path, is asked of flow.
#include "checker/flow/graph.h"
#include "checker/link/program_private.h"

static bool summary_has(const struct summary *s, enum effect_kind kind) {
    for (uint32_t i = 0; s && i < s->case_count; i++) {
        for (uint32_t k = 0; k < s->cases[i].effect_count; k++) {
            if (s->cases[i].effects[k].kind == kind) {
                return true;
            }
        }
    }
    return false;
}

static const struct summary *summary_of_call(const struct program *p, const struct facts *f,
                                             call_id call) {
    const struct summary *model = program_model(p, f, call);
    node_id to = model ? NODE_NONE : call_target(p, f, call);
    const struct flow_result *r = to == NODE_NONE ? NULL : p->nodes.data[to].flow[FLOW_LOCKS];
    return model ? model : r ? &r->summary : NULL;
}

bool program_call_locks(const struct program *p, const struct facts *f, call_id call) {
    return summary_has(summary_of_call(p, f, call), EFFECT_ACQUIRE);
}

static bool after_op(const struct program *p, const struct facts *f, const struct ir_op *op,
                     bool held) {
    if (op->kind != OP_CALL) {
        return held;
    }
    const struct summary *s = summary_of_call(p, f, op->call);
    return summary_has(s, EFFECT_ACQUIRE) || (held && !summary_has(s, EFFECT_RELEASE));
}

static bool walk_block(const struct program *p, struct fn_ref fn, const struct ir_block *b,
                       uint32_t to, bool held) {
    for (uint32_t k = b->first_op.v; k < to; k++) {
        held = after_op(p, fn.facts, &fn.facts->ops.data[k], held);
    }
    return held;
}

bool program_may_hold_at(const struct program *p, node_id n, op_id op, struct arena *scratch) {
    struct fn_ref fn = p->nodes.data[n].ref;
    uint32_t count = fn.facts->fns.data[fn.fn.v].block_count;
    if (p->nodes.data[n].entry_locks.len) {
        return true;
    }
    if (!p->nodes.data[n].flow[FLOW_LOCKS]) {
        return false;
    }
    bool *in = ARENA_ARRAY(scratch, bool, count + 1);
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            bool held = walk_block(p, fn, b, b->first_op.v + b->op_count, in[i]);
            for (uint32_t k = 0; held && k < b->edge_count; k++) {
                uint32_t to = graph_target(fn, b, k);
                changed |= !in[to];
                in[to] = true;
            }
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        if (op.v >= b->first_op.v && op.v < b->first_op.v + b->op_count) {
            return walk_block(p, fn, b, op.v, in[i]);
        }
    }
    return false;
}

bool program_must_hold_at(const struct program *p, node_id n, op_id op) {
    const struct flow_result *r = p->nodes.data[n].flow[FLOW_LOCKS];
    struct flow_point point = r && !r->limited ? flow_point_at(r, op.v) : (struct flow_point){0};
    for (uint16_t i = 0; i < point.count; i++) {
        if (!(point.items[i].flags & (FACT_SOMETIMES | EF_MAYBE))) {
            return true;
        }
    }
    return false;
}
