// Inside of the stop paths. Private to link: stop.c (threads, waits, ends), stop_loop.c (loops and
// their tests), stop_flag.c (who writes what they test), wakeup.c (stop requests that wake nobody).
#ifndef CHECKER_LINK_STOP_PRIVATE_H
#define CHECKER_LINK_STOP_PRIVATE_H

#include "checker/flow/graph.h"
#include "checker/link/deeds.h"
#include "checker/link/stop.h"

struct loop_range {
    uint32_t first;
    uint32_t count;
    bool known;
};

struct stops {
    VEC(struct program_stop) items;
    VEC(struct stop_loop) loops;
    struct loop_range *ranges; // [nodes], of those that a thread runs
    bool *leaving;             // [nodes] may end the thread or the process instead of returning
    VEC(struct program_flag) flags;
    struct map flag_of; // class -> number of the flag
    VEC(struct program_unwoken) unwoken;
    VEC(struct program_abandoned) abandoned;
    VEC(struct stop_free) frees;
};

/// Loops of `n` and what lets them end: appends to stops->loops.
void stop_find_loops(struct program *p, node_id n);
/// Functions that may not return to the loop that calls them: stops->leaving.
void stop_find_leaving(struct program *p);
/// All writes of what the loops test: stops->flags.
void stop_find_flags(struct program *p);

#endif
