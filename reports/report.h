// Reports: findings of one run -> a format. A report reads findings and the run's figures, nothing
// of the engine.
#ifndef REPORTS_REPORT_H
#define REPORTS_REPORT_H

#include "checker/base/err.h"
#include "checker/rule/scorecard.h"

#include <stdio.h>

// Something the user must know about the run: a file that was skipped, a limit that was hit.
struct report_note {
    const char *id;     // "file-skipped", "file-partial", "database-entry", "limit", "config"
    enum level level;   // LEVEL_ERROR makes the run incomplete
    struct place place; // may be empty
    struct str text;    // names the file and what to do
};

struct report_file {
    struct str path;
    bool analysed;
    bool is_main;
    uint32_t functions;
    uint32_t errors; // code errors in it
};

// One row of the thread inventory.
struct report_thread {
    struct str entry;   // qualified name of the entry function
    struct place spawn; // where it is started
    struct str spawn_function;
    struct str handle;      // where the handle is kept, "" when dropped
    const char *end;        // "joined", "detached", "escapes", "lost", "unknown"
    struct place end_place; // join or detach, when known
    bool many;              // started in a loop
};

struct report_lock {
    struct str name; // "struct queue::mu", "log_mu"
    struct str kind; // type name: "pthread_mutex_t"
    uint32_t acquires;
};

struct report_function {
    struct str name;
    struct place place;
};

// Of the version control system, as far as known.
struct report_revision {
    struct str id;
    struct str branch;
    struct str repository; // an address without credentials
};

// Who last changed the line of a finding; `revision` is empty when that is not known.
struct report_owner {
    struct str revision;
    struct str author;
    struct str email;
    int64_t time; // seconds since the epoch
};

struct report {
    const struct finding_list *findings; // finished (sorted, fingerprinted)
    VEC(struct report_note) notes;
    VEC(struct report_file) files;
    VEC(struct report_thread) threads;
    VEC(struct report_lock) locks;
    VEC(struct report_function) functions;
    struct scorecard scorecard;
    struct str root;     // absolute project root
    struct str version;  // of threadlint
    struct str baseline; // absolute path of the baseline, there or not; empty when not asked for
    struct str command_line;
    VEC(struct str) arguments;
    struct str working_directory;
    int64_t start_time; // seconds since the epoch
    int64_t end_time;
    double seconds; // wall time of the run
    uint32_t tus;   // translation units in the run
    uint32_t tus_cached;
    uint32_t tus_failed;
    int exit_code;
    bool complete;     // every TU was analysed
    bool has_baseline; // findings that are not known are new
    struct report_revision revision;
    const struct report_owner *owners; // per finding; NULL when not asked for
    const bool *rule_enabled;          // [rule_count]: evaluated in this run
    // Text of a line (1-based, without its end) of a source file; empty when it cannot be read.
    struct str (*line)(void *ctx, struct str file, uint32_t line);
    void *line_ctx;
};

struct report_options {
    bool colour;          // text
    bool scorecard;       // text, JSON: tell the points of the review, findings below them
    bool with_suppressed; // show suppressed and known findings
    bool only_known;      // baseline: leave out what is new
    bool absolute_root;   // SARIF: originalUriBaseIds with uri
    bool merged_flows;    // SARIF: the steps of all threads in one thread flow
};

struct reporter {
    const char *name; // "text"
    const char *help;
    bool (*write)(const struct report *r, const struct report_options *options, FILE *out,
                  struct error *err);
};

extern const struct reporter reporters[]; // text, sarif, json
extern const size_t reporter_count;

struct json;
/// One finding as the members of the JSON format.
void report_put_finding(struct json *j, const struct report *r, const struct finding *f);
/// Exclusive byte end column of `place` within `line`: as given, or the end of the identifier or
/// character that starts there.
uint32_t report_end_col(struct place place, struct str line);

/// Writes the run into the SQLite database at `path` (created when missing, schema migrated):
/// reports/sqlite.c.
bool sqlite_store(const struct report *r, const char *path, struct error *err);

#endif
