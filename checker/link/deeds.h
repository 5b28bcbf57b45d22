// What functions do to threads and to what threads wait for: deeds. Private to link.
//
// A deed of a callee on something it was given is listed for its callers too, with their arguments;
// one that has a class is found by it and stays with the function that does it.
#ifndef CHECKER_LINK_DEEDS_H
#define CHECKER_LINK_DEEDS_H

#include "checker/link/program_private.h"

enum deed_kind {
    DEED_SPAWN,     // place: where the handle goes
    DEED_JOIN,      // place: handle
    DEED_DETACH,    // place: handle
    DEED_CANCEL,    // place: handle
    DEED_INTERRUPT, // place: handle of the thread that gets a signal
    DEED_WAKE,      // place: condition, semaphore or descriptor
    DEED_CLOSE,     // place: descriptor
    DEED_WAIT,      // for a condition. place: the condition
    DEED_BLOCK,     // place: semaphore or descriptor, none for poll and the like
    DEED_FREE,      // place: pointer; record: what it points to
    DEED_SLEEP,     // num: nanoseconds, 0 when not known
};

enum {
    DEED_TIMED = 1,  // comes back after some time
    DEED_MAYBE = 2,  // may do without, as a read of a descriptor that is set to non-blocking
    DEED_OBJECT = 4, // place: an object, as opposed to the number of a descriptor
    DEED_OWN = 8,    // place: of the thread itself
    DEED_MOVED =
        16, // DEED_SPAWN: the handle goes on to another place, see the other deeds of the op
};

struct deed {
    uint8_t kind;  // enum deed_kind
    uint8_t flags; // DEED_*
    node_id node;
    op_id op;       // the call
    expr_id place;  // location, or EX_PARAM; none when it has no name
    expr_id class;  // of the place; none for locals and parameters
    uint32_t inner; // number of the callee's deed + 1; 0 = a library function does it
    int64_t num;
    uint32_t record; // name of the record in the program's names, 0 when not known
};

struct deeds {
    VEC(struct deed) items;
    uint32_t *first; // [nodes]
    uint32_t *count; // [nodes]
};

/// Deeds of `n`, *ret_count of them, in the order of its ops.
const struct deed *deeds_of(const struct program *p, node_id n, uint32_t *ret_count);
/// What stands for a place in all functions: the global, or the field of whatever object, also of a
/// global one. None for locals, parameters and fields of records without a name.
expr_id deed_class(const struct program *p, expr_id place);
/// The place without elements and the notes of models: where a handle is kept.
expr_id deed_home(const struct expr_table *t, expr_id place);

#endif
