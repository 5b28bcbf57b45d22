// Calls of all functions as phases go through them. Private to link.
#ifndef CHECKER_LINK_RUN_EDGES_H
#define CHECKER_LINK_RUN_EDGES_H

#include "checker/link/program_private.h"

struct run_edge {
    node_id from;
    node_id to;
    uint32_t op;
    bool once;      // only the first of all calls runs it
    bool job;       // taken from where others put it, see stored.c
    bool later;     // handed over to be called some time, holding nothing of what is held now
    bool bracketed; // see parallel_is_bracketed
    bool doomed;    // see op_is_doomed
    bool child;     // made by the child of a fork, which is alone in its process
};

struct run_edges {
    VEC(struct run_edge) items; // in the scratch arena, by caller
    uint32_t *first;            // [nodes + 1]
};

/// Finds the edges, and in the nodes which calls wait for other threads.
void run_edges_find(struct program *p, struct run_edges *ret_edges);

#endif
