// Threads of the program, and what may happen in parallel. Private to link; the one answer to "who
// runs this, and beside whom".
//
// A *root* is where control enters the program: main, the entry of a thread (with every place that
// starts it), a signal handler, a function that runs when the process exits. What a root *reaches*
// goes through calls with a certain target, so that a chain of calls can be shown as a witness.
//
// Threads have a *slot*, the number of their bit in sets: 0 stands for main and whoever calls the
// program's functions from outside, 1 to 62 for entries of threads, 63 for all further entries. A
// function *runs* in slots in *phases*, told apart by the threads that may run then, through calls
// with all targets that are known. Fork and join give the phases: a may-happen-in-parallel analysis
// by set of live threads after Barik, "Efficient Computation of May-Happen-in-Parallel Information
// for Concurrent Java Programs" (LCPC 2005), over the points of flow.
//
// roots.c: the table; installs.c: what functions start and install; root_reach.c; targets.c: of
// calls; joins.c: waiting for the end of threads; leaving.c: threads that callees leave running;
// run_edges.c, parallel.c: phases; together.c: questions about two points.
#ifndef CHECKER_LINK_THREADS_H
#define CHECKER_LINK_THREADS_H

#include "checker/link/program.h"

struct loops;

enum { SLOT_MAIN = 0, SLOT_LAST = 63, SLOTS = 64 };

// A call whose target is certain.
struct sure_call {
    node_id to;
    op_id op;
};

struct node_calls {
    VEC(struct sure_call) items;
};

// A place that starts threads of a root, itself or in a callee.
struct root_start {
    node_id fn;
    op_id op;
};

struct root_starts {
    VEC(struct root_start) items;
};

struct root_reach {
    const node_id *parents;  // [nodes] the caller on a shortest way; NODE_NONE = not reached
    const bool *const *live; // [nodes] by block: run in this root; NULL = all are
};

// A call that waits for other threads.
struct waiting {
    node_id callee;
    uint32_t op;
};

// Slots at an op of a function: left running by it, or joined.
struct slots_at {
    uint32_t op;
    uint64_t slots;
};

// Which threads may run: of those that ran when the function was entered, and of its own that its
// flow does not follow.
struct live_threads {
    uint64_t entered;
    uint64_t left;
};

// Slots whose handles are kept in places of one class.
struct thread_home {
    expr_id class;
    uint64_t slots;
};

// A function as it runs in one slot, in one phase of it: before threads start it may run holding
// nothing, later not. Phases differ in the threads that may run.
struct run_context {
    uint8_t slot;
    bool job;              // handed to a worker: ordered with main by means that are not seen
    bool reached;          // `held` is meaningful
    node_id from;          // caller of the way that holds least, NODE_NONE where the thread begins
    uint32_t from_context; // which of its contexts
    uint32_t via;          // op of it
    uint64_t live;         // slots whose threads may run when it is entered
    VEC(expr_id)
    held; // classes of locks that every way here holds; unnamed_lock stands for one that has no
          // name
};

struct runs {
    VEC(struct program_root) roots;
    VEC(struct root_starts) starts; // by root
    VEC(struct root_reach) reach;   // by root
    VEC(uint32_t) by_slot;          // [i]: root of slot i + 1
    uint64_t children[SLOTS];       // [s]: slots started by threads of s
    uint64_t pairs[SLOTS];          // [s]: slots whose threads may run while one of s does
    uint64_t unclear;               // slots started by code of which nobody knows when it runs
    bool *overlap;                  // [roots * roots] may run at the same time
    struct node_calls *calls;       // [nodes]
    bool *spawns;                   // [nodes] starts threads, maybe in a callee
    bool *joins;                    // [nodes] waits for the end of one, maybe in a callee
    uint64_t *joined;               // [nodes] slots it waits for; all when that is not known
    VEC(struct thread_home) homes;
    bool *strangers; // [nodes] somebody who is not known may call it
};

// --- building, in this order, after flow ---

/// Finds the roots and what they reach.
void program_find_roots(struct program *p);
/// Finds the phases and which threads run in parallel.
void program_find_parallel(struct program *p);

// --- functions that are kept and called later ---

struct function_set {
    VEC(node_id) items;
};

/// Finds where function values may get to. After symbols are resolved.
void stored_find(struct program *p);
/// Functions that a value may hold and that came there through some field or global; NULL for none.
const struct function_set *stored_in_value(const struct program *p, const struct facts *f,
                                           val_id val);
/// The function value, or the object that wraps a function (std::function), that a call calls; 0
/// for calls of functions by their name.
val_id called_value(const struct facts *f, call_id call);

// --- targets of calls ---

