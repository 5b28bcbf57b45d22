// State of one flow run. Private to flow: run.c (worklist), step.c (ops), apply.c and apply_acts.c
// (callees), acts.c (acts), locks.c, objects.c and life.c (effects of the domains), eval.c (facts
// -> expressions), condense.c (exits -> summary).
#ifndef CHECKER_FLOW_RUN_H
#define CHECKER_FLOW_RUN_H

#include "checker/base/map.h"
#include "checker/flow/world.h"

typedef VEC(struct world) world_vec;
typedef VEC(struct effect) effect_vec;

// A local that a loop changes.
struct loop_var {
    expr_id loc;
    bool counts;  // by an update such as i++: even a constant start gets a symbol
    bool partial; // only a field of it is written: no symbol
};

struct slot {
    struct world world;
    bool dirty;
    uint16_t merges;
};

#define NO_LOOP UINT32_MAX

struct block_state {
    VEC(struct slot) slots;
    bool is_loop_head;
    uint32_t waits_until; // last block + 1 of a loop around it that waits for other threads
    bool in_loop;
    uint16_t dirty;      // slots that are
    uint32_t loop;       // head of the innermost loop around it, NO_LOOP when there is none
    uint32_t loop_end;   // loop heads: its last block
    uint32_t loop_outer; // loop heads: head of the loop around it
    VEC(struct loop_var) modified; // loop heads: locals written in the loop
};

struct run {
    const struct flow_context *c;
    struct world_space space; // of worlds on their way through a block
    struct world_space kept;  // of worlds that wait at blocks
    const struct facts *f;
    struct fn_ref fn;
    const struct ir_fn *ir;
    enum flow_domain domain;
    struct flow_result *out;
    struct block_state *blocks; // [ir->block_count]
    uint32_t steps;
    uint32_t limit;
    uint32_t block; // index of the block being run
    struct map event_keys;
    struct map exit_keys;
    struct map used; // calls whose result is used: 2 when it is handed to another call, which may
                     // act on it
    expr_id *var_cache; // EX_LOCAL / EX_GLOBAL per variable of the TU, by var id - lazily
    struct map tested;  // val_id of a condition's left side -> branches that test it
    struct map vars;
    struct map live_bits; // number of an EX_LOCAL -> its bit in `live`
    uint64_t *live;       // [block_count * live_words]
    uint32_t live_words;
    bool is_main;
    struct map act_keys;
    struct flow_point *points;  // those of `out`
    VEC(expr_id) joined_arrays; // arrays of handles some element of which is joined or detached
};

// --- eval.c ---
expr_id run_var(struct run *r, var_id var);
/// Location of a path in this world.
expr_id run_location(struct run *r, const struct world *w, path_id path);
/// Value in this world.
expr_id run_value(struct run *r, const struct world *w, val_id val);
/// Pseudo-location that keeps the result of a call, and its number as an EX_LOCAL.
expr_id run_result_loc(struct run *r, call_id call);
uint32_t run_result_number(call_id call);
/// The expression is a class of locks, which stands for every one of them.
bool run_is_class(const struct run *r, expr_id lock);
/// The number of an EX_RESULT is that of a call, which makes it anew each time; others are results
/// of pure functions.
bool run_is_own_result(int64_t num);
/// A new symbol for this site: an older one of the same site becomes EX_OLD.
expr_id run_fresh(struct run *r, struct world *w, enum expr_kind kind, int64_t num);
/// A place was reached through a pointer: that pointer is not null from here on.
void run_followed(struct run *r, struct world *w, expr_id location);
/// Local variable (not parameter content) a location lies in without going through a pointer; none
/// otherwise.
expr_id run_local_root(struct run *r, expr_id location);

/// The symbol means something new from here on: what has it now becomes EX_OLD. `var` is what the
/// next round overwrites.
void run_age(struct run *r, struct world *w, expr_id symbol, expr_id var);

// --- apply.c ---
/// Runs a call in `w`; appends the resulting worlds to `out`.
void run_call(struct run *r, const struct world *w, call_id call, world_vec *out);

// --- locks.c ---
void lock_acquire(struct run *r, struct world *w, expr_id lock, uint8_t flags, call_id call,
                  uint32_t inner);
void lock_release(struct run *r, struct world *w, expr_id lock, call_id call, uint32_t inner);
void lock_touch(struct run *r, struct world *w, expr_id lock, uint8_t flags, call_id call,
                uint32_t inner);
