// Structural sanity of facts: every id in range, blocks terminated, edges inside their function,
// variables owned by their function, value and path tables acyclic (operands have smaller ids).
#ifndef CHECKER_IR_CHECK_H
#define CHECKER_IR_CHECK_H

#include "checker/base/err.h"
#include "checker/ir/ir.h"

/// True when all holds; else the error names the table, the index and the rule broken.
bool ir_check(const struct facts *f, struct error *err);

#endif
