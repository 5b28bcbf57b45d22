// Textual form of facts: printed by `threadlint show facts`, read back for reduced test cases.
// The grammar is in docs/facts.md. print(parse(print(f))) == print(f).
#ifndef CHECKER_IR_TEXT_H
#define CHECKER_IR_TEXT_H

#include "checker/base/buf.h"
#include "checker/base/err.h"
#include "checker/ir/ir.h"

/// Appends the whole TU. Ids are not shown where names do; the order is the order of the arrays.
void ir_text_print(const struct facts *f, struct buf *out);
/// Appends one function.
void ir_text_print_fn(const struct facts *f, fn_id fn, struct buf *out);
/// Reads the textual form into `f` (initialised here, in `arena`). The error names line and what
/// was expected.
bool ir_text_parse(struct str text, struct arena *arena, struct facts *f, struct error *err);

#endif
