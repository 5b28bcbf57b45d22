// Order between threads by what one waits for until another has done it: semaphores, barriers,
// latches, flags under a condition, atomic flags. Private to link.
#ifndef CHECKER_LINK_HANDOVER_H
#define CHECKER_LINK_HANDOVER_H

#include "checker/link/instance.h"

struct handover; // which functions post and wait where

/// After program_find_parallel and program_find_conditions. Lives in p->scratch.
struct handover *handover_find(struct program *p);
/// After `first` its thread posts something that the thread of `second` waits for before it. May be
/// wrong about which round of a loop is meant: then nothing is claimed, either.
bool handover_orders(struct handover *h, const struct instance *first,
                     const struct instance *second);

#endif
