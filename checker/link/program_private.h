// Inside of the program. Private to link: program.c (TUs, symbols), callgraph.c (edges, order),
// reach.c (what functions keep and write), ends.c (which never return), wrapper.c (records that
// only wrap a lock), touch.c (which global locks they use), solve.c (flow bottom-up), threads.h
// (roots, phases, what runs in parallel), inventory.c (threads, locks), held.c (any lock), query.c,
// print.c.
#ifndef CHECKER_LINK_PROGRAM_PRIVATE_H
#define CHECKER_LINK_PROGRAM_PRIVATE_H

#include "checker/link/channel.h"
#include "checker/link/threads.h"

enum { WRITES_MAX = 1024, PARAMS_KNOWN = 8, PARAM_VALUES = 6 };

// The different numbers that calls pass for a parameter.
struct param_numbers {
    int64_t num[PARAM_VALUES];
    uint8_t count;
    bool others; // something else, or too many
};

struct node {
    struct fn_ref ref;
    struct str key;
    struct str name;
    VEC(node_id) callees; // without duplicates
    VEC(node_id) callers;
    bool address_taken;
    uint32_t mentions;              // as a value: address taken, passed to a spawn
    uint32_t spawn_calls;           // calls that start it as a thread
    int64_t param_lo[PARAMS_KNOWN]; // of the values all calls pass, when param_known
    int64_t param_hi[PARAMS_KNOWN];
    uint32_t param_known; // bit i: something is known of parameter i
    uint32_t param_seen;  // bit i: some call was looked at
    struct param_numbers param_numbers[PARAMS_KNOWN];
    bool has_argument; // all of them pass a known number
    int64_t argument_lo;
    int64_t argument_hi;
    bool is_entry;  // of a thread
    bool ends;      // never returns to its caller
    bool registers; // keeps pthread_self() where others find it
    bool allocates; // returns memory that nobody else knows
    bool hands_over;
    bool recursive; // calls itself, maybe through others
    uint32_t component;
    uint32_t keeps;       // bit i: parameter i may be kept beyond the call
    uint32_t frees;       // bit i: what parameter i points to is freed
    uint32_t uses;        // bit i: parameter i is a descriptor or stream that is used
    uint32_t fills;       // bit i: what parameter i points to is written
    VEC(uint32_t) writes; // names of fields and globals written, also through callees; sorted
    bool writes_all;
    bool impure; // does something besides computing its result
    struct program_throw throws;
    VEC(struct touched) touches; // global locks and the like, also through callees
    const struct flow_result *flow[FLOW_DOMAINS];
    const struct flow_acts *acts; // as callers see them, NULL for none
    VEC(expr_id) entry_locks;     // classes callers may hold
    uint32_t access_first;        // own range of program.accesses
    uint32_t access_count;
    VEC(uint32_t) exports; // of those, the ones that concern callers
    VEC(struct run_context) contexts;
    uint64_t leaves;              // slots whose threads it leaves running
    bool *in_child;               // [blocks] run by the child of a fork only; NULL: it forks not
    bool spins;                   // goes round until an atomic operation has taken something
    bool own_lock;                // it, or a callee, takes a lock that the program made itself
    bool waits;                   // for other threads, itself or in a callee
    VEC(struct waiting) waiting;  // its calls of functions that wait
    VEC(struct slots_at) leaving; // ops that leave some running which its own flow does not follow
    VEC(struct slots_at) joining; // ops that wait for the end of threads
    struct live_threads *live;    // [blocks] at its start; NULL: nothing leaves or joins any
};

// One TU with what its symbols and calls mean.
struct unit {
    const struct facts *facts;
    node_id *sym_nodes;            // [syms]
    node_id *fn_nodes;             // [fns]
    const struct summary **models; // [calls]
    uint32_t *contract_of_sym;     // [syms] + 1 in facts->contracts, of the first; NULL for none
    const struct summary **contract_summaries; // [syms] NULL where there is none
    bool inner_locks;       // some locks by contract are followed by what they are made of
    bool *sym_overridden;   // [syms] virtual with overriders
    uint32_t *name_numbers; // [names] + 1 in exprs->names, lazily
};

struct access;
struct stored; // see stored.c
struct deeds;  // see deeds.h
struct stops;  // see stop_private.h

struct override_set {
    VEC(uint32_t) keys; // name numbers of the methods
};

struct field_functions { // functions stored in a field or global of this name
    VEC(node_id) nodes;
    bool unknown;
};

