// One analysis of a workspace folder, in a process of its own: the server goes on answering, a
// newer version of a document ends it, and whatever happens to it costs its result only.
//
//   server                                    child
//   buffers as they were at the fork   ->     run_buffers
//   analysis_read, at the end of the pipe <-  one JSON object: see analysis.c
#ifndef CHECKER_LSP_ANALYSIS_H
#define CHECKER_LSP_ANALYSIS_H

#include "checker/lsp/documents.h"

#include <sys/types.h>

struct cJSON; // NOLINT(readability-identifier-naming): not ours

struct analysis {
    pid_t pid; // 0 = none is running
    int fd;
    struct buf answer;
};

struct analysis_request {
    struct str folder;    // absolute; the child works there
    const char *database; // -p of the settings; NULL = to be found
    bool is_review;       // profile
    bool single;          // no database: each open document by itself
    const struct documents *documents;
};

void analysis_init(struct analysis *a);
/// Ends the one that is running and starts another. False when no process can be started.
bool analysis_start(struct analysis *a, const struct analysis_request *request);
/// Takes what the child has written; true at the end, when *ret is the result (cJSON_Delete it) or
/// NULL when the child died.
bool analysis_read(struct analysis *a, struct cJSON **ret);
void analysis_stop(struct analysis *a);

#endif
