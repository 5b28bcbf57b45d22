// Everything known about the whole program: facts of all TUs, symbols resolved, call graph,
// summaries, threads.
#ifndef CHECKER_LINK_PROGRAM_H
#define CHECKER_LINK_PROGRAM_H

#include "checker/effect/model.h"
#include "checker/flow/flow.h"
#include "checker/ir/ir.h"

struct program;

struct program_options {
    bool whole;             // the whole compile database is linked: absence claims are allowed
    uint32_t fn_step_limit; // per function and domain; 0 = default. Over it the function is
                            // reported as a limit
};

struct program_stats {
    uint32_t tus;
    uint32_t functions;
    uint32_t calls;
    uint32_t calls_resolved;
    uint32_t flow_functions; // looked at path by path
    uint32_t limited;        // functions that hit the step limit
    uint32_t threads;        // spawn sites
    uint32_t locks;          // lock classes
};

/// Makes an empty program; everything it makes lives in `arena`.
struct program *program_new(struct arena *arena, struct expr_table *exprs,
                            const struct model_set *models, const struct program_options *options);
/// Adds one TU. Order decides which of equal header functions is kept: add in sorted order of main
/// files. `f` must live as long as the program.
void program_add(struct program *p, const struct facts *f);
/// Resolves symbols, builds the call graph and solves flow bottom-up. Call once, after all TUs.
void program_solve(struct program *p);

struct program_stats program_stats(const struct program *p);
/// Functions that hit a limit: names, for notes. Index < stats.limited.
struct str program_limited(const struct program *p, uint32_t index);

// One spawn site of the program.
struct program_thread {
    struct str entry; // qualified name, "" when unknown
    struct fn_ref spawn_fn;
    loc_id spawn_loc;  // in the facts of spawn_fn
    struct str handle; // text of the location that keeps the handle
    struct str arg;    // text of what the thread is given, "" for none
    uint32_t root;     // index of its root, UINT32_MAX when the entry is unknown
    const char *end;   // "joined", "detached", "escapes", "lost", "unknown"
    struct fn_ref end_fn;
    loc_id end_loc;
    bool many;
};
uint32_t program_thread_count(const struct program *p);
const struct program_thread *program_thread(const struct program *p, uint32_t index);

struct program_lock {
    struct str name;
    struct str type;
    uint32_t acquires;
};
uint32_t program_lock_count(const struct program *p);
const struct program_lock *program_lock(const struct program *p, uint32_t index);

// One of two accesses that may happen at the same time.
struct race_side {
    struct fn_ref fn; // where it happens
    loc_id loc;
    op_id op; // of `fn`
    bool write;
    bool atomic;
    bool volatile_;
    const struct fn_ref
        *calls; // calls on the way to it from where the thread begins, outermost first
    const loc_id *call_locs;
    uint32_t call_count;
    uint8_t slot;      // number of the thread's entry, see link/threads.h
    struct str thread; // entry of the thread, or function outside callers begin with; "" for main
                       // or whoever calls the program
    struct flow_site spawn; // a place that starts it; site without facts for none
    const expr_id *locks;   // held on every way there, by class
    uint32_t lock_count;
};

// Two accesses to one place, at least one a write, by threads that run at the same time, with no
// lock in common.
struct program_race {
    expr_id place;
    struct race_side here; // the one to change
    struct race_side other;
    bool same_thread_entry; // two threads of one entry
    bool by_chance; // one side is made by callers from outside, and not by the thread's code, too
    uint32_t more;  // further places of the same variable that race in the same function
    bool ordered;   // by a hand-over: no race, but one more place that looks like one
};
uint32_t program_race_count(const struct program *p);
const struct program_race *program_race(const struct program *p, uint32_t index);

