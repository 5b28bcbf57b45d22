// Who makes an object. Private to link.
#ifndef CHECKER_LINK_MAKER_H
#define CHECKER_LINK_MAKER_H

#include "checker/link/program_private.h"

/// Whether `n` returns memory that nobody else knows; its callees come first.
void program_find_allocation(struct program *p, node_id n);
/// The call yields memory that nobody else knows yet.
bool program_call_allocates(const struct program *p, const struct facts *f, call_id call);
/// Functions that only write to what their parameters point to, three fields or more, one of which
/// nothing else in the program sets: they fill an object for the first time. After accesses are
/// collected; [nodes].
void program_find_makers(struct program *p, bool *ret_makers);

#endif
