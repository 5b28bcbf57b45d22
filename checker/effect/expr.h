// Symbolic expressions of the analysis, shared by models, summaries and flow. Hash-consed in one
// table per program: equal id = same expression. Names are interned in the table, so expressions of
// different translation units compare.
//
// A *location* names a place in memory, a *value* what is in it. Roots that mean the same in every
// function (parameters, globals, the result) let a summary be applied by substitution (expr_subst).
#ifndef CHECKER_EFFECT_EXPR_H
#define CHECKER_EFFECT_EXPR_H

#include "checker/base/buf.h"
#include "checker/base/intern.h"
#include "checker/base/map.h"

typedef struct {
    uint32_t v;
} expr_id;

enum expr_kind {
    EX_NONE,
    // values
    EX_CONST,   // num
    EX_STR,     // name
    EX_FN,      // name = link key, aux = display name, a = closure address or none
    EX_PARAM,   // num: content of the parameter at entry
    EX_RET,     // result, in summaries
    EX_RESULT,  // num: site; what a call yielded, in flow
    EX_FRESH,   // num: site; object made by an effect (a thread, a descriptor, memory)
    EX_MERGE,   // num: block, aux: variable or location; values joined
    EX_OLD,     // a: the value a site or merge had in an earlier iteration
    EX_UNKNOWN, // num: unique
    EX_LOAD,    // a: location
    EX_ADDR,    // a: location
    EX_UNARY,   // op, a
    EX_BINARY,  // op, a, b
    // locations
    EX_GLOBAL, // name = link key, aux = display name
    EX_LOCAL,  // num: variable of the function, aux = display name
    EX_FIELD,  // a: location, name, aux = record name (0 unknown; not part of identity for ghost
               // fields)
    EX_INDEX,  // a: location, b: value (EX_NONE: any element)
    EX_DEREF,  // a: value
};

struct expr {
    uint8_t kind;
    uint8_t op; // enum ir_operator
    uint16_t depth;
    uint32_t name;
    uint32_t aux;
    expr_id a;
    expr_id b;
    uint32_t kinds; // kinds of all its nodes, a bit each
    int64_t num;
    uint64_t parts; // ids of all its nodes, hashed to one bit each (Bloom, CACM 1970)
};

// Where an expression is found by its content. Eight bytes, half of what a map takes: most of the
// time of a search goes into waiting for memory.
struct expr_slot {
    uint32_t tag; // upper half of the hash
    uint32_t id;  // 0 = free
};

struct expr_table {
    struct arena *arena;
    struct interner names;
    struct expr_slot *slots; // linear probing, at most half full
    uint32_t slot_count;     // a power of two
    struct map wrappers;     // names of records that only wrap a lock
    VEC(struct expr) items;  // items.data[0] is EX_NONE
    VEC(uint32_t) classes;   // [id]: expr_class of it + 1, 0 = not asked for yet
};

enum { EXPR_MAX_DEPTH = 24 }; // deeper becomes EX_UNKNOWN

void expr_table_init(struct expr_table *t, struct arena *arena);
static inline const struct expr *expr_get(const struct expr_table *t, expr_id e) {
    return &t->items.data[e.v < t->items.len ? e.v : 0];
}

expr_id expr_const(struct expr_table *t, int64_t num);
expr_id expr_str(struct expr_table *t, struct str text);
expr_id expr_fn(struct expr_table *t, struct str key, struct str display, expr_id closure);
/// The same function (EX_FN), without what it captured.
expr_id expr_without_closure(struct expr_table *t, expr_id fn);
expr_id expr_param(struct expr_table *t, uint32_t index);
expr_id expr_ret(struct expr_table *t);
/// EX_RESULT, EX_FRESH, EX_UNKNOWN.
expr_id expr_numbered(struct expr_table *t, enum expr_kind kind, int64_t num);
expr_id expr_merge(struct expr_table *t, uint32_t block, uint32_t what);
expr_id expr_old(struct expr_table *t, expr_id value);
/// Folds constants.
expr_id expr_unary(struct expr_table *t, uint8_t op, expr_id a);
expr_id expr_binary(struct expr_table *t, uint8_t op, expr_id a, expr_id b);
expr_id expr_global(struct expr_table *t, struct str key, struct str display);
expr_id expr_local(struct expr_table *t, uint32_t number, struct str display);
expr_id expr_field(struct expr_table *t, expr_id location, struct str name, struct str record);
expr_id expr_index(struct expr_table *t, expr_id location, expr_id value);
/// deref(addr(l)) = l, addr(deref(v)) = v.
expr_id expr_deref(struct expr_table *t, expr_id value);
expr_id expr_addr(struct expr_table *t, expr_id location);
expr_id expr_load(struct expr_table *t, expr_id location);

