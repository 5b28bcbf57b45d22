// Fields that most accesses touch under one lock, and those that do without. Private to link.
#ifndef CHECKER_LINK_GUARD_H
#define CHECKER_LINK_GUARD_H

#include "checker/link/program_private.h"

/// Fills p->unguarded. After program_collect_accesses and program_find_parallel.
void program_find_unguarded(struct program *p);

#endif
