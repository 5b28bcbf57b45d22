// Inside of the builder. Private to ir: build_value.c (names, types, symbols, paths, values),
// build_fn.c (functions).
#ifndef CHECKER_IR_BUILD_PRIVATE_H
#define CHECKER_IR_BUILD_PRIVATE_H

#include "checker/ir/build.h"

// A block under construction.
struct draft_block {
    VEC(struct ir_op) ops;
    VEC(struct ir_edge) edges; // to.v is an ir_bb until the function ends
    uint8_t term;
    uint8_t cmp;
    val_id lhs;
    val_id rhs;
    loc_id loc;
};

struct draft_fn {
    fn_id fn;
    VEC(struct draft_block) blocks; // [0] is unused: IR_BB_NONE
    VEC(var_id) vars;
    uint32_t param_count;
    ir_bb current;
    ir_bb last; // block of the latest terminator
    struct draft_fn *outer;
};

struct ir_builder {
    struct facts *f;
    struct arena *scratch;
    struct draft_fn *fn;
    struct arena_mark mark; // scratch when no function was open
    struct map files, locs, types, syms, records, vars, paths, vals, unhandled;
};

/// Interns a path or value exactly as given: nothing is simplified or folded. For the reader of the
/// textual form.
path_id build_path(struct ir_builder *b, struct ir_path p);
val_id build_val(struct ir_builder *b, struct ir_val v);

#endif
