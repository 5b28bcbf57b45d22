// Accesses to memory that other threads may see, function by function, callees first. Private to
// link: access.c (collecting), parallel.c (which threads run when), race.c (pairs).
//
// Each access keeps its place in terms of the function it is listed for, so that what a callee does
// to its parameters is listed for its callers too, with their arguments: guarded accesses as in
// RELAY (Voung, Jhala, Lerner, ESEC/FSE 2007).
#ifndef CHECKER_LINK_ACCESS_H
#define CHECKER_LINK_ACCESS_H

#include "checker/link/program_private.h"

struct access {
    expr_id place;
    node_id node; // the function it is listed for
    bool write;
    bool atomic;
    bool volatile_;
    bool owned;     // of an object only this function knows yet, or that is being made or destroyed
    bool doubtful;  // a lock that cannot be named may be held
    uint8_t slot;   // 0: made by the thread that runs the function; else by the thread of this root
                    // (see parallel.h)
    uint32_t op;    // of the function: the access itself, the call or the start of the thread that
                    // leads to it
    uint32_t inner; // number of the access in the callee, + 1; 0 = the op is the access
    const struct flow_fact *held; // on every path, in terms of the function
    uint16_t held_count;
};

/// Collects the accesses of all functions: p->accesses, and their ranges in the nodes. Thread roots
/// must be numbered.
void program_collect_accesses(struct program *p);
/// Function and place where an access really happens, through callees.
struct flow_site access_site(const struct program *p, const struct access *a);

#endif
