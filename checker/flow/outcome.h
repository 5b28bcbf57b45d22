// What a function does when a call has a certain result.
#ifndef CHECKER_FLOW_OUTCOME_H
#define CHECKER_FLOW_OUTCOME_H

#include "checker/flow/graph.h"

// The first branch that tests the result of a call, itself or through the local it is assigned to.
struct outcome {
    uint32_t block; // that ends with the branch
    uint32_t taken; // block behind it when the result is the number asked about
    uint32_t other; // block behind it otherwise
};

/// False when no branch that directly follows the call tests it, or the test does not tell.
bool outcome_of(struct fn_ref fn, call_id call, int64_t result, struct outcome *ret_outcome);
/// Blocks control can get to from `from`, that one included, without entering `but` (UINT32_MAX =
/// none). Array of the function's blocks, in `arena`.
bool *outcome_reach(struct fn_ref fn, uint32_t from, uint32_t but, struct arena *arena);

/// True when edge `edge` of the block can be taken while the result of `call` is `result`. `held`
/// is a local that has the result, too, and no other value; 0 = none.
bool outcome_allows(struct fn_ref fn, const struct ir_block *b, uint32_t edge, call_id call,
                    var_id held, int64_t result);
/// The only local that gets the result of the call, and nothing else; 0 = none.
var_id outcome_holder(struct fn_ref fn, call_id call);

#endif
