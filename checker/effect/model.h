// Library models: rules/models/*.model (built in) and the user's own. A model is a summary written
// by hand, in the notation that inferred summaries print in. docs/models.md is the reference.
#ifndef CHECKER_EFFECT_MODEL_H
#define CHECKER_EFFECT_MODEL_H

#include "checker/base/err.h"
#include "checker/base/hash.h"
#include "checker/effect/summary.h"

// Built-in models, embedded at build time (generated).
struct model_source {
    const char *name; // "pthread.model"
    const char *text;
};
extern const struct model_source model_sources[];
extern const size_t model_source_count;

enum {
    TRAIT_LOCK = 1,      // mutex, spin lock, rwlock
    TRAIT_RECURSIVE = 2, // its holder may take it again
    TRAIT_GUARD = 4,     // object that holds a lock while it lives
    TRAIT_HANDLE = 8,    // identifies a thread
    TRAIT_CONDITION = 16,
    TRAIT_THREAD = 32,  // object that owns a thread and must not die joinable (std::thread)
    TRAIT_JTHREAD = 64, // owns a thread and joins it when it dies
    TRAIT_FUTURE = 128,
    TRAIT_SEMAPHORE = 256,
    TRAIT_ATOMIC = 512,
    TRAIT_TOKEN = 1 << 15, // tells whoever is given it that it should stop
};

enum {
    FN_SIGNAL_SAFE = 1,     // may be called from a signal handler
    FN_SIGNAL_UNSAFE = 2,   // must not be
    FN_MT_UNSAFE = 4,       // works on hidden static state without a lock
    FN_MT_READS = 8,        // only reads that state: unsafe beside a function that is FN_MT_UNSAFE
    FN_MT_GUARDED = 16,     // standards leave it open, the C libraries of today guard the state
    FN_ATOMIC_LOAD = 64,    // of what argument 0 points to
    FN_ATOMIC_STORE = 128,  // of argument 1
    FN_ATOMIC_UPDATE = 256, // read and write in one step
    FN_ATOMIC_CAS = 512,
    FN_ATOMIC_WEAK_CAS = 1024, // may fail for no reason
    FN_NAMES_THREAD = 8192,
    FN_ATOMIC_LEGACY = 1 << 23, // of a family without loads: others read plainly
    FN_FORKS = 2048,
    FN_EXECS = 4096,             // replaces the program of the process, or ends it at once
    FN_WAKES = 1 << 24,          // whoever waits for what it uses goes on
    FN_CANCEL_STATE = 1 << 25,   // lets the calling thread be cancelled, or not
    FN_CANCEL_TYPE = 1 << 26,    // argument 0 is 1: it may be cancelled anywhere
    FN_CANCEL_CLEANUP = 1 << 27, // something will be done when the calling thread is cancelled
    FN_KILLS_THREAD = 1 << 28,   // ends another thread wherever it is
    FN_ENDS_THREAD = 1 << 29,    // does not come back, and that is no crash
    FN_SIGNAL_DOUBTFUL = 32,     // not promised to be safe, but it takes no lock in practice
    FN_KEY_GET = 1 << 14,        // value that this thread keeps under the key that is argument 0
    FN_KEY_SET = 1 << 15,
    FN_PATH_ASKS = 1 << 16,       // tells something about the file that an argument names
    FN_PATH_OPENS = 1 << 17,      // opens it; the next argument says how: flags of open, or text
    FN_PATH_ALTERS = 1 << 18,     // creates it, or changes who may use it
    FN_FILE_ASKS = 1 << 19,       // tells something about an open file
    FN_ATOMIC_EXCHANGE = 1 << 21, // FN_ATOMIC_UPDATE that stores argument 1 as it is
    FN_ATOMIC_TEST_AND_SET = 1 << 22, // FN_ATOMIC_UPDATE that sets a flag
    FN_MASKS_SIGNALS = 1 << 30,       // holds signals back, or lets them come
    FN_COPIES = 1 << 20, // copies what argument 1 points to over what argument 0 points to
};

// What a function is to a queue, promise or pipe.
enum {
    ROLE_ADDS = 1,        // puts an item into the container argument 0 points to
    ROLE_REMOVES = 2,     // takes one out, or all
    ROLE_COUNTS = 4,      // tells how many are in it
    ROLE_FULFILS = 8,     // gives the promise argument 0 points to its value or exception
    ROLE_RECEIVES = 16,   // from the descriptor that is argument 0; the result 0 means its end
    ROLE_AWAITS = 256,    // returns when others have done something to what argument 0 points to
    ROLE_MAKES_PIPE = 32, // stores the two ends of a pipe, the one to read from first, in the array
                          // argument 0 points to
    ROLE_CONNECTS = 64,   // asks another process or machine, which may refuse at once
    ROLE_PARSES = 128,    // its result is a number that stands in a text
};

enum { FN_NO_ARG = -1 };

// What a model file says of a library function besides its effects: a line "function NAME... :
// PROPERTY...".
struct model_function {
    uint32_t reads; // bit i: reads what argument i points to
    int8_t read_arg;
    uint32_t flags;        // FN_*
    struct str state;      // FN_MT_*: name of the hidden state, equal for functions that share it
    struct str instead;    // the function to use in its place, may be empty
    int8_t null_arg;       // FN_MT_*: only when this argument is NULL
    int8_t fills_arg;      // writes what this argument points to
    int8_t handler_arg;    // installs this argument as the handler of signal argument 0
    int8_t action_arg;     // the same, in a field of what this argument points to
    int8_t exit_arg;       // runs this argument when the process exits
    int8_t path_arg;       // FN_PATH_*: the name of the file
    int8_t cancels_arg;    // asks the thread with this handle to end
    int8_t interrupts_arg; // sends the thread with this handle the signal of the next argument
    int8_t worker_arg;     // runs this argument some time on a thread of a pool of its own
    uint32_t roles;        // ROLE_*
};

struct model_set;

/// All built-in models over `exprs`. A broken built-in model is a programming error caught by
/// tests; it is told in `err` and NULL is returned.
struct model_set *model_set_new(struct arena *arena, struct expr_table *exprs, struct error *err);
/// A set without the built-in models.
struct model_set *model_set_empty(struct arena *arena, struct expr_table *exprs);
/// Adds a model text; a function defined again (in another text) replaces the earlier one. The
/// error names `name`, the line and what was expected.
bool model_add(struct model_set *set, struct str name, struct str text, struct error *err);
/// Model of a call: by qualified name, then by what the link key must contain, then by argument
/// count. NULL when none. `is_move`: the callee is a copy or move constructor or assignment.
const struct summary *model_find(const struct model_set *set, struct str function, struct str key,
                                 uint32_t arg_count, bool is_move);
/// TRAIT_* of a type name ("pthread_mutex_t", "std::mutex"), 0 when unknown.
uint32_t model_type_traits(const struct model_set *set, struct str type);
/// Properties of a library function, NULL when none are known. "std::" may stand before the name.
const struct model_function *model_function_find(const struct model_set *set, struct str function);

enum field_role { FIELD_NOTHING, FIELD_HANDLER, FIELD_WORKER };

/// What a function stored in a field of this name is: a signal handler ("sa_handler"), run on
/// threads of the library ("sigev_notify_function").
enum field_role model_field_role(const struct model_set *set, struct str field);
/// Calls `visit` for every function with a model, in file order (for docs and checks).
void model_visit(const struct model_set *set,
                 void (*visit)(void *ctx, const struct summary *s, struct str source), void *ctx);
struct hash128 model_set_hash(const struct model_set *set);

#endif