static inline bool expr_same(expr_id a, expr_id b) {
    return a.v == b.v;
}
bool expr_is_location(const struct expr_table *t, expr_id e);
/// The bit that stands for `part` in `parts` of expressions it occurs in.
static inline uint64_t expr_part(expr_id part) {
    return (uint64_t)1 << (part.v * 0x9e3779b1u >> 26);
}
/// expr_contains for an `e` of which `parts` does not tell; private to it.
bool expr_contains_inside(const struct expr_table *t, expr_id e, expr_id part);
/// True when `part` occurs in `e` (or is it).
static inline bool expr_contains(const struct expr_table *t, expr_id e, expr_id part) {
    return e.v == part.v ||
           ((expr_get(t, e)->parts & expr_part(part)) && expr_contains_inside(t, e, part));
}
#define EXPR_KIND(kind) ((uint32_t)1 << (kind))
/// Kinds that mean something within one function only.
#define EXPR_INNER                                                                                 \
    (EXPR_KIND(EX_LOCAL) | EXPR_KIND(EX_RESULT) | EXPR_KIND(EX_FRESH) | EXPR_KIND(EX_MERGE) |      \
     EXPR_KIND(EX_OLD) | EXPR_KIND(EX_UNKNOWN))
/// True when some node of `e` has one of these kinds.
static inline bool expr_has_kinds(const struct expr_table *t, expr_id e, uint32_t kinds) {
    return (expr_get(t, e)->kinds & kinds) != 0;
}
/// True when some node of `e` has this kind.
static inline bool expr_has_kind(const struct expr_table *t, expr_id e, enum expr_kind kind) {
    return expr_has_kinds(t, e, EXPR_KIND(kind));
}
/// True when the two are alike but for one part; what they have there, innermost, goes to *ret_a
/// and *ret_b.
bool expr_difference(const struct expr_table *t, expr_id a, expr_id b, expr_id *ret_a,
                     expr_id *ret_b);
/// Root of a location: EX_GLOBAL, EX_LOCAL or the value it is reached through.
expr_id expr_root(const struct expr_table *t, expr_id location);
/// Place whose content the expression is; none for anything but a load.
expr_id expr_place_of_load(const struct expr_table *t, expr_id e);

/// Rewrites bottom-up: each node is offered to `replace` (after its operands were rewritten); a
/// returned id other than EX_NONE stands in for it. Smart constructors apply again. Only nodes of
/// `kinds` are replaced: what holds none is left alone.
typedef expr_id (*expr_replacer)(void *ctx, struct expr_table *t, expr_id e);
expr_id expr_rewrite(struct expr_table *t, expr_id e, uint32_t kinds, expr_replacer replace,
                     void *ctx);
/// `e` with `to` in the place of `from`.
expr_id expr_replaced(struct expr_table *t, expr_id e, expr_id from, expr_id to);

/// Readable C-like text: "q->mu", "log_mu", "locks[i]", "*arg1", "&x". `params` gives parameter
/// names or NULL.
void expr_print(const struct expr_table *t, expr_id e, const struct str *params,
                uint32_t param_count, struct buf *out);
/// Identity where instances cannot be told apart: the global itself, else "struct q::mu" of the
/// last field. EX_NONE when there is neither (locals, parameters).
/// The field of a wrapper is no field to go by: of `q->lock.mtx` it is "struct q::lock".
expr_id expr_class(struct expr_table *t, expr_id location);
/// The same, with the fields of wrappers.
expr_id expr_own_class(struct expr_table *t, expr_id location);
/// Says that records of this name do nothing but wrap a lock or condition.
void expr_note_wrapper(struct expr_table *t, struct str record);
bool expr_is_wrapper(const struct expr_table *t, struct str record);

#endif
