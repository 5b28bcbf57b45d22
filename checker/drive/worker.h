// A pool of forked processes that parse translation units. libclang runs only in them: it may
// crash, hang or eat memory on bad input, and then one translation unit is lost and its worker
// replaced, nothing else.
//
//   parent                              worker
//   index of the next TU (4 bytes)  ->  front_read, ir_pack
//   on_result                       <-  head (see worker_child.h), packed facts or error text
#ifndef CHECKER_DRIVE_WORKER_H
#define CHECKER_DRIVE_WORKER_H

#include "checker/base/err.h"
#include "checker/front/front.h"

enum worker_outcome {
    WORKER_OK,      // data = packed facts
    WORKER_FAILED,  // data = why there is no syntax tree
    WORKER_SIGNAL,  // code = signal that ended the worker
    WORKER_EXIT,    // code = exit status it ended with
    WORKER_MEMORY,  // over the limit
    WORKER_TIMEOUT, // killed
    WORKER_GARBAGE, // answered what makes no sense; killed
};

struct worker_result {
    enum worker_outcome outcome;
    int code;
    struct str data;   // valid during the call
    uint64_t peak_kib; // greatest memory use of its worker so far, 0 when unknown
};

struct worker_job {
    const struct compile_cmd *cmds;
    const uint32_t *todo; // indexes into cmds, in the order to start them
    uint32_t todo_count;
    struct front_options front;
    uint32_t jobs;    // workers at a time
    uint32_t timeout; // seconds per TU
    uint32_t memory;  // MiB per worker
    bool verbose;     // let libclang's messages through to stderr
    void *ctx;
    void (*on_start)(void *ctx, uint32_t index); // may be NULL
    void (*on_result)(void *ctx, uint32_t index, const struct worker_result *r);
};

/// Runs all of `todo`; on_result is called once for each, in the order they end. Fails only when no
/// worker can be started at all.
bool worker_run(const struct worker_job *job, struct error *err);
/// front_version(), asked of a child process. "unknown" when that fails.
struct str worker_front_version(struct arena *arena);

#endif
