// What functions do when a call fails. Questions rules ask are answered from this.
#ifndef CHECKER_LINK_FAILURE_H
#define CHECKER_LINK_FAILURE_H

#include "checker/link/program.h"

// The way a function goes because a call has failed, from where its result is tested to the end,
// with what it shares with other ways: a common end may well tell.
struct program_failure {
    call_id call;
    uint32_t block;    // of the function, where the test leads
    loc_id loc;        // of the test
    bool ends;         // it leads out of the function, and never back to the call
    bool acts;         // something is called that does not just tidy up: a log, a report, an exit
    bool calls;        // one of these calls is of a function that is not of the system: it may do
                       // anything
    bool stores;       // memory that others may see is written
    bool tells;        // what is returned is not returned on other ways
    expr_id stored;    // class of what is written first on this way only, none when it has none
    loc_id stored_loc; // where
};

struct program_failures {
    VEC(struct program_failure) items;
};

/// Ways of `n` on which a call yielded a negative number, or a null pointer where the called
/// function makes something. Tests that tell failure and the end of input alike are left out.
struct program_failures program_failures_of(const struct program *p, node_id n,
                                            struct arena *arena);

#endif