void lock_destroy(struct run *r, struct world *w, expr_id lock, call_id call);
void lock_wait(struct run *r, struct world *w, expr_id lock, call_id call, uint32_t inner);
/// Held here, so that a try by the same thread cannot succeed.
bool lock_is_held(struct run *r, struct world *w, expr_id lock, uint8_t flags);
/// True when this thread holds the lock, or may, and can take it again without waiting for anybody;
/// `call` is the one that takes it now.
bool lock_is_again(struct run *r, const struct world *w, expr_id lock, uint8_t flags, call_id call);
/// The lock may have been released, under whatever name it is held.
void lock_maybe_released(struct run *r, struct world *w, expr_id lock);
/// Locks held that only `symbol` leads to, and nothing but `var` holds: the next round loses them.
void lock_left_behind(struct run *r, struct world *w, expr_id symbol, expr_id var);
/// Nothing more is claimed of the lock.
void lock_doubt(struct world *w, expr_id lock);
/// Nor of any lock of the class.
void lock_doubt_class(struct run *r, struct world *w, expr_id class);
/// Some call that hardly ever fails to take its lock has failed on this path.
bool lock_failed_improbably(const struct world *w);
void lock_try_failed(struct run *r, struct world *w, expr_id lock, call_id call, bool improbable);

// --- acts.c ---
/// This function does something itself; `call` is the call of a library function that does it.
void act_note(struct run *r, const struct world *w, enum flow_act_kind kind, expr_id subject,
              uint8_t flags, call_id call);
/// Rewrites a callee's expression in terms of this function.
typedef expr_id (*act_renamer)(void *ctx, expr_id e);
/// A call does what its callee, or a thread that it starts, does.
void act_inherit(struct run *r, const struct world *w, const struct flow_acts *acts, call_id call,
                 bool in_thread, act_renamer rename, void *ctx);
/// Acts -> what callers see.
void act_export(struct run *r);

// --- objects.c ---
void thread_spawn(struct run *r, struct world *w, const struct effect *e, call_id call);
/// Argument `index` of the spawn call that the thread got beyond the first one.
void thread_give(struct run *r, struct world *w, expr_id entry, call_id call, uint32_t index,
                 expr_id value);
/// This thread uses a global lock that a running thread may destroy.
void thread_touches(struct run *r, struct world *w, expr_id place, call_id call);
/// `place` is where the handle was read from, none when not known.
void thread_join(struct run *r, struct world *w, expr_id handle, expr_id place, call_id call,
                 uint32_t inner);
void thread_detach(struct run *r, struct world *w, expr_id handle, expr_id place, call_id call,
                   uint32_t inner);
/// `how`: 0 joins, 1 destructor that must not find it joinable, 2 the same of an assignment.
void thread_owner_ends(struct run *r, struct world *w, expr_id object, int how, call_id call);
/// The thread was given the address of the local (as argument, or captured by reference).
bool thread_uses_local(struct run *r, const struct world *w, const struct object_state *o,
                       expr_id local);
void thread_scope_end(struct run *r, struct world *w, expr_id local, loc_id loc);
void thread_freed(struct run *r, struct world *w, expr_id value, expr_id lock, call_id call);
void thread_store(struct run *r, struct world *w, expr_id loc, expr_id val, call_id call);
void descriptor_open(struct run *r, struct world *w, expr_id value, call_id call);
void descriptor_close(struct run *r, struct world *w, expr_id value, call_id call, uint32_t inner);
void descriptor_use(struct run *r, struct world *w, expr_id value, call_id call);
/// Value leaves what this function controls: stored where others see it, returned, kept by a
/// callee.
void object_escape(struct run *r, struct world *w, expr_id value);

// --- life.c ---
void life_use(struct run *r, struct world *w, expr_id place, call_id call, uint32_t inner);
void life_init(struct run *r, struct world *w, expr_id place, call_id call, uint32_t inner);
void life_destroy(struct run *r, struct world *w, expr_id place, call_id call, uint32_t inner);
/// Initialised or destroyed on some paths only: nothing is claimed of it.
void life_doubt(struct run *r, struct world *w, expr_id place);
/// What the pointer points to is gone (freed), or may have been given any content.
void life_memory(struct run *r, struct world *w, expr_id pointer, bool gone);
/// The storage of the local begins or ends.
void life_scope(struct run *r, struct world *w, expr_id local);
// --- points.c ---
/// Makes room for the points of the function.
void points_init(struct run *r);
/// World `w` comes to op number `op`.
void points_note(struct run *r, const struct world *w, uint32_t op);

// --- run.c ---
void run_event(struct run *r, const struct world *w, struct flow_event event);
void run_trace(struct run *r, struct world *w, enum flow_step kind, bool sense, loc_id loc,
               expr_id about);
uint32_t run_site(struct run *r, loc_id loc);
loc_id run_call_loc(const struct run *r, call_id call);

// --- step.c ---
/// Runs the ops of block `index` and hands the worlds to its successors.
void run_block(struct run *r, uint32_t index, struct world w);
/// Enters block `to` (index within the function).
void run_enter(struct run *r, uint32_t to, struct world *w);

// --- live.c ---
/// Finds what is read again after each block begins.
void live_find(struct run *r);
/// True when the content of this local is not read again.
bool live_is_dead(const struct run *r, uint32_t block, expr_id loc);
/// Drops what no path from the begin of the block can ask for.
void live_drop(const struct run *r, uint32_t block, struct world *w);

// --- prune.c ---
/// Of a summary's case: what it does for sure, and few of its doubts.
void prune_effects(struct run *r, effect_vec *effects);

// --- condense.c ---
void run_condense(struct run *r);

#endif
