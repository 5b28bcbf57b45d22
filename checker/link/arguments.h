// What library functions do to the memory their arguments point to. Private to link.
#ifndef CHECKER_LINK_ARGUMENTS_H
#define CHECKER_LINK_ARGUMENTS_H

#include "checker/link/program_private.h"

struct argument_access {
    val_id pointer; // what it points to is touched
    bool write;
    bool atomic;
};

enum { ARGUMENTS_MAX = 16 };

/// Accesses of a call that goes to no body: what models say of it (atomic operations, `fills`,
/// `reads`), and character arrays it is given: whatever is done with those, they are read. At most
/// ARGUMENTS_MAX; returns how many.
uint32_t argument_accesses(const struct program *p, const struct facts *f, call_id call,
                           struct argument_access *out);

#endif
