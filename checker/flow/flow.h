// Path-sensitive analysis of one function, given the summaries of its callees.
//
// A *world* is one class of paths: which locks, threads and descriptors are in which state (the
// property), and what is known of memory and values (the simulation). Worlds that meet with the
// same property are merged, worlds with different properties stay apart: ESP, Das, Lerner, Seigle:
// "ESP: Path-Sensitive Program Verification in Polynomial Time", PLDI 2002. Four domains are run
// one after the other so that their properties do not multiply.
//
// Results: events (things rules ask about), exits (states at each way out), records of calls and
// spawns, and the function's own summary. Flow knows neither libclang nor the program: it asks its
// context.
#ifndef CHECKER_FLOW_FLOW_H
#define CHECKER_FLOW_FLOW_H

#include "checker/effect/summary.h"
#include "checker/ir/ir.h"

struct fn_ref {
    const struct facts *facts;
    fn_id fn;
};

// A place in the program. Site 0 is none.
struct flow_site {
    struct fn_ref at;
    loc_id loc;
};

struct flow_sites {
    struct arena *arena;
    VEC(struct flow_site) items;
};

enum flow_domain { FLOW_LOCKS, FLOW_THREADS, FLOW_CHANNELS, FLOW_LIFE, FLOW_DOMAINS };

enum { FLOW_MAX_ARGS = MODEL_MAX_PARAMS };

// A global object that a function or its callees use or destroy.
struct touched {
    expr_id place;
    bool uses;
    bool destroys;
};

struct flow_fact;

// What flow asks of the program.
struct flow_context {
    struct arena *arena;   // for results
    struct arena *scratch; // reset at the end of each run
    struct arena *step;    // reset after each block
    struct expr_table *exprs;
    struct flow_sites *sites;
    void *ctx;
    /// Summary of what `call` calls; `target` is the function value of an indirect call (EX_FN when
    /// known). NULL: unknown.
    const struct summary *(*callee)(void *ctx, const struct facts *f, call_id call, expr_id target,
                                    enum flow_domain domain);
    /// Summary of a function value (thread entries, callbacks), or NULL.
    const struct summary *(*function)(void *ctx, expr_id fn, enum flow_domain domain);
    /// True when the callee may keep argument `arg` (or what it points to) beyond the call.
    bool (*keeps)(void *ctx, const struct facts *f, call_id call, expr_id target, uint32_t arg);
    /// True when the callee may write a field or global of this name (its number in exprs->names),
    /// directly or through its callees.
    bool (*writes)(void *ctx, const struct facts *f, call_id call, expr_id target, uint32_t name);
    /// True when the callee's body is part of the program: what it writes is known.
    bool (*has_body)(void *ctx, const struct facts *f, call_id call, expr_id target);
    /// True when the callee frees what argument `arg` points to.
    bool (*frees)(void *ctx, const struct facts *f, call_id call, expr_id target, uint32_t arg);
    /// True when the callee uses the descriptor or stream that argument `arg` is, on every path.
    bool (*uses)(void *ctx, const struct facts *f, call_id call, expr_id target, uint32_t arg);
    /// Global locks, conditions and semaphores a function value touches, also through callees.
    const struct touched *(*touches)(void *ctx, expr_id fn, uint32_t *ret_count);
    /// True when the function value frees what its parameter `index` points to.
    bool (*entry_frees)(void *ctx, expr_id fn, uint32_t index);
    /// True when the thread keeps its own handle where others may find it.
    bool (*registers)(void *ctx, expr_id fn);
    /// True when the call changes nothing outside: the same arguments give the same result.
    bool (*is_pure)(void *ctx, const struct facts *f, call_id call, expr_id target);
    /// True when the called function of the program never returns.
    bool (*ends)(void *ctx, const struct facts *f, call_id call);
    /// What every caller passes for parameter `index`, when that is known; may be NULL.
    bool (*param_range)(void *ctx, struct fn_ref fn, uint32_t index, int64_t *ret_lo,
                        int64_t *ret_hi);
    /// The numbers that calls pass for parameter `index`, when every call passes one of a few; 0
    /// when not known. May be NULL.
    uint32_t (*param_values)(void *ctx, struct fn_ref fn, uint32_t index,
                             const int64_t **ret_values);
    /// True when locks at this place may be taken again by their holder.
    bool (*is_recursive)(void *ctx, expr_id lock);
    /// Acts of the callee, or of a function value when `call` is 0, as its callers see them; NULL
    /// when there are none.
    const struct flow_acts *(*acts)(void *ctx, const struct facts *f, call_id call, expr_id target);
    /// Locks that callers hold by contract, in terms of parameters: fills `out`, returns how many.
    /// May be NULL.
    uint32_t (*required)(void *ctx, struct fn_ref fn, struct flow_fact *out, uint32_t max);
    uint32_t step_limit; // ops times worlds; 0 = default
};

