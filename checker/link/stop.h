// The stop path of the threads: which loops a thread goes round, what lets them end, what they wait
// for, and who ends, wakes and joins the thread. Questions rules ask are answered from this.
//
// A thread is *owned* by the place that keeps its handle, *stopped* by what its loops test and
// others write, *woken* by what its waits wait for, and *ended* by a join, detach or cancellation
// of the handle.
#ifndef CHECKER_LINK_STOP_H
#define CHECKER_LINK_STOP_H

#include "checker/link/program.h"

struct loop;

// `flag` cmp `num`: comparison of memory that all threads see with a number.
struct stop_test {
    expr_id flag; // class; none when something else is tested
    uint8_t cmp;
    int64_t num;
};

enum { STOP_TESTS = 3 };

// A way out of a loop: all tests hold.
struct stop_exit {
    struct stop_test tests[STOP_TESTS];
    uint32_t count;
    loc_id loc;
};

// A loop in a function that a thread runs.
struct stop_loop {
    node_id node;
    const struct loop *loop;
    loc_id loc;   // of its head
    bool leaves;  // a call in it may end the thread or the process
    bool unknown; // a call in it could not be followed
    VEC(struct stop_exit) exits;
};

// Where the handle of a thread is kept: a class, or a local variable of `node`.
struct stop_home {
    expr_id class;
    node_id node;
    expr_id place;
};

// A call that starts the thread, itself or in a function it calls.
struct stop_start {
    node_id node;
    op_id op;
};

enum stop_end_kind { STOP_JOIN, STOP_DETACH, STOP_CANCEL, STOP_INTERRUPT, STOP_END_KINDS };

// A call that is done to the handle of a thread.
struct stop_end {
    uint8_t kind; // enum stop_end_kind
    bool assumed; // the handle could not be followed, but the function knows where it is kept
    uint8_t home; // of the thread's: which; 0 when assumed
    node_id node;
    op_id op; // the call, of a library function or of one that does it
};

// A wait that the thread may stay in for ever, in a loop.
struct stop_wait {
    node_id node;
    op_id op;
    expr_id on;     // class of the condition, semaphore or descriptor; none when not known
    bool condition; // it waits for a condition
    bool object;    // it waits for a condition or semaphore, not for input
    bool maybe;     // the descriptor may be set to non-blocking
};

// A sleep of a known length, in a function the thread runs.
struct stop_nap {
    node_id node;
    op_id op;
    int64_t nanoseconds;
};

struct program_stop {
    uint32_t root; // see program_root
    VEC(struct stop_start) starts;
    VEC(struct stop_home) homes;
    bool homeless;     // some handle goes where it could not be followed
    bool detached;     // some of the threads are detached from the start, or detach themselves
    node_id self_node; // where the thread detaches itself; op 0: it does not
    op_id self_op;
    VEC(struct stop_end) ends;
    VEC(uint32_t) loops; // numbers, see program_stop_loop
    VEC(struct stop_wait) waits;
    VEC(struct stop_nap) naps;
};

// A write of a flag.
struct stop_write {
    node_id node;
    op_id op;
    bool known; // it stores `value`
    int64_t value;
};

// Memory that some loop of a thread tests to end.
struct program_flag {
    expr_id class;
    VEC(struct stop_write) writes;
    bool exposed; // its address goes somewhere, or it is no variable of this program: others may
                  // write it
};

// Memory is given back.
struct stop_free {
    node_id node;
    op_id op;        // the call, of a library function or of one that does it
    uint32_t record; // name of what lay there
};

uint32_t program_stop_free_count(const struct program *p);
const struct stop_free *program_stop_free(const struct program *p, uint32_t index);
/// The object that goes is one that keeps the handle.
bool program_frees_home(const struct program *p, const struct stop_free *x,
                        const struct stop_home *h);
/// `n` itself starts the thread, or calls what does.
bool program_starts(const struct program *p, const struct program_stop *s, node_id n);

uint32_t program_stop_count(const struct program *p);
const struct program_stop *program_stop(const struct program *p, uint32_t index);
/// Something of this kind is done to the handle, or may be.
bool program_stop_has_end(const struct program_stop *s, enum stop_end_kind kind);
const struct stop_loop *program_stop_loop(const struct program *p, uint32_t index);
/// What is known of a flag that some stop_test names.
const struct program_flag *program_flag_of(const struct program *p, expr_id class);
/// Nothing but constants is ever stored in it, and nobody else can write it.
bool program_flag_is_known(const struct program_flag *f);
/// What is written lets the test hold.
bool program_write_meets(const struct stop_write *w, const struct stop_test *t);
/// No write of the program lets the way out of the loop be taken; *ret_test: why.
bool program_exit_is_closed(const struct program *p, const struct stop_exit *x,
                            const struct stop_test **ret_test);

// A stop request that leaves a thread in its wait.
struct program_unwoken {
    const struct program_stop *stop;
    const struct stop_wait *wait;
    const struct stop_test *test;   // what the request lets hold
    const struct stop_write *write; // the request
    struct flow_site join;          // comes after it, and waits for the thread
};
/// A loop around the op, in the same function, ends when another thread than the stop's writes a
/// flag; NULL when none does.
const struct stop_test *program_stop_request(const struct program *p, const struct program_stop *s,
                                             node_id n, op_id op);
uint32_t program_unwoken_count(const struct program *p);
const struct program_unwoken *program_unwoken(const struct program *p, uint32_t index);

// A stop request after which what the flag lies in is freed, with no wait for the thread between.
struct program_abandoned {
    const struct program_stop *stop;
    node_id loop; // function with the loop that tests
    const struct stop_test *test;
    const struct stop_write *write;
    struct flow_site freed;
};
uint32_t program_abandoned_count(const struct program *p);
const struct program_abandoned *program_abandoned(const struct program *p, uint32_t index);
/// First call in `fn` of a virtual function of this class (its key) that some class overrides; 0
/// for none.
call_id program_virtual_call(const struct program *p, struct fn_ref fn, struct str record);

/// The stop path of one thread, indented; and of every thread, for `threadlint show threads`.
void program_print_stop(const struct program *p, const struct program_stop *s, struct buf *out);
void program_print_stops(const struct program *p, struct buf *out);

#endif
