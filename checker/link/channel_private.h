// Private to link: what functions do to the places that queues are made of. channel_change.c
// collects it, channel_wrapper.c finds conditions behind functions of the project, channel.c makes
// queues of it, channel_refusal.c and channel_query.c answer questions about them.
#ifndef CHECKER_LINK_CHANNEL_PRIVATE_H
#define CHECKER_LINK_CHANNEL_PRIVATE_H

#include "checker/link/channel.h"
#include "checker/link/program_private.h"

enum change_kind {
    CHANGE_LINK,   // a pointer is set to an item
    CHANGE_UNLINK, // a pointer is set to the item after the one it points to
    CHANGE_CLEAR,  // a pointer or number is set to 0
    CHANGE_SET,    // a number is set to another constant
    CHANGE_ADD,    // a container gets an item
    CHANGE_REMOVE, // a container loses one
    CHANGE_UP,     // a number goes up
    CHANGE_DOWN,
    CHANGE_STORE, // an item is linked to another one, or put into an array
};

struct place_change {
    expr_id class; // none for CHANGE_STORE through a pointer alone
    uint8_t kind;  // enum change_kind
    bool indexed;  // CHANGE_STORE: into an element of an array
    bool chains;   // a field that points to another object of its own kind: `item->next`
    struct fn_ref fn;
    loc_id loc;
    loc_id via; // of the call in the function asked for that leads there, none when it is its own
};

struct changes {
    VEC(struct place_change) items;
};

// A comparison of a place with something that is not 0 or 1.
struct measure {
    expr_id class;
    struct flow_site site;
    node_id node;
};

struct measures {
    VEC(struct measure) items;
};

struct conditions {
    VEC(struct program_condition) items;
};

/// Adds what functions that wait or signal for their callers do in calls.
void channel_add_wrappers(struct program *p, struct arena *arena, struct conditions *conditions);
/// Appends what `n` does to places that have a class, and up to `depth` calls further down, but not
/// in functions marked in `closed` [nodes].
void channel_changes(const struct program *p, node_id n, unsigned depth, const bool *closed,
                     struct arena *arena, struct changes *out);
/// Everything the program compares with more than 0 or 1, sizes of containers included.
void channel_measures(const struct program *p, struct arena *arena, struct measures *out);

#endif
