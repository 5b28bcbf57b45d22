// Pairs of accesses that race. Private to link.
#ifndef CHECKER_LINK_RACE_H
#define CHECKER_LINK_RACE_H

#include "checker/link/program_private.h"

/// Fills p->races, in the order of places. After program_collect_accesses and
/// program_find_parallel.
void program_find_races(struct program *p);

#endif
