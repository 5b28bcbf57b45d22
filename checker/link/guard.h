// Fields that most accesses touch under one lock, and those that do without. Private to link.
#ifndef CHECKER_LINK_GUARD_H
#define CHECKER_LINK_GUARD_H

#include "checker/link/fields.h"

/// Fills p->unguarded. After program_collect_accesses and program_find_parallel.
void program_find_unguarded(struct program *p);
/// Fields that a lock guards, and accesses without it. (guard.c)
void guard_find(struct fields *fields);
/// Fields that are changed atomically, and accesses that are not atomic. (mixed.c)
void mixed_find(struct fields *fields);

#endif