/// Node a call surely goes to, NODE_NONE when it has a model or there may be several.
node_id call_target(const struct program *p, const struct facts *f, call_id call);
/// Functions that a call takes from where they were kept, beyond those that the code stores there
/// itself, and overrides of the method it calls: jobs. At most `max`.
uint32_t call_jobs(const struct program *p, const struct facts *f, call_id call, node_id *out,
                   uint32_t max);
/// What a call op may go to: fills `out`, returns how many; for indirect calls every function known
/// to be stored there by name.
uint32_t call_targets(const struct program *p, const struct facts *f, call_id call, node_id *out,
                      uint32_t max);
/// Number of the op that makes the call.
uint32_t program_op_of_call(const struct program *p, node_id id, call_id call);

// --- roots ---

/// The root of this kind that begins with `n`; made when there is none. UINT32_MAX: too many.
uint32_t roots_add(struct program *p, enum context_kind kind, node_id n, struct flow_site site);
/// `op` of `n` starts threads that begin at `entry`. `pool`: some threads of a library run it.
void roots_add_start(struct program *p, node_id n, op_id op, node_id entry, bool pool);
/// Adds what functions install or start through models and wrappers.
void installs_find(struct program *p);
/// Appends what a root reaches.
void root_find_reach(struct program *p, const struct program_root *root);
/// Slot of an entry function value, SLOT_MAIN when it is not one.
uint8_t slot_of_value(const struct program *p, expr_id fn);
/// Slots whose threads a call of `n` starts.
uint64_t slots_started_at(const struct program *p, node_id n, call_id call);
/// The root of a thread's slot; NULL for main, and for the slot that several entries share.
const struct program_root *root_of_slot(const struct program *p, uint8_t slot);
/// Several threads with this entry may run.
bool program_has_many_threads(const struct program *p, node_id entry);

// --- joins ---

/// Finds which functions start and join threads.
void joins_find(struct program *p);
/// An op starts a thread, or waits for the end of one, itself or in a callee.
bool op_spawns(const struct program *p, const struct facts *f, const struct ir_op *op);
bool op_joins(const struct program *p, const struct facts *f, const struct ir_op *op);
/// Loops of `fn` that only join: behind them nobody is left.
struct loops joining_loops(const struct program *p, struct fn_ref fn, struct arena *arena);

// --- threads that callees leave running ---

/// Finds which threads functions wait for. Slots must be numbered.
void leaving_find_joined(struct program *p);
/// Finds what is left at the start of each block, from `leaving` and `joining` of the node.
void leaving_solve(struct program *p, node_id n);
/// What is left before an op, with what is left of `at_entry`; and at the ends of the function.
uint64_t leaving_at_op(const struct program *p, node_id n, uint32_t op, uint64_t at_entry);
uint64_t leaving_at_exit(const struct program *p, node_id n);

// --- phases ---

/// Slots that may run when `op` of `n` runs in context `c`.
uint64_t parallel_at(const struct program *p, node_id n, const struct run_context *c, uint32_t op);
/// Of these, the ones this run of `n` has started and not waited for in any way since.
uint64_t parallel_within(const struct program *p, node_id n, uint32_t op);
/// `op` lies between two calls of one function that waits for other threads, as in pause_all();
/// ...; resume_all(): they may stand still meanwhile.
bool parallel_is_bracketed(struct program *p, node_id n, uint32_t op);
/// Threads of the two slots may run at the same time.
bool slots_run_in_parallel(const struct program *p, uint8_t a, uint8_t b);
/// The lock is held in some of the worlds that come to a call only, and not in the others under
/// another name: the call is also made without it.
bool parallel_is_held_partly(struct program *p, const struct flow_fact *facts, uint16_t count,
                             uint16_t i);
/// Class of a lock, or the stand-in for locks without one.
expr_id lock_identity(struct program *p, expr_id lock);
expr_id unnamed_lock(struct program *p);

// --- paths within a function ---

/// Some path leads from op `from` of the function to op `to`, without passing op `avoid` (0: any
/// path).
bool op_comes_before(struct program *p, struct fn_ref ref, uint32_t from, uint32_t to,
                     uint32_t avoid);
/// The function never comes back from `op`: a failed assertion, a crash report. What happens there
/// is no part of the design.
bool op_is_doomed(const struct program *p, struct fn_ref ref, uint32_t op);

// --- two points ---

/// Finds which roots may run at the same time, from the phases.
void together_find(struct program *p);
/// The ways may be taken by different threads at the same time. When it is not known who takes
/// them: true.
bool program_may_run_together(struct program *p, const struct program_order *ways, uint32_t count);
/// Only main does this, before it starts threads or after it joined them.
bool program_is_alone(struct program *p, node_id n, call_id call);

#endif
