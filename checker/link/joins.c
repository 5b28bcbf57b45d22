// When threads run beside main: from the first start on, until they are joined. A forward
// may-analysis over the blocks of main and of what it calls; a call that starts threads begins the
// company, one that joins ends it, one that does both changes nothing.
#include "checker/flow/graph.h"
#include "checker/link/program_private.h"

static bool model_joins(const struct program *p, const struct facts *f, call_id call) {
    const struct effect *end = program_model_effect(p, f, call, EFFECT_JOIN_OWNER);
    return program_model_effect(p, f, call, EFFECT_JOIN) ||
           (end && expr_same(end->b, expr_const(p->exprs, 0)));
}

bool op_spawns(const struct program *p, const struct facts *f, const struct ir_op *op) {
    node_id to = op->kind == OP_CALL ? call_target(p, f, op->call) : NODE_NONE;
    return op->kind == OP_CALL && (program_model_effect(p, f, op->call, EFFECT_SPAWN) ||
                                   (to != NODE_NONE && p->runs.spawns[to]));
}

bool op_joins(const struct program *p, const struct facts *f, const struct ir_op *op) {
    node_id to = op->kind == OP_CALL ? call_target(p, f, op->call) : NODE_NONE;
    return op->kind == OP_CALL &&
           (model_joins(p, f, op->call) || (to != NODE_NONE && p->runs.joins[to]));
}

static void find_starters(struct program *p, node_id n) {
    struct fn_ref fn = p->nodes.data[n].ref;
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            p->runs.spawns[n] |= op_spawns(p, fn.facts, op);
            p->runs.joins[n] |= op_joins(p, fn.facts, op);
        }
    }
}

static bool after_op(const struct program *p, const struct facts *f, const struct ir_op *op,
                     bool company) {
    bool spawns = op_spawns(p, f, op);
    bool joins = op_joins(p, f, op);
    return spawns == joins ? company : spawns;
}

static bool loop_only_joins(const struct program *p, struct fn_ref fn, const struct loops *loops,
                            const struct loop *loop) {
    bool joins = false;
    bool spawns = false;
    for (uint32_t i = 0; i < loops->block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; loop->inside[i] && k < b->op_count; k++) {
            joins |= op_joins(p, fn.facts, &fn.facts->ops.data[b->first_op.v + k]);
            spawns |= op_spawns(p, fn.facts, &fn.facts->ops.data[b->first_op.v + k]);
        }
    }
    return joins && !spawns;
}

// Loops that join: behind them nobody is left, also when the analysis thinks that they might go
// round no time.
struct loops joining_loops(struct program *p, struct fn_ref fn) {
    struct loops loops = graph_loops(fn, &p->scratch);
    uint32_t count = 0;
    for (uint32_t i = 0; i < loops.count; i++) {
        if (loop_only_joins(p, fn, &loops, &loops.items[i])) {
            loops.items[count++] = loops.items[i];
        }
    }
    loops.count = count;
    return loops;
}

static bool leaves_loop(const struct loops *loops, uint32_t from, uint32_t to) {
    for (uint32_t i = 0; i < loops->count; i++) {
        if (loops->items[i].inside[from] && !loops->items[i].inside[to]) {
            return true;
        }
    }
    return false;
}

// Company at the start of each block, from what it is at the entry.
static bool *block_states(struct program *p, struct fn_ref fn, bool at_entry) {
    uint32_t count = fn.facts->fns.data[fn.fn.v].block_count;
    bool *in = ARENA_ARRAY(p->arena, bool, count + 1);
    struct loops loops = joining_loops(p, fn);
    in[0] = at_entry;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            bool state = in[i];
            for (uint32_t k = 0; k < b->op_count; k++) {
                state = after_op(p, fn.facts, &fn.facts->ops.data[b->first_op.v + k], state);
            }
            for (uint32_t k = 0; state && k < b->edge_count; k++) {
                uint32_t to = graph_target(fn, b, k);
                bool comes = !in[to] && !leaves_loop(&loops, i, to);
                changed |= comes;
                in[to] |= comes;
            }
        }
    }
    return in;
}

bool program_main_has_company(const struct program *p, node_id n, op_id op) {
    const bool *in = p->runs.company[n];
    struct fn_ref fn = p->nodes.data[n].ref;
    for (uint32_t i = 0; in && i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        if (op.v < b->first_op.v || op.v >= b->first_op.v + b->op_count) {
            continue;
        }
        bool state = in[i];
        for (uint32_t k = b->first_op.v; k < op.v; k++) {
            state = after_op(p, fn.facts, &fn.facts->ops.data[k], state);
        }
        return state;
    }
    return false;
}

// From main down: a callee has company when some call has.
static void walk_from(struct program *p, node_id root) {
    VEC(node_id) queue = {0};
    p->runs.company[root] = block_states(p, p->nodes.data[root].ref, false);
    vec_push(&p->scratch, &queue, root);
    for (uint32_t at = 0; at < queue.len; at++) {
        node_id n = queue.data[at];
        for (uint32_t i = 0; i < p->runs.calls[n].items.len; i++) {
            const struct sure_call *c = &p->runs.calls[n].items.data[i];
            bool state = program_main_has_company(p, n, c->op);
            const bool *old = p->runs.company[c->to];
            if (!old || (state && !old[0])) {
                p->runs.company[c->to] = block_states(p, p->nodes.data[c->to].ref, state);
                vec_push(&p->scratch, &queue, c->to);
            }
        }
    }
}

void joins_find(struct program *p) {
    p->runs.spawns = ARENA_ARRAY(p->arena, bool, p->nodes.len + 1);
    p->runs.joins = ARENA_ARRAY(p->arena, bool, p->nodes.len + 1);
    p->runs.company = ARENA_ARRAY(p->arena, const bool *, p->nodes.len + 1);
    for (uint32_t i = 0; i < p->order.len; i++) {
        find_starters(p, p->order.data[i]);
    }
    for (node_id n = 0; n < p->nodes.len; n++) {
        if (program_is_main(p, n)) {
            walk_from(p, n);
        }
    }
}

bool reaches_without_join(struct program *p, node_id n, op_id from, op_id to) {
    struct fn_ref fn = p->nodes.data[n].ref;
    uint32_t count = fn.facts->fns.data[fn.fn.v].block_count;
    bool *seen = ARENA_ARRAY(&p->scratch, bool, count);
    uint32_t *stack = ARENA_ARRAY(&p->scratch, uint32_t, count + 1);
    struct loops loops = joining_loops(p, fn);
    uint32_t top = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        if (from.v >= b->first_op.v && from.v < b->first_op.v + b->op_count) {
            stack[top++] = i;
        }
    }
    for (bool first = true; top; first = false) { // the first block is entered behind `from`
        uint32_t at = stack[--top];
        const struct ir_block *b = graph_block(fn, at);
        bool joined = false;
        for (uint32_t k = first ? from.v + 1 : b->first_op.v;
             k < b->first_op.v + b->op_count && !joined; k++) {
            if (k == to.v) {
                return true;
            }
            joined = op_joins(p, fn.facts, &fn.facts->ops.data[k]);
        }
        for (uint32_t k = 0; !joined && k < b->edge_count; k++) {
            uint32_t next = graph_target(fn, b, k);
            if (!seen[next] && !leaves_loop(&loops, at, next)) {
                seen[next] = true;
                stack[top++] = next;
            }
        }
    }
    return false;
}
