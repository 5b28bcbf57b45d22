// One class of paths at one point: property (locks, objects) and simulation (memory, constraints).
// Private to flow. Arrays are sorted by expression id and live in the run's scratch arena; a world
// is copied before it is changed.
#ifndef CHECKER_FLOW_WORLD_H
#define CHECKER_FLOW_WORLD_H

#include "checker/flow/flow.h"

struct mem_cell {
    expr_id loc;
    expr_id val;
};

enum { RANGE_MAX_NE = 3 };

// What is known of a value: lo <= v <= hi, and v is none of ne[].
struct range {
    int64_t lo;
    int64_t hi;
    uint8_t ne_count;
    int64_t ne[RANGE_MAX_NE];
};

struct known_value {
    expr_id val;
    struct range range;
};

enum { MAX_DECISIONS = 4 };

// How a condition that is tested more than once came out on this path. Worlds that decided
// differently are kept apart for a while: "not (a and b)" is more than what is left of it when the
// two ways to it are joined.
struct decision {
    uint32_t val; // val_id of the condition's left side
    bool sense;
};

struct world {
    struct lock_state *locks;
    struct object_state *objects;
    struct mem_cell *mem;
    struct known_value *known;
    uint16_t lock_count, lock_cap;
    uint16_t object_count, object_cap;
    uint16_t mem_count, mem_cap;
    uint16_t known_count, known_cap;
    uint64_t known_bits; // at least expr_part of each value in `known`
    uint32_t trace;
    struct decision decisions[MAX_DECISIONS]; // sorted by val
    uint8_t decision_count;
    bool handshake; // a wait or blocking call happened since the last spawn
};

enum { WORLD_MAX_CELLS = 4000 };

struct world_space {
    struct arena *arena;
    struct expr_table *exprs;
};

struct world world_copy(const struct world_space *s, const struct world *w);
/// Makes *to, whose arrays live in `s`, equal to `from`, which may live elsewhere; takes the room
/// *to has where it suffices.
void world_keep(const struct world_space *s, struct world *to, const struct world *from);

struct lock_state *world_lock(struct world *w, expr_id lock); // NULL when untouched
struct lock_state *world_lock_add(const struct world_space *s, struct world *w, expr_id lock);
void world_lock_remove(struct world *w, uint32_t index);
struct object_state *world_object(struct world *w, expr_id value);
struct object_state *world_object_add(const struct world_space *s, struct world *w, expr_id value);

void world_object_remove(struct world *w, uint32_t index);

/// Content of a location: what was stored, or a symbol for what was there at entry.
expr_id world_read(const struct world_space *s, const struct world *w, expr_id loc);
void world_write(const struct world_space *s, struct world *w, expr_id loc, expr_id val);
/// Sets one cell and leaves all others alone.
void world_put(const struct world_space *s, struct world *w, expr_id loc, expr_id val);
/// Forgets what is stored in and below `loc`.
void world_forget(const struct world_space *s, struct world *w, expr_id loc);

struct range range_any(void);
/// Range of a value: exact for constants, addresses are non-zero.
struct range world_range(const struct world_space *s, const struct world *w, expr_id val);
/// True when what is known of `val` does not speak against `val` cmp `num`.
bool world_can_be(const struct world_space *s, const struct world *w, expr_id val, uint8_t cmp,
                  int64_t num);
/// Assumes `val` cmp `num`; false when that cannot be.
bool world_assume(const struct world_space *s, struct world *w, expr_id val, uint8_t cmp,
                  int64_t num);
/// Assumes a cmp b for two values.
bool world_assume_values(const struct world_space *s, struct world *w, uint8_t cmp, expr_id a,
                         expr_id b);
bool range_disjoint(struct range a, struct range b);
struct range range_join(struct range a, struct range b);
/// Replaces what is known of a symbol.
void world_set_range(const struct world_space *s, struct world *w, expr_id val, struct range r);
void world_forget_known(struct world *w, expr_id val);

/// Replaces `from` by `to` everywhere in the world.
void world_rename(const struct world_space *s, struct world *w, expr_id from, expr_id to);
/// True when `e` occurs in the world.
bool world_mentions(const struct world_space *s, const struct world *w, expr_id e);
bool world_property_mentions(const struct world_space *s, const struct world *w, expr_id e);
/// Parts (see expr_part) of all that the property speaks of.
uint64_t world_property_parts(const struct world_space *s, const struct world *w);

bool world_same_property(const struct world *a, const struct world *b);
/// Adds the doubts about classes that `b` has to `a`; true when there were more.
bool world_join_doubts(const struct world_space *s, struct world *a, const struct world *b);
bool world_same_decisions(const struct world *a, const struct world *b);
void world_decide(struct world *w, uint32_t val, bool sense);
/// True when joining `b` (same property) at `block` would leave `a` as it is, but for its
/// handshake. Most joins do; this costs less.
bool world_covers(const struct world_space *s, const struct world *a, const struct world *b,
                  uint32_t block);
/// Joins `b` into `a` (same property) at block `block`; true when `a` changed. `widen` gives up
/// ranges that grow.
bool world_merge(const struct world_space *s, struct world *a, const struct world *b,
                 uint32_t block, bool widen);
/// Joins the property of `b` into `a` although they differ: what differs becomes LOCK_MAYBE /
/// OBJECT_UNKNOWN. True when `a` changed.
bool world_merge_property(const struct world_space *s, struct world *a, const struct world *b);

#endif
