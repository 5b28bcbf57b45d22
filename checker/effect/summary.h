// What a function does that concerns its callers: effects on locks, threads, descriptors and memory
// it can reach through parameters and globals, by case of result. Models are summaries written by
// hand.
//
// Idea: procedure summaries as sets of (condition, effects) cases, after Sharir and Pnueli (1981),
// with property states merged as in ESP (Das, Lerner, Seigle, PLDI 2002).
#ifndef CHECKER_EFFECT_SUMMARY_H
#define CHECKER_EFFECT_SUMMARY_H

#include "checker/effect/expr.h"

enum effect_kind {
    EFFECT_NONE,
    EFFECT_ACQUIRE,   // a: lock location; b: mode or none
    EFFECT_RELEASE,   // a: lock location
    EFFECT_LOCKS,     // a: acquired and released inside
    EFFECT_WAIT,      // a: condition location, b: lock location: released while waiting, held again
                      // after
    EFFECT_SIGNAL,    // a: condition location
    EFFECT_LOCK_INIT, // a: lock location, b: kind value (1 = recursive) or none
    EFFECT_LOCK_DESTROY, // a: location (lock, condition, ...)
    EFFECT_SPAWN,  // a: function value, b: argument value, c: location that receives the handle, d:
                   // detached value or none
    EFFECT_JOIN,   // a: handle value
    EFFECT_DETACH, // a: handle value
    EFFECT_OPEN,   // a: descriptor value that is new
    EFFECT_CLOSE,  // a: descriptor value
    EFFECT_FREE,   // a: pointer value
    EFFECT_ALLOC, // a: pointer value that is new; b: what the memory is filled with, none = nothing
    EFFECT_SET,   // a: location, b: value stored
    EFFECT_RETURN,   // a: value returned
    EFFECT_ESCAPE,   // a: value that is kept beyond the call
    EFFECT_CALLBACK, // a: function value called before return, b: its argument or none
    EFFECT_SLEEP,    // a: duration value or none; b: unit in nanoseconds
    EFFECT_BLOCK,    // may wait for something outside; a: how many bytes it writes, or none
    EFFECT_ACCEPT,   // takes a new connection or message from outside: one iteration = one item of
                     // input
    EFFECT_NORETURN,
    EFFECT_USE, // a: value of a descriptor or stream that must be open; location of an object that
                // must be initialised
    EFFECT_JOIN_OWNER, // a: handle location: destructor that joins (jthread) or ends the program
                       // when joinable (c = 1)
    EFFECT_KIND_COUNT,
};

enum {
    EF_SHARED = 1,     // read side of a lock
    EF_ANY_MODE = 2,   // releases whichever mode is held
    EF_RECURSIVE = 4,  // may be taken again by its holder
    EF_OWNERLESS = 8,  // semaphore-like: release by others is normal
    EF_PREDICATE = 16, // wait that re-tests its predicate itself
    EF_TIMED = 32,
    EF_MAYBE = 64,    // only on some paths of a case
    EF_ONCE = 256,    // callback that runs in the first of all calls only; the others wait for it
    EF_ORDERLY = 128, // noreturn that runs exit handlers and destroys static objects
};

struct effect {
    uint8_t kind;
    uint16_t flags;
    expr_id a;
    expr_id b;
    expr_id c;
    expr_id d;
    uint32_t site; // inferred: program-wide place number (see flow.h), 0 in models
};

// `e` cmp `num`; e speaks of EX_RET, EX_PARAM and loads.
struct constraint {
    expr_id e;
    uint8_t cmp; // OPR_EQ .. OPR_GE
    int64_t num;
};

struct summary_case {
    bool usually; // taken alone when the caller does not look at the result
    const struct constraint *when;
    uint32_t when_count;
    const struct effect *effects;
    uint32_t effect_count;
};

enum {
    SUMMARY_NORETURN = 1,
    SUMMARY_PARTIAL = 2, // body incomplete: absence of an effect proves nothing
    SUMMARY_MODEL = 4,
    SUMMARY_UNKNOWN = 8, // analysis gave up
    SUMMARY_WEAK = 16,   // models: a body in the program goes before it
};

enum { MODEL_MAX_PARAMS = 12 };

struct summary {
    struct str name;
    uint32_t flags;
    uint32_t param_count;
    struct str params[MODEL_MAX_PARAMS];      // names, for printing
    struct str param_marks[MODEL_MAX_PARAMS]; // models: text that the link key must contain, or
                                              // "move"; empty = any
    bool variadic;
    const struct summary_case *cases;
    uint32_t case_count;
    const struct summary *next; // models: further overloads
};

enum { TOKEN_BYTES = 8 }; // who writes no more than this wakes somebody: it does not wait

/// One line per case, in model notation: "name(a, b) -> 0 : acquire *a, set b->$x = 1".
void summary_print(const struct expr_table *t, const struct summary *s, struct buf *out);
const char *effect_name(enum effect_kind kind);

#endif