// An access without the lock that other accesses of the field hold, or not atomic where others are.
struct program_unguarded {
    expr_id place;
    expr_id class; // the field, or the global
    expr_id lock;  // class; none: the others are atomic
    bool write;
    bool question;    // the lock is a field of another record than the place
    uint32_t guarded; // accesses under the lock, or atomic ones, of `total`
    uint32_t total;
    struct flow_site at;         // here, or a call here that leads to it
    struct flow_site inner;      // the access itself when a callee makes it
    struct flow_site guarded_at; // a write under the lock
    struct fn_ref writer;
};
// Fields and globals that one thread may write while another one is at them.
struct program_shared {
    uint32_t places;
    uint32_t guarded; // of these, one lock is held at every access
    uint32_t atomic;  // every access is an atomic operation
};
struct program_shared program_shared(const struct program *p);

uint32_t program_unguarded_count(const struct program *p);
const struct program_unguarded *program_unguarded(const struct program *p, uint32_t index);

// A field or global that threads share, and what most of its accesses hold.
struct program_belief {
    expr_id class;
    expr_id lock; // class; none when no access that writes holds one
    uint32_t guarded;
    uint32_t total; // accesses that count: not while an object is made or ended, for example
};
uint32_t program_belief_count(const struct program *p);
const struct program_belief *program_belief(const struct program *p, uint32_t index);

// A field or global of which an annotation says which lock guards it, or what it points to.
struct program_guard {
    uint8_t kind;    // CONTRACT_GUARDED, CONTRACT_POINTEE_GUARDED
    expr_id subject; // class
    expr_id lock;    // class
};
uint32_t program_guard_count(const struct program *p);
const struct program_guard *program_guard(const struct program *p, uint32_t index);
/// The object that is a lock by contract, of the lock it is made of; other locks themselves.
expr_id program_contract_lock(const struct program *p, expr_id lock);
/// Class of a lock as guards name it: of the pointer when it is reached through one.
expr_id program_contract_class(const struct program *p, expr_id lock);
/// Locks that an annotation demands of callers of `fn`, in terms of its parameters.
uint32_t program_required_locks(const struct program *p, struct fn_ref fn, struct flow_fact *out,
                                uint32_t max);
/// Those of them with which the flow of `fn` begins, as flow follows them: a lock by contract whose
/// methods have bodies is followed by the lock inside. Left out is what it is made of when unknown.
uint32_t program_entry_locks(const struct program *p, struct fn_ref fn, struct flow_fact *out,
                             uint32_t max);
/// The same for the function that `call` names: kind CONTRACT_REQUIRES or CONTRACT_EXCLUDES.
uint32_t program_contract_locks(const struct program *p, const struct facts *f, call_id call,
                                enum contract_kind kind, struct flow_fact *out, uint32_t max);
bool program_has_contract(const struct program *p, struct fn_ref fn, enum contract_kind kind);
bool program_call_has_contract(const struct program *p, const struct facts *f, call_id call,
                               enum contract_kind kind);

// A write to a place that a lock guards, which is held for reading only.
struct program_shared_write {
    struct fn_ref fn;
    loc_id loc;
    expr_id place;
    expr_id lock;
    struct flow_site exclusive; // a write to such a place with the lock held for writing
};
uint32_t program_shared_write_count(const struct program *p);
const struct program_shared_write *program_shared_write(const struct program *p, uint32_t index);

// The address of a local variable that is left in a global when its function returns; another
// thread goes through that global.
struct program_stray {
    struct fn_ref fn; // the function of the local
    loc_id loc;       // of the store
    struct str local;
    expr_id home;         // the global, or a part of it
    struct flow_site use; // by the other thread
    bool write;           // the use
    struct str thread;    // its entry; "" for main or whoever calls the program
};
uint32_t program_stray_count(const struct program *p);
const struct program_stray *program_stray(const struct program *p, uint32_t index);

/// Another function than `n` writes the field `place`, holding a lock of the class of `lock`:
/// *ret_write.
bool program_is_written_under(const struct program *p, uint32_t n, expr_id place, expr_id lock,
                              struct flow_site *ret_write);

