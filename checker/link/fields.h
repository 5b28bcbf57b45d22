// Accesses by the field they touch, as sites that several threads may come to. Private to link:
// access.c collects them, guard.c and mixed.c ask what they agree on.
#ifndef CHECKER_LINK_FIELDS_H
#define CHECKER_LINK_FIELDS_H

#include "checker/link/instance.h"

// One op that touches the field, with what holds there in every context.
struct site {
    const struct access *access;
    const struct access *deepest; // the access itself, through callees
    struct instance instance;     // of the context that holds least
    bool twin;                    // told by another site
    bool own_name;                // its function knows better which field it is than the deepest
    bool api;                     // callers outside this program may come here at any time
};

struct field_group {
    expr_id class;
    VEC(uint32_t) accesses;
    bool written;
    bool atomic; // some are
};

struct fields {
    struct program *p;
    VEC(struct field_group) groups;
    struct map by_class;
    bool has_main;
    bool *lifecycle;  // [nodes]: makes or ends a lock, or fills an object for the first time
    bool *superseded; // [accesses]
    struct map parts; // records that are part of others
    struct map bases; // record and field of base classes
};

enum { FIELDS_MAX_SITES = 200 };

/// Groups the accesses of the program. After program_find_parallel; lives in p->scratch.
void fields_collect(struct fields *s, struct program *p);
/// Sites of a group, atomic ones or the others: those in functions that make or end locks, with
/// locks that cannot be told, and before any thread starts are left out. At most FIELDS_MAX_SITES.
uint32_t fields_sites(struct fields *s, const struct field_group *g, bool atomic,
                      struct site *ret_sites);
/// Two threads may be at them at the same time.
bool fields_may_meet(const struct program *p, const struct site *a, const struct site *b);
/// Nobody in the program calls it: what its callees do for it is told here.
bool fields_is_outermost(const struct program *p, node_id n);
/// Place of a site for a message: the access itself when a callee makes it, site 0 else.
struct flow_site fields_inner(const struct program *p, const struct site *x);

#endif
