// Library models: rules/models/*.model (built in) and the user's own. A model is a summary written by hand, in the
// notation that inferred summaries print in. docs/models.md is the reference.
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
    TRAIT_THREAD = 32,   // object that owns a thread and must not die joinable (std::thread)
    TRAIT_JTHREAD = 64,  // owns a thread and joins it when it dies
    TRAIT_FUTURE = 128,
    TRAIT_SEMAPHORE = 256,
    TRAIT_ATOMIC = 512,
};

struct model_set;

/// All built-in models over `exprs`. A broken built-in model is a programming error caught by tests; it is told in `err`
/// and NULL is returned.
struct model_set *model_set_new(struct arena *arena, struct expr_table *exprs, struct error *err);
/// Adds a model text; a function defined again (in another text) replaces the earlier one. The error names `name`, the
/// line and what was expected.
bool model_add(struct model_set *set, struct str name, struct str text, struct error *err);
/// Model of a call: by qualified name, then by what the link key must contain, then by argument count. NULL when none.
/// `is_move`: the callee is a copy or move constructor or assignment.
const struct summary *model_find(const struct model_set *set, struct str function, struct str key,
                                 uint32_t arg_count, bool is_move);
/// TRAIT_* of a type name ("pthread_mutex_t", "std::mutex"), 0 when unknown.
uint32_t model_type_traits(const struct model_set *set, struct str type);
/// Calls `visit` for every function with a model, in file order (for docs and checks).
void model_visit(const struct model_set *set,
                 void (*visit)(void *ctx, const struct summary *s, struct str source), void *ctx);
struct hash128 model_set_hash(const struct model_set *set);

#endif