// --- queries for rules ---

typedef uint32_t node_id; // function with a body, 0 .. program_fn_count - 1
#define NODE_NONE UINT32_MAX

// An exception that can leave a function.
struct program_throw {
    bool throws;
    struct fn_ref fn; // with the throw statement
    loc_id loc;       // of the statement, in the facts of `fn`
    call_id call;     // of the function asked for that leads there; 0 = the statement is its own
    uint8_t calls;    // on the way there
};
struct program_throw program_throws(const struct program *p, node_id n);
/// Class of the place a path names; none for locals and what a pointer alone leads to.
expr_id program_path_class(const struct program *p, const struct facts *f, path_id path);

// A call in a function.
struct program_use {
    struct fn_ref fn;
    call_id call;
};

// All condition variables of one class.
struct program_condition {
    expr_id cond; // class
    expr_id lock; // class of the lock the waiters use
    bool mixed;   // waited for with several locks, or one without a class: `lock` means nothing
    bool untimed; // some wait has no time limit
    bool tests_parameter; // some thread entry waits until something equals a parameter of its own
    bool passed_on;       // its address goes to code whose effect is not known
    VEC(expr_id) tested;  // classes of what the waiters look at
    VEC(struct program_use) waits;
    VEC(struct program_use) signalled;
    uint32_t signals; // that wake one waiter
    uint32_t broadcasts;
};
uint32_t program_condition_count(const struct program *p);
const struct program_condition *program_condition(const struct program *p, uint32_t index);
/// Condition of this class, or NULL.
const struct program_condition *program_condition_of(const struct program *p, expr_id cond);
/// Class of the place an op changes; none for other ops, locals and what a pointer alone leads to.
expr_id program_written_class(const struct program *p, const struct facts *f,
                              const struct ir_op *op);
/// The function itself reads a place of this class, or gives it to a call.
bool program_reads_class(const struct program *p, struct fn_ref fn, expr_id class);
/// `n` itself takes a lock of this class.
bool program_acquires(const struct program *p, node_id n, expr_id class);
/// `n` or a callee writes what the waiters of `c` look at, by name, or `n` gives it to code that is
/// not known.
bool program_changes_tested(const struct program *p, node_id n, const struct program_condition *c);
/// The waiters of `c` look at places of this class.
bool program_is_tested(const struct program_condition *c, expr_id class);

uint32_t program_fn_count(const struct program *p);
struct fn_ref program_fn(const struct program *p, node_id n);
struct str program_fn_name(const struct program *p, node_id n);
/// Node of a function, NODE_NONE when another TU's equal body was kept.
node_id program_node(const struct program *p, struct fn_ref fn);
/// Node of a function value (EX_FN), or NODE_NONE.
node_id program_node_of_value(const struct program *p, expr_id fn);
/// Node or model that `call` goes to; NODE_NONE / NULL when not known.
node_id program_callee(const struct program *p, const struct facts *f, call_id call);
const struct summary *program_model(const struct program *p, const struct facts *f, call_id call);
/// Some call of the function is of a library function with this effect.
bool program_calls_effect(const struct program *p, struct fn_ref fn, enum effect_kind kind);
/// First effect of this kind in the model of `call`, or NULL.
const struct effect *program_model_effect(const struct program *p, const struct facts *f,
                                          call_id call, enum effect_kind kind);
