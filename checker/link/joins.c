// Who starts threads and waits for their end, itself or in a callee, and paths without such a wait.
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
struct loops joining_loops(const struct program *p, struct fn_ref fn, struct arena *arena) {
    struct loops loops = graph_loops(fn, arena);
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

void joins_find(struct program *p) {
    p->runs.spawns = ARENA_ARRAY(p->arena, bool, p->nodes.len + 1);
    p->runs.joins = ARENA_ARRAY(p->arena, bool, p->nodes.len + 1);
    for (uint32_t i = 0; i < p->order.len; i++) {
        find_starters(p, p->order.data[i]);
    }
}

bool program_goes_on(const struct program *p, node_id n, op_id from, op_id to) {
    struct fn_ref fn = p->nodes.data[n].ref;
    uint32_t count = fn.facts->fns.data[fn.fn.v].block_count;
    struct arena scratch;
    arena_init(&scratch, 0);
    bool *seen = ARENA_ARRAY(&scratch, bool, count);
    uint32_t *stack = ARENA_ARRAY(&scratch, uint32_t, count + 1);
    struct loops loops = joining_loops(p, fn, &scratch);
    uint32_t top = 0;
    bool found = false;
    for (uint32_t i = 0; i < count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        if (from.v >= b->first_op.v && from.v < b->first_op.v + b->op_count) {
            stack[top++] = i;
        }
    }
    for (bool first = true; top && !found;
         first = false) { // the first block is entered behind `from`
        uint32_t at = stack[--top];
        const struct ir_block *b = graph_block(fn, at);
        bool joined = false;
        for (uint32_t k = first ? from.v + 1 : b->first_op.v;
             k < b->first_op.v + b->op_count && !joined && !found; k++) {
            found = k == to.v;
            joined = op_joins(p, fn.facts, &fn.facts->ops.data[k]);
        }
        for (uint32_t k = 0; !joined && !found && k < b->edge_count; k++) {
            uint32_t next = graph_target(fn, b, k);
            if (!seen[next] && !leaves_loop(&loops, at, next)) {
                seen[next] = true;
                stack[top++] = next;
            }
        }
    }
    arena_release(&scratch);
    return found;
}

bool program_op_joins(const struct program *p, const struct facts *f, const struct ir_op *op) {
    return op_joins(p, f, op);
}
