// Loops of a function's control-flow graph: natural loops of back edges, merged by head (Aho,
// Sethi, Ullman).
#ifndef CHECKER_FLOW_GRAPH_H
#define CHECKER_FLOW_GRAPH_H

#include "checker/flow/flow.h"

struct loop {
    uint32_t head;      // index of a block within the function
    const bool *inside; // [block_count]
    uint32_t size;      // blocks inside
    uint32_t exits;     // edges that leave
    bool head_exits;    // one of them leaves from the head
};

struct loops {
    struct loop *items;
    uint32_t count;
    uint32_t block_count;
};

/// Loops of `fn`, in `arena`; inner ones have fewer blocks.
struct loops graph_loops(struct fn_ref fn, struct arena *arena);
/// Innermost loop that contains the block, or NULL.
const struct loop *graph_innermost(const struct loops *loops, uint32_t block);
/// True when every way round the loop passes `block`.
bool graph_is_on_every_round(struct fn_ref fn, const struct loop *loop, uint32_t block,
                             struct arena *arena);
/// Index within the function of an edge's target.
uint32_t graph_target(struct fn_ref fn, const struct ir_block *b, uint32_t edge);
const struct ir_block *graph_block(struct fn_ref fn, uint32_t index);

/// One edge or more lead from block `from` to `to` without entering block `wall` (UINT32_MAX: any
/// way).
bool graph_reaches(struct fn_ref fn, uint32_t from, uint32_t to, uint32_t wall,
                   struct arena *arena);

#endif
