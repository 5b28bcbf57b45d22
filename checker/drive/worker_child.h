// What runs inside a worker process. Private to worker.c.
#ifndef CHECKER_DRIVE_WORKER_CHILD_H
#define CHECKER_DRIVE_WORKER_CHILD_H

#include "checker/drive/worker.h"

#include <sys/types.h>

enum { WORKER_MAGIC = 0x746c6661 };

// Before every answer.
struct worker_head {
    uint32_t magic;
    uint32_t index;   // the TU, as asked for
    uint32_t outcome; // WORKER_OK, WORKER_FAILED or WORKER_MEMORY
    uint32_t leaving; // 1: the worker ends after this answer
    uint64_t length;  // bytes that follow
    uint64_t peak_kib;
};

enum { WORKER_MAX_ANSWER = 0x7fffffff }; // bytes

/// Serves TU after TU until the other end of `fd` is closed. Does not return.
_Noreturn void worker_child_main(const struct worker_job *job, int fd, pid_t parent);

#endif
