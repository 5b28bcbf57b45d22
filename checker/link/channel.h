// Queues between threads, recognised from their shape: a condition variable, the lock it is waited
// with, and a list, container or ring that those who signal grow and those who wait shrink. Nothing
// goes by names of functions or types of the project.
#ifndef CHECKER_LINK_CHANNEL_H
#define CHECKER_LINK_CHANNEL_H

#include "checker/link/program.h"

enum channel_kind {
    CHANNEL_LIST,      // items linked by pointers
    CHANNEL_CONTAINER, // std::queue and the like
    CHANNEL_RING,      // elements of an array
};

// What a sender does when the queue has reached its capacity.
enum channel_full {
    FULL_GROWS,  // there is no capacity
    FULL_WAITS,  // until a receiver made room
    FULL_FAILS,  // it is tested: the item is refused or dropped
    FULL_TESTED, // somebody else looks at the number of items
};

// A place in a function that adds, takes or closes.
struct channel_use {
    node_id node; // whose business it is: signals, waits or sets the flag
    struct fn_ref fn;
    loc_id loc;            // in the facts of `fn`, which is `node` or a callee
    struct flow_site site; // the same place, or the call in `node` that leads there
};

struct program_channel {
    uint8_t kind;  // enum channel_kind
    uint8_t full;  // enum channel_full
    expr_id place; // class of what grows and shrinks
    expr_id count; // class of the number of items, none when nothing keeps it
    expr_id lock;  // class, none when a wrapper of the condition hides it
    expr_id cond;  // class: the receivers wait for it
    expr_id room;  // class: the senders wait for it when the queue is full, none when they do not
    bool waits_forever;   // some sender waits for room without a time limit
    VEC(node_id) waiters; // functions in which senders wait for room: they send, or call who does
    VEC(struct channel_use) sends;
    VEC(struct channel_use) receives;
    VEC(struct channel_use) closes; // sets something the receivers look at to a number, and wakes
    struct flow_site limit;         // where the number of items is compared, if it is
};

// What a sender does with an item for which there is no room.
struct channel_refusal {
    struct fn_ref fn; // the sender
    loc_id loc;       // of the test
    bool acts;        // it calls something, counts or stores something
    bool waits;
    bool tells;    // it returns a number that it does not return when the item was taken
    int64_t value; // that number
};

uint32_t program_channel_count(const struct program *p);
const struct program_channel *program_channel(const struct program *p, uint32_t index);
/// "list", "container", "ring".
const char *program_channel_kind(const struct program_channel *c);
/// What sender `index` does when a test of the number of items keeps it from sending; false when it
/// makes no such test itself.
bool program_channel_refusal(const struct program *p, const struct program_channel *c,
                             uint32_t index, struct arena *scratch,
                             struct channel_refusal *ret_refusal);
/// A root of kind thread that comes to some receiver, UINT32_MAX for none.
uint32_t program_channel_reader(const struct program *p, const struct program_channel *c);
/// The number of items (or the container's own) is compared with something or read by a function
/// that neither sends nor receives.
bool program_channel_is_watched(const struct program *p, const struct program_channel *c);

#endif