enum lock_status {
    LOCK_UNKNOWN, // not touched: as the caller left it
    LOCK_HELD,
    LOCK_FREE,  // known not to be held by this thread
    LOCK_MAYBE, // held on some of the merged paths: nothing is claimed
};

enum { ENTRY_ANY, ENTRY_FREE, ENTRY_HELD }; // what the first use here demands of the caller

struct lock_state {
    expr_id lock;
    uint8_t status;   // enum lock_status
    uint8_t entry;    // ENTRY_*
    uint8_t flags;    // EF_SHARED | EF_RECURSIVE of the acquisition
    uint8_t count;    // depth, 1..2
    bool try_failed;  // LOCK_FREE because a try failed
    bool improbable;  // a call that hardly ever fails to take it has failed on this path
    bool from_callee; // acquired or released inside a callee
    bool required;    // callers hold it by contract
    bool any; // `lock` is a class: any of its locks may have been taken or released; LOCK_MAYBE
    uint32_t site; // where it was acquired, or released when LOCK_FREE
    call_id via;   // the call of this function that acquired it
};

enum object_kind { OBJECT_THREAD, OBJECT_DESCRIPTOR, OBJECT_SYNC };
enum object_status {
    OBJECT_LIVE, // thread started and joinable; descriptor open; lock or condition ready for use
    OBJECT_DONE, // joined; closed; destroyed
    OBJECT_DETACHED,
    OBJECT_UNKNOWN, // state not known: nothing is claimed
};

struct object_state {
    expr_id value;     // OBJECT_SYNC: its place
    uint8_t kind;      // enum object_kind
    uint8_t status;    // enum object_status
    bool escaped;      // someone else can end it; OBJECT_SYNC: used before it was initialised here
    expr_id home;      // location that received it
    expr_id arg;       // threads: argument given to the entry
    expr_id entry;     // threads: function value
    uint32_t site;     // where it began
    uint32_t end_site; // where it was joined, detached or closed
    bool any; // `value` is a class of locks, any of which may be in another state; OBJECT_UNKNOWN
};

// One step of the path of a world; parents come first.
struct trace_node {
    uint32_t parent; // 0 = start
    uint8_t kind;    // enum flow_step
    bool sense;      // FLOW_STEP_BRANCH: the condition held
    uint32_t site;
    expr_id about;
};

enum flow_step {
    FLOW_STEP_BRANCH,
    FLOW_STEP_ACQUIRE,
    FLOW_STEP_RELEASE,
    FLOW_STEP_TRY_FAILED,
    FLOW_STEP_SPAWN,
    FLOW_STEP_JOIN,
    FLOW_STEP_DETACH,
    FLOW_STEP_OPEN,
    FLOW_STEP_CLOSE,
    FLOW_STEP_CALL_RESULT, // a call is taken to succeed or fail: `about` is its result
};

enum flow_event_kind {
    FLOW_DOUBLE_ACQUIRE,     // subject: lock; other: earlier acquisition
    FLOW_RELEASE_FREE,       // lock known to be free; other: earlier release
    FLOW_RELEASE_TRY_FAILED, // other: the try
    FLOW_RELEASE_ENTRY,      // lock not touched before: the caller must hold it
    FLOW_WAIT_FREE,          // wait with a lock that was released, other: the release
    FLOW_WAIT_ENTRY,         // wait with a lock not touched before: the caller must hold it
    FLOW_LEFT_BEHIND, // the next round of a loop names another object and nothing here names this
                      // one any more; home: variable
    FLOW_THREAD_LOST, // function left with a live thread nobody else knows; other: spawn
    FLOW_HANDLE_OVERWRITTEN, // other: earlier spawn
    FLOW_JOIN_TWICE,         // other: earlier join or detach
    FLOW_JOIN_SELF,
    FLOW_JOIN_DETACHED,
    FLOW_JOIN_UNSTARTED,
    FLOW_JOINABLE_DESTROYED, // std::thread object ends while joinable; other: spawn
    FLOW_MEMBER_DESTROYED,   // thread object reached through a parameter ends, state unknown and
                             // never joined here
    FLOW_STACK_ESCAPE,  // scope of a local ends while a thread that got its address may run; other:
                        // spawn
    FLOW_LOOP_VARIABLE, // local whose address a thread got is changed by the next iteration; other:
                        // spawn
    FLOW_DESTROYED_BY_OTHER, // subject: global a thread destroys while another one uses it; loc:
                             // spawn of the first; other: the use
    FLOW_FREED_TWICE,        // two threads free the same argument; other: spawn of the first
    FLOW_FREED_IN_USE,       // memory or lock a live thread uses is freed; other: spawn
    FLOW_CLOSE_TWICE,        // other: earlier close
    FLOW_USE_UNREADY,     // lock, condition, ... not initialised on this path; other: where it is
                          // initialised later, or 0
    FLOW_USE_DESTROYED,   // other: where it was destroyed
    FLOW_INIT_AGAIN,      // other: where it was initialised before
    FLOW_DESTROY_AGAIN,   // other: where it was destroyed before
    FLOW_DESTROY_HELD,    // lock destroyed while this thread holds it; other: acquisition
    FLOW_USE_AFTER_CLOSE, // subject: descriptor or stream; other: the close
};