/// Marks in `reached`, an array of program_fn_count that tells where to begin, every function that
/// is called from those.
void program_spread_calls(const struct program *p, bool *reached);
/// Result of a domain's run, or NULL when the function has nothing of it.
const struct flow_result *program_flow(const struct program *p, node_id n, enum flow_domain domain);
bool program_is_whole(const struct program *p);
bool program_is_thread_entry(const struct program *p, node_id n);
bool program_is_main(const struct program *p, node_id n);
bool program_has_main(const struct program *p);
bool program_has_callers(const struct program *p, node_id n);
/// A method that only constructors and destructors of its class call, directly or through such
/// methods: nobody else knows the object yet, or any more.
bool program_only_makes(const struct program *p, node_id n);
/// Some call passes 0 for this parameter.
bool program_passes_zero(const struct program *p, node_id n, uint32_t param);
/// The function's address is stored or passed: unknown code may call it.
bool program_is_address_taken(const struct program *p, node_id n);
/// The op is run only by the child of a fork in `n`: it is the only thread there.
bool program_is_in_child(const struct program *p, node_id n, op_id op);
/// `n` takes a lock that the program makes itself of an atomic operation, or calls what does.
bool program_has_own_lock(const struct program *p, node_id n);
/// Whether this call of `n` is made is decided by a count inside of an object that it is given: the
/// last owner ends it.
bool program_is_last_owner(const struct program *p, node_id n, call_id call, struct arena *scratch);
/// Every way through the function ends the process, the thread, or in another such function.
bool program_never_returns(const struct program *p, node_id n);
/// Some function returns with a lock of this class held.
bool program_is_left_held(const struct program *p, expr_id lock);
/// A lock of internal linkage whose address goes nowhere: only the functions of its TU can take it.
bool program_is_private_lock(const struct program *p, expr_id lock);
/// `n` calls a function that is left with a lock of this class under a name its callers cannot
/// know.
bool program_calls_holder(const struct program *p, node_id n, expr_id lock);
/// `n` is left with such a lock under a name its callers cannot know, and one of them releases a
/// lock of this class that it did not take.
bool program_is_taken_over(const struct program *p, node_id n, expr_id lock);
/// A caller may hold a lock of this class when it calls `n`.
bool program_may_hold_at_entry(const struct program *p, node_id n, expr_id lock);
/// The lock may be taken again by its holder (initialised as recursive, or in a way that cannot be
/// told).
bool program_is_recursive(const struct program *p, expr_id lock);
/// Some caller releases a lock that `n` left held.
bool program_hands_lock_over(const struct program *p, node_id n);
/// Some other function than `n` releases a lock of this class that it did not take.
bool program_is_released_by_others(const struct program *p, node_id n, expr_id lock);
struct expr_table *program_exprs(const struct program *p);
const struct flow_sites *program_sites(const struct program *p);
const struct model_set *program_models(const struct program *p);
uint32_t program_facts_count(const struct program *p);
const struct facts *program_facts(const struct program *p, uint32_t index);

// --- contexts: from where a function can be reached ---

enum context_kind {
    CONTEXT_MAIN,
    CONTEXT_THREAD,  // entry of a thread
    CONTEXT_HANDLER, // signal handler
    CONTEXT_EXIT,    // runs when the process exits
    CONTEXT_KINDS,
};

// A function that threads of a root take from where it was kept, and call.
struct program_job {
    node_id fn;
    uint32_t root;
    struct flow_site site; // of the call
};
uint32_t program_job_count(const struct program *p);
const struct program_job *program_job(const struct program *p, uint32_t index);

// Where control enters the program. A function that is reached from no root is called from outside,
// through a pointer that could not be followed, or not at all.
struct program_root {
    uint8_t kind; // enum context_kind
    bool many;    // threads: several of them run at the same time
    bool pool;    // threads: of a library, which runs jobs on them
    uint8_t slot; // threads: see link/threads.h
    node_id node;
    struct flow_site site; // where it is started or installed; none for main
    uint64_t signals;      // handlers: bit n = signal n; bit 0 = some signal that is not known
};

enum { PROGRAM_ROOTS_MAX = 256 };

