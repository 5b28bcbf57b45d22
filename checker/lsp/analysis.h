// One analysis of a workspace folder, in a process of its own: the server goes on answering, a
// newer version of a document ends it, and whatever happens to it costs its result only.
//
//   server                                    child (child.c, places.c)
//   buffers as they were at the fork   ->     run_buffers
//   analysis_read                        <-   lines "done total", then one JSON object: see child.c
#ifndef CHECKER_LSP_ANALYSIS_H
#define CHECKER_LSP_ANALYSIS_H

#include "checker/base/json.h"
#include "checker/lsp/documents.h"

#include <sys/types.h>

struct cJSON; // NOLINT(readability-identifier-naming): not ours
struct program;
struct report;

struct analysis {
    pid_t pid; // 0 = none is running
    int fd;
    struct buf answer;
    size_t seen;    // bytes of the answer that are lines looked at
    uint32_t done;  // of the commands read so far
    uint32_t total; // 0 = not known yet
};

struct analysis_request {
    struct str folder;        // absolute; the child works there
    const char *database;     // -p of the settings; NULL = to be found
    bool is_review;           // profile
    bool needs_places;        // for hovers and hints: no kept result will do
    const char *const *flags; // for files that no command reads
    uint32_t flag_count;
    const struct documents *documents;
};

void analysis_init(struct analysis *a);
/// Ends the one that is running and starts another. False when no process can be started.
bool analysis_start(struct analysis *a, const struct analysis_request *request);
/// Takes what the child has written; true at the end, when *ret is the result (cJSON_Delete it) or
/// NULL when the child died.
bool analysis_read(struct analysis *a, struct cJSON **ret);
void analysis_stop(struct analysis *a);

/// What runs in the child; writes to `fd`. (child.c)
_Noreturn void analysis_child(const struct analysis_request *q, int fd, pid_t parent);
/// Members of an object: what is known of places in open documents. (places.c)
void places_put(struct json *j, const struct report *r, struct program *p,
                const struct documents *documents);

#endif
