// Parts of the SARIF writer. Not for use outside reports/sarif*.c.
#ifndef REPORTS_SARIF_PRIVATE_H
#define REPORTS_SARIF_PRIVATE_H

#include "checker/base/json.h"
#include "checker/base/map.h"

#include "reports/report_private.h"

// GitHub's hashes of the lines of one file. Findings come sorted by file, so one file is kept.
struct line_hash {
    uint64_t hash;
    uint32_t occurrence; // 1-based among equal hashes of the file
};

struct line_hashes {
    struct arena arena;
    struct str file;
    VEC(struct line_hash) lines; // [line - 1]; empty when the file cannot be read
};

enum { SARIF_CLASSES = 3 * 3 + 1 }; // levels by precisions, and suppressed

struct sarif_limits {
    uint32_t room[SARIF_CLASSES]; // results of the class that may still be written
    uint32_t all;                 // results asked for
    uint32_t taken;               // of these, how many fit
    uint32_t long_flows;
};

struct sarif {
    const struct report *report;
    const struct report_options *options;
    struct json json;
    struct arena arena;
    uint32_t *rule_index; // [rule_count]: position in driver.rules, SARIF_NO_INDEX when not there
    VEC(int) cwes;        // taxa, ascending
    struct map files;     // hash of a path -> index in artifacts
    struct line_hashes hashes;
    struct sarif_limits limits;
};

enum { SARIF_NO_INDEX = 0x7fffffff };

/// Lists the rules of the run and the CWE entries they refer to.
void sarif_rules_collect(struct sarif *s);
/// "tool": {...}
void sarif_tool(struct sarif *s);
/// "taxonomies": [...]
void sarif_taxonomies(struct sarif *s);
/// "results": [...]
void sarif_results(struct sarif *s);
/// Percent-encoded relative reference, or file:// URI of an absolute path; in the arena.
struct str sarif_uri(struct sarif *s, struct str path, bool is_dir);
/// {uri, uriBaseId, index}
void sarif_artifact_location(struct sarif *s, struct str file);
/// "physicalLocation": {...}; `with_text` adds the code and the whole line.
void sarif_physical_location(struct sarif *s, struct place place, bool with_text);
/// "<key>": {"text": "<text>"}, with a period at the end.
void sarif_message(struct sarif *s, const char *key, struct str text);
/// One notification of the invocation, an array item.
void sarif_notification(struct sarif *s, const struct report_note *note);

/// Counts what is asked for and shares out the room; before any result is written.
void sarif_limits_measure(struct sarif *s);
/// True when the result is to be written; each is asked for once.
bool sarif_limits_take(struct sarif *s, const struct finding *f);
/// How many of the first steps of a thread flow are left out.
uint32_t sarif_limits_skip(uint32_t steps);
/// Notifications about what did not fit.
void sarif_limits_notify(struct sarif *s);

/// "<hex>:<occurrence>" as GitHub computes it, into `out`; false when the file cannot be read.
bool sarif_line_hash(struct sarif *s, struct place place, char out[40]);

/// Hashes of all lines of `text`, in order, into `ret` (its arena).
void sarif_hash_lines(struct line_hashes *ret, struct str text);

#endif
