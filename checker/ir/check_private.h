// Inside of ir_check. Private to ir.
#ifndef CHECKER_IR_CHECK_PRIVATE_H
#define CHECKER_IR_CHECK_PRIVATE_H

#include "checker/base/err.h"
#include "checker/ir/ir.h"

// Steps from a path or value down to its parts: whoever follows them recursively needs a bounded
// stack.
enum { IR_MAX_DEPTH = 8000 };

/// True when no path, value or call contains itself and none is deeper than IR_MAX_DEPTH. All ids
/// must be in range. Linear time and memory (in `scratch`).
bool check_acyclic(const struct facts *f, struct arena *scratch, struct error *err);

#endif
