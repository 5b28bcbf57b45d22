// Flat binary form of facts: cache entries, worker pipes and fact files. Versioned; native byte
// order, with a marker that refuses the other one. Reading validates sizes and runs ir_check:
// hostile or truncated bytes give an error, never undefined behaviour.
#ifndef CHECKER_IR_PACK_H
#define CHECKER_IR_PACK_H

#include "checker/base/buf.h"
#include "checker/base/err.h"
#include "checker/ir/ir.h"

/// Appends the packed facts. The bytes depend on the facts alone (padding is zero).
void ir_pack(const struct facts *f, struct buf *out);
/// Reads packed facts into `f`, everything copied into `arena`.
bool ir_unpack(const void *data, size_t len, struct arena *arena, struct facts *f,
               struct error *err);

#endif