struct flow_event {
    uint8_t kind; // enum flow_event_kind
    expr_id subject;
    call_id call; // 0 at exits and scope ends
    loc_id loc;
    uint32_t other; // site
    uint32_t inner; // site inside the callee, 0 when here
    uint32_t trace;
    uint8_t end;          // FLOW_THREAD_LOST: enum exit_kind
    expr_id entry;        // threads: entry function
    expr_id home;         // threads: where the handle is kept
    uint32_t null_params; // FLOW_THREAD_LOST: bit i: parameter i is known to be 0 on this path
    bool required;        // FLOW_DOUBLE_ACQUIRE: held because callers hold it by contract
};

enum exit_kind {
    EXIT_RETURN,
    EXIT_END,
    EXIT_THROW
}; // END: a call that does not return, see flow_exit.last

struct flow_exit {
    uint8_t kind; // enum exit_kind
    loc_id loc;
    expr_id ret;
    call_id last; // EXIT_END: the call that does not return
    uint32_t trace;
    const struct lock_state *locks;
    const struct object_state *objects;
    const struct mem_cell *mem;      // after the run: fields of the returned object
    const struct known_value *known; // after the run: none
    uint32_t lock_count;
    uint32_t object_count;
    uint32_t mem_count;
    uint32_t known_count;
};

// A call of another function with what was held, for callers' contexts.
struct flow_call {
    call_id call;
    expr_id target;
    const struct lock_state *locks; // LOCK_HELD ones only
    uint32_t lock_count;
};

struct flow_spawn {
    call_id call;
    expr_id entry;
    expr_id arg;
    expr_id handle; // location, none when dropped
    bool detached;
    bool in_loop;
};

struct flow_acquire {
    expr_id lock;
    call_id call;
    uint8_t flags;
};

// A release of a lock that this function acquired.
struct flow_release {
    expr_id lock;
    call_id call;
    call_id acquired_by; // the call that acquired it
    bool from_callee;    // which left it held: the callee hands its lock to this function
};

struct mem_cell;
struct known_value;

// Something that matters to whoever holds a lock meanwhile.
enum flow_act_kind {
    ACT_TAKE,  // waits for a lock. subject: the lock
    ACT_WAIT,  // waits for a condition. subject: the lock that is given back meanwhile
    ACT_SLEEP, // subject: nanoseconds, none when not known
    ACT_BLOCK, // may wait for something outside; EF_MAYBE: a file, or a descriptor that may not
               // block
    ACT_JOIN,  // waits for the end of a thread. subject: its handle
    ACT_SPAWN, // starts a thread. subject: its entry
};

struct flow_held {
    expr_id lock;
    uint32_t site; // where it was taken
    uint8_t flags; // EF_SHARED
    bool serves;  // ACT_BLOCK: of an object that the call is given: it serialises what is done with
                  // the object
    bool ordered; // ACT_TAKE: this lock and the one taken were compared: the order is the same for
                  // everybody
};

// An act of this function, or of a callee with what the callee's callers see of it (then it has a
// chain). Acts of callees are repeated here in terms of this function, so that the outermost
// function knows all that is held.
struct flow_act {
    uint8_t kind; // enum flow_act_kind
    uint8_t flags;
    bool in_thread;        // by a thread that the call starts
    expr_id subject;       // none when it cannot be named here
    call_id call;          // of this function
    uint32_t site;         // where it is done
    struct str by;         // name of the function called there
    const uint32_t *chain; // sites of the calls that lead there, outermost first
    uint32_t chain_count;
    const struct flow_held *held; // locks held then, in the order of their expressions
    uint32_t held_count;
    const expr_id *released; // locks of callers that were given back by then
    uint32_t released_count;
    const struct known_value *when; // what is known of parameters then; private to flow
    uint32_t when_count;
    uint32_t trace;
};

struct flow_acts {
    VEC(struct flow_act) items;
};

// A wait for a condition, of this function itself.
struct flow_wait {
    expr_id cond;
    expr_id lock;
    call_id call;
    uint8_t flags; // EF_TIMED, EF_PREDICATE
};

