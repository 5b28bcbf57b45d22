#include "checker/flow/graph.h"

const struct ir_block *graph_block(struct fn_ref fn, uint32_t index) {
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    return &fn.facts->blocks.data[ir->first_block.v + index];
}

uint32_t graph_target(struct fn_ref fn, const struct ir_block *b, uint32_t edge) {
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    return fn.facts->edges.data[b->first_edge.v + edge].to.v - ir->first_block.v;
}

static bool enters(struct fn_ref fn, const struct ir_block *from, const bool *inside,
                   uint32_t head) {
    for (uint32_t k = 0; k < from->edge_count; k++) {
        uint32_t to = graph_target(fn, from, k);
        if (inside[to] && to != head) {
            return true;
        }
    }
    return false;
}

// Blocks from which `tail` is reached without passing `head`, going forward from the head's range:
// found by a fixpoint over successors, since predecessors are not stored.
static void fill(struct fn_ref fn, bool *inside, uint32_t head, uint32_t tail,
                 uint32_t block_count) {
    inside[head] = true;
    inside[tail] = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = block_count; i > 0; i--) {
            uint32_t b = i - 1;
            if (!inside[b] && b >= head && enters(fn, graph_block(fn, b), inside, head)) {
                inside[b] = true;
                changed = true;
            }
        }
    }
}

static void count_exits(struct fn_ref fn, struct loop *l, uint32_t block_count) {
    for (uint32_t b = 0; b < block_count; b++) {
        l->size += l->inside[b];
        const struct ir_block *x = graph_block(fn, b);
        for (uint32_t k = 0; l->inside[b] && k < x->edge_count; k++) {
            if (!l->inside[graph_target(fn, x, k)]) {
                l->exits++;
                l->head_exits |= b == l->head;
            }
        }
        l->exits += l->inside[b] && x->edge_count == 0 && x->term == TERM_RETURN;
    }
}

static bool jumps_to(struct fn_ref fn, const struct ir_block *from, uint32_t block) {
    for (uint32_t k = 0; k < from->edge_count; k++) {
        if (graph_target(fn, from, k) == block) {
            return true;
        }
    }
    return false;
}

struct loops graph_loops(struct fn_ref fn, struct arena *arena) {
    uint32_t n = fn.facts->fns.data[fn.fn.v].block_count;
    struct loops out = {.items = ARENA_ARRAY(arena, struct loop, n + 1), .block_count = n};
    bool *is_head = ARENA_ARRAY(arena, bool, n + 1);
    for (uint32_t b = 0; b < n; b++) {
        const struct ir_block *x = graph_block(fn, b);
        for (uint32_t k = 0; k < x->edge_count; k++) {
            uint32_t to = graph_target(fn, x, k);
            is_head[to] |= to <= b;
        }
    }
    for (uint32_t head = 0; head < n; head++) {
        bool *inside = NULL;
        for (uint32_t b = head; is_head[head] && b < n; b++) {
            if (jumps_to(fn, graph_block(fn, b), head)) {
                inside = inside ? inside : ARENA_ARRAY(arena, bool, n);
                fill(fn, inside, head, b, n);
            }
        }
        if (inside) {
            out.items[out.count] = (struct loop){.head = head, .inside = inside};
            count_exits(fn, &out.items[out.count++], n);
        }
    }
    return out;
}

const struct loop *graph_innermost(const struct loops *loops, uint32_t block) {
    const struct loop *best = NULL;
    for (uint32_t i = 0; i < loops->count; i++) {
        const struct loop *l = &loops->items[i];
        if (l->inside[block] && (!best || l->size < best->size)) {
            best = l;
        }
    }
    return best;
}

bool graph_is_on_every_round(struct fn_ref fn, const struct loop *loop, uint32_t block,
                             struct arena *arena) {
    uint32_t n = fn.facts->fns.data[fn.fn.v].block_count;
    bool *seen = ARENA_ARRAY(arena, bool, n);
    uint32_t *stack = ARENA_ARRAY(arena, uint32_t, n + 1);
    uint32_t top = 0;
    if (block == loop->head) {
        return true;
    }
    stack[top++] = loop->head;
    seen[loop->head] = true;
    while (top) {
        const struct ir_block *x = graph_block(fn, stack[--top]);
        for (uint32_t k = 0; k < x->edge_count; k++) {
            uint32_t to = graph_target(fn, x, k);
            if (to == loop->head) {
                return false; // came round without it
            }
            if (loop->inside[to] && to != block && !seen[to]) {
                seen[to] = true;
                stack[top++] = to;
            }
        }
    }
    return true;
}

bool graph_reaches(struct fn_ref fn, uint32_t from, uint32_t to, uint32_t wall,
                   struct arena *arena) {
    uint32_t n = fn.facts->fns.data[fn.fn.v].block_count;
    bool *seen = ARENA_ARRAY(arena, bool, n);
    uint32_t *stack = ARENA_ARRAY(arena, uint32_t, n + 1);
    uint32_t top = 0;
    for (stack[top++] = from; top;) {
        const struct ir_block *b = graph_block(fn, stack[--top]);
        for (uint32_t k = 0; k < b->edge_count; k++) {
            uint32_t next = graph_target(fn, b, k);
            if (next == to) {
                return true;
            }
            if (!seen[next] && next != wall) {
                seen[next] = true;
                stack[top++] = next;
            }
        }
    }
    return false;
}