struct program {
    struct arena *arena;
    struct arena scratch;
    struct arena step; // scratch of one block
    struct expr_table *exprs;
    const struct model_set *models;
    struct program_options options;
    struct flow_sites sites;
    VEC(struct unit) units;
    struct map unit_of; // facts pointer -> unit
    VEC(struct node) nodes;
    struct map node_of_key; // name number -> node
    struct map field_index; // name number of "record::field" -> fields
    VEC(struct field_functions) fields;
    struct map override_index; // name number of a method -> overrides
    VEC(struct override_set) overrides;
    VEC(node_id) order;           // bottom-up
    VEC(expr_id) recursive_locks; // classes
    VEC(expr_id) counted_locks;   // those that the program makes recursive itself
    VEC(struct str) limited;
    VEC(struct program_thread) threads;
    VEC(struct program_job) jobs;
    VEC(struct program_lock) locks;
    VEC(struct program_cycle) cycles;
    VEC(struct program_condition) conditions;
    VEC(struct program_channel) channels;
    struct map contended; // identities of locks
    struct map alone;     // node and call of acts that main does while no other thread runs
    struct map
        exposed; // EX_GLOBALs whose address is stored, returned or given to code that is not known
    struct map left_held;     // classes of locks that some function is left with
    struct map entry_release; // class -> number of functions that release it without taking it
    struct runs runs;
    struct stored *stored; // see stored.c
    VEC(struct access) accesses;
    bool hidden_locks; // some locks are taken by functions that are not known
    VEC(struct program_race) races;
    VEC(struct program_unguarded) unguarded;
    struct program_shared shared;
    VEC(struct program_belief) beliefs;
    VEC(struct program_stray) strays;
    VEC(struct program_guard) guards;
    VEC(uint32_t) lockables; // names of records that are locks by contract
    VEC(struct program_shared_write) shared_writes;
    struct deeds *deeds;
    struct stops *stops;
    struct program_stats stats;
};

/// The call gives back what was taken: unlocks, frees, closes, destroys. (failure.c)
bool program_call_tidies(const struct program *p, const struct facts *f, call_id call);
/// Others than the function may see the place: it is no local variable. (failure.c)
bool path_is_of_others(const struct facts *f, path_id path);
const struct unit *program_unit(const struct program *p, const struct facts *f);
/// Gives models to pairs of functions without a body that are called like locking and unlocking.
/// (presumed.c)
void program_presume_locks(struct program *p);
/// Finds locks made of atomic operations. Before accesses. (spin.c)
void spins_find(struct program *p);
/// True when the function may take a lock that the program makes recursive itself: its flow is to
/// be run before the others for counted_note. (counted.c)
bool counted_may_lock(const struct program *p, node_id n);
/// Notes the lock when the summary (FLOW_LOCKS) is that of such a function.
void counted_note(struct program *p, const struct summary *s);
/// Says in the summary what functions on such locks do for their callers: take or give back a
/// recursive lock on every path. False when it is not one of these.
bool counted_rewrite(struct program *p, struct summary *s);
/// Finds what the children of forks run. Before roots. (child.c)
void children_find(struct program *p);
/// Finds which methods override which, also in other TUs. Before calls are resolved.
void overrides_find(struct program *p);
/// Methods with a body that override the one with this name number, also indirectly.
uint32_t overriders_of(const struct program *p, uint32_t key, node_id *out, uint32_t max);
void program_build_callgraph(struct program *p);
void program_find_reach(struct program *p);
/// Notes the records of `f` that only wrap a lock. Before flow.
void program_note_wrappers(struct program *p, const struct facts *f);
/// The record has a lock that the program makes recursive itself: it is a wrapper too, when it
/// holds nothing else of weight and is a part of other records.
void program_note_counted_wrapper(struct program *p, struct str record);
/// Whether `n` never returns; its callees come first.
void program_find_end(struct program *p, node_id n);
/// The call goes to a function of the program that never returns.
bool program_call_ends(const struct program *p, const struct facts *f, call_id call);
/// Control does not get past the block, once it is at op number `from` of the facts.
bool program_block_ends(const struct program *p, struct fn_ref fn, const struct ir_block *b,
                        uint32_t from);
/// Notes what a call with a model does to global locks; adds what a callee does. Private to
/// reach.c.
void program_note_touched(struct program *p, struct node *n, call_id call);
void program_take_touched(struct program *p, struct node *n, const struct node *callee);
void program_run_flows(struct program *p);
void program_make_inventory(struct program *p);
void program_find_conditions(struct program *p);
/// `call` of `n` waits for `c`: notes it, with what the loop around it looks at. (conditions.c)
void conditions_add_loop(struct program *p, struct program_condition *c, node_id n, call_id call);
void program_find_throws(struct program *p);
/// Fills p->shared_writes. After program_collect_accesses.
void program_find_shared_writes(struct program *p);
/// Fills p->strays. After program_collect_accesses and program_find_parallel.
void program_find_strays(struct program *p);
void program_collect_deeds(struct program *p);
void program_find_stops(struct program *p);
void program_find_unwoken(struct program *p);
/// Needs conditions and roots. (channel.c)
void program_find_channels(struct program *p);
void program_find_cycles(struct program *p);
/// What stands for a lock in all functions: a constant place, or the class; none for others.
expr_id program_lock_identity(struct expr_table *t, expr_id lock);
void program_find_contended(struct program *p);
/// Candidates of an indirect call through a field or global; NULL when none are known.
const struct field_functions *program_field_functions(const struct program *p,
                                                      const struct facts *f, path_id path);

#endif