// A signal, with all locks this function has touched on the way here; one per world.
struct flow_signal {
    expr_id cond;
    call_id call;
    bool all; // wakes all waiters
    const struct lock_state *locks;
    uint32_t lock_count;
};

struct flow_lock_init {
    expr_id lock;
    expr_id kind; // value, see EFFECT_LOCK_INIT
    call_id call;
};

// One lock held (domain locks; flags EF_SHARED, EF_MAYBE when in doubt) or one thread entry that
// may run (domain threads; none when not known which).
struct flow_fact {
    expr_id e;
    uint8_t flags;
};

enum { FACT_SOMETIMES = 128 }; // locks: held in some of the worlds that come here only

// What is so whenever an op is about to run. Locks: those held in some world that comes here,
// EF_MAYBE when in doubt in one. Threads: those running in some world, EF_MAYBE when this thread
// has waited for something since it started the last one.
struct flow_point {
    const struct flow_fact *items;
    uint16_t count;
    bool seen; // some path comes here
};

struct flow_result {
    struct fn_ref fn;
    enum flow_domain domain;
    bool limited;          // the step limit was hit: results are incomplete
    bool releases_unnamed; // some release is of a lock that cannot be named
    VEC(struct flow_event) events;
    VEC(struct flow_exit) exits;
    VEC(struct flow_call) calls;
    VEC(struct flow_spawn) spawns;
    VEC(struct flow_acquire) acquires;
    VEC(struct flow_release) releases;
    VEC(struct flow_lock_init) inits;
    struct flow_acts acts;    // domain FLOW_LOCKS
    struct flow_acts exports; // of these, what callers see
    VEC(struct flow_wait) waits;
    VEC(struct flow_signal) signals;
    VEC(struct trace_node) traces; // [0] is the start
    const struct flow_point
        *points; // [point_count], by op number from first_op on; domains locks and threads
    uint32_t first_op;
    uint32_t point_count;
    struct summary summary;
};

/// Runs one domain over one function. Everything in *ret_result lives in c->arena.
void flow_run(const struct flow_context *c, struct fn_ref fn, enum flow_domain domain,
              struct flow_result *ret_result);

/// What holds when op number `op` of the function is about to run. An empty point, not seen, when
/// that was not recorded.
struct flow_point flow_point_at(const struct flow_result *r, uint32_t op);
/// Number of a place; equal places get equal numbers only when adjacent.
uint32_t flow_site_add(struct flow_sites *sites, struct fn_ref at, loc_id loc);
struct flow_site flow_site_get(const struct flow_sites *sites, uint32_t site);
/// True when the result of `call` is used anywhere in `fn`.
bool flow_result_used(struct fn_ref fn, call_id call);
/// True for a FLOW_DOUBLE_ACQUIRE whose two acquisitions are one place in a loop.
bool flow_is_same_place(const struct flow_sites *sites, const struct flow_result *r,
                        const struct flow_event *e);
/// True when the lock lies in a local variable of the function: no other function can know it
/// unless it is told.
bool flow_is_local_lock(const struct expr_table *t, expr_id lock);
/// True when the value returned at this exit is a guard object that holds the lock.
bool flow_is_returned_guard(struct expr_table *t, const struct flow_exit *exit, expr_id lock);
/// The function takes the lock and releases it again on some path.
bool flow_gives_back(const struct flow_result *r, expr_id lock);
/// Some way out leaves the lock held that the function took.
bool flow_leaves_held(const struct flow_result *r, expr_id lock);
/// What is known of some parameter tells the ways out that release the lock without taking it from
/// those that take and release it.
bool flow_is_told_apart(const struct expr_table *t, const struct flow_result *r, expr_id lock);
/// A parameter that is 0 keeps the function from touching the lock on some ways out, it takes the
/// lock only when the parameter is not 0, and there is a way out that releases the lock with the
/// parameter 0.
bool flow_goes_against_flag(struct expr_table *t, const struct flow_result *r, expr_id lock);
/// For FLOW_THREAD_LOST: the handle goes to the caller through a parameter that is null on this
/// path. Yields its index.
bool flow_is_unwanted_handle(const struct expr_table *t, const struct flow_sites *sites,
                             const struct flow_result *r, const struct flow_event *e,
                             uint32_t *ret_param);
/// Act that an effect of a library function is, -1 for none.
int flow_act_of_effect(const struct effect *e);
/// Adds an act to those that callers see, unless an equal one is there. `call` and `site` say where
/// this function does it or calls what does it.
void flow_export_act(struct expr_table *t, struct arena *arena, struct flow_acts *exports,
                     const struct flow_act *act);
/// True when `effect` belongs to the domain (or changes memory all domains see).
bool flow_effect_in_domain(enum effect_kind kind, enum flow_domain domain);

#endif