uint32_t program_root_count(const struct program *p);
const struct program_root *program_root(const struct program *p, uint32_t index);
/// The root gets to `n` through calls whose target is certain.
bool program_root_reaches(const struct program *p, uint32_t root, node_id n);
/// The same for one op of `n`: constants passed on the way may decide that it is not run.
bool program_root_runs(const struct program *p, uint32_t root, node_id n, op_id op);
/// A shortest chain of calls from the root's function to `n`: sites of the calls, outermost first,
/// at most `max`; 0 when n is the root itself. The last ones are left out when there are more.
uint32_t program_root_chain(const struct program *p, uint32_t root, node_id n,
                            struct flow_site *out, uint32_t max);
/// A place where threads of the root are started, index < program_start_count.
struct program_start {
    node_id node;
    op_id op;
};
uint32_t program_start_count(const struct program *p, uint32_t root);
struct program_start program_start(const struct program *p, uint32_t root, uint32_t index);
/// The op waits for the end of a thread, itself or in a callee.
bool program_op_joins(const struct program *p, const struct facts *f, const struct ir_op *op);
/// Control can come from `from` to `to` in `n` without waiting for the end of a thread on the way.
bool program_goes_on(const struct program *p, node_id n, op_id from, op_id to);
/// Both may run at the same time: one after the other, with a join between, is told apart within a
/// function.
bool program_roots_overlap(const struct program *p, uint32_t a, uint32_t b);
/// Threads may be running when main, or a function that main calls, comes to `op`, that is from the
/// first start on. Threads that were started and joined again do not count.
bool program_main_has_company(const struct program *p, node_id n, op_id op);
/// Two threads, or main and a thread, may run this op at the same time, as far as the program's
/// roots show.
bool program_runs_twice(const struct program *p, node_id n, op_id op);
/// The call may return with a lock taken.
bool program_call_locks(const struct program *p, const struct facts *f, call_id call);
/// Some lock may be held when `n` comes to this op: taken here, or by a caller.
bool program_may_hold_at(const struct program *p, node_id n, op_id op, struct arena *scratch);
/// Some lock that `n` has taken is held on every path when it comes to this op.
bool program_must_hold_at(const struct program *p, node_id n, op_id op);
/// What models say of the called library function besides effects, NULL when nothing or when it has
/// a body here.
const struct model_function *program_library(const struct program *p, const struct facts *f,
                                             call_id call);

// One way to take a lock while another is held.
struct program_order {
    node_id node;
    const struct flow_act *act; // ACT_TAKE, of the flow of `node`
    uint32_t held;              // which of act->held
};

// Ways that block each other when each is taken by a thread: way i holds what way i - 1 waits for.
// A single way: several threads run it, each with locks of its own choice.
struct program_cycle {
    const struct program_order *ways;
    uint32_t count;
};
uint32_t program_cycle_count(const struct program *p);
const struct program_cycle *program_cycle(const struct program *p, uint32_t index);

/// The lock is taken, with waiting, by more than one thread at a time. False for one that has no
/// name.
bool program_is_contended(const struct program *p, expr_id lock);
/// The act of `n` is done by main while no other thread runs.
bool program_act_is_alone(const struct program *p, node_id n, const struct flow_act *act);
/// Entries of threads that an ACT_JOIN may wait for, at most `max`; 0 when not known.
uint32_t program_joined_entries(const struct program *p, const struct flow_act *join, node_id *out,
                                uint32_t max);
/// How callers of `n` see that it takes the lock with waiting, NULL when it does not.
const struct flow_act *program_takes(const struct program *p, node_id n, expr_id lock);
/// Functions known to be stored where an indirect call reads its target, at most `max`. *ret_open:
/// functions that are not known may be stored there, too; false for a call through a parameter or
/// local.
uint32_t program_stored_targets(const struct program *p, const struct facts *f, call_id call,
                                node_id *out, uint32_t max, bool *ret_open);
/// True when two places may be one lock: the same global, or the same field of whatever objects.
bool program_same_lock(const struct program *p, expr_id a, expr_id b);

// Dumps for `threadlint show`; readable, stable text.
void program_print_summaries(const struct program *p, struct buf *out);
void program_print_callgraph(const struct program *p, struct buf *out);

#endif
