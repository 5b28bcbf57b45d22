// Structural sanity of facts: every id in range, no rows shared between owners, blocks terminated
// with edges that fit and stay inside their function, variables owned by their function, parameters
// first; no path, value or call contains itself, and all are of bounded depth.
#ifndef CHECKER_IR_CHECK_H
#define CHECKER_IR_CHECK_H

#include "checker/base/err.h"
#include "checker/ir/ir.h"

/// True when all holds; else the error names the table, the index and the rule broken. Linear time.
bool ir_check(const struct facts *f, struct error *err);

#endif
