// Names for the places a function touches, without following paths: parameters as they came in,
// globals, and locals through their only assignment. Where a local has several, the local itself
// stays in the name. Private to link.
//
// The flow analysis names places exactly, world by world; this is the cheap way for questions asked
// of every access of the program (a def-use chain that is followed only where it has one link).
#ifndef CHECKER_LINK_NAMER_H
#define CHECKER_LINK_NAMER_H

#include "checker/link/program_private.h"

struct namer {
    struct program *p;
    const struct facts *f;
    struct map defs;   // path_id -> value id of its only write + 1, 0 when there are several
    struct map values; // location -> value of its only write
    struct map names;  // path_id -> location, those already made
    unsigned depth;
};

/// Reads the function's writes; what it makes lives in p->scratch.
void namer_init(struct namer *n, struct program *p, struct fn_ref fn);
expr_id namer_location(struct namer *n, path_id path);
expr_id namer_value(struct namer *n, val_id val);

// What a call hands over.
struct binding {
    struct namer *namer;
    expr_id args[FLOW_MAX_ARGS];
    uint32_t arg_count;
};

void namer_bind(struct namer *n, call_id call, struct binding *ret_binding);
/// `e` in terms of a callee's parameters, in terms of the caller. EX_NONE when it speaks of a
/// parameter that was not given.
expr_id namer_translate(struct binding *b, expr_id e);

/// Where a place begins, through pointers: EX_GLOBAL, EX_PARAM, EX_LOCAL, EX_RESULT, or something
/// else.
expr_id namer_root(const struct expr_table *t, expr_id place);

#endif
