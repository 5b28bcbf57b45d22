// What a rule is, and what it may read. The only header of the engine that rules include.
//
// A rule is one file rules/<family>/<name>.c that defines `const struct rule rule_<family>_<name>`
// (dashes as underscores) with id "<family>-<name>", and a section "## <id>" in
// docs/rules/<family>.md. Lists, help, SARIF metadata and configuration keys derive from that.
#ifndef CHECKER_RULE_RULE_H
#define CHECKER_RULE_RULE_H

#include "checker/rule/finding.h"

enum precision { PRECISION_MEDIUM, PRECISION_HIGH, PRECISION_VERY_HIGH };

enum { RULE_MAX_CWE = 4, RULE_MAX_OPTIONS = 4 };

// A number the user may set in the configuration file: "options": {"<rule id>": {"<name>": 5}}.
struct rule_option {
    const char *name;
    const char *help;
    int64_t def;
    int64_t min;
    int64_t max;
};

struct rule_ctx; // see checker/rule/check.h

struct rule {
    const char *id;
    const char *summary; // one sentence, no full stop
    enum level level;    // default
    enum precision precision;
    bool review;        // part of profile `review` only
    bool whole_program; // withheld unless the whole compile database was linked
    int cwe[RULE_MAX_CWE];
    const char *cert; // "CON31-C" or NULL
    struct rule_option options[RULE_MAX_OPTIONS];
    void (*check_function)(struct rule_ctx *ctx); // once per function
    void (*check_program)(struct rule_ctx *ctx);  // once, after all functions
};

struct rule_entry {
    const struct rule *rule;
    const char *doc; // Markdown section of docs/rules/<family>.md, without its heading
};

extern const struct rule_entry rule_table[]; // generated, sorted by id
extern const size_t rule_count;

struct score_point; // see checker/rule/scorecard.h

// A folder of rules/: what its rules ask together. Declared in rules/<name>/<name>.c as
// `const struct family family_<name>` (dashes as underscores).
struct family {
    const char *name;
    uint8_t point;        // number in the review of thirteen points; 0 = none of them
    const char *question; // NULL: asks nothing, has no line on the scorecard
    bool of_production;   // asks what matters where the program serves: tests need no answer
    bool reads_builds;    // asks what build and CI files tell: config.evidence
    void (*inspect)(struct rule_ctx *ctx, struct score_point *out); // what there is to ask about
};

extern const struct family *const family_table[]; // generated, sorted by name
extern const size_t family_count;

/// Family of this name, or NULL.
const struct family *family_find(struct str name);

/// Rule with this id, or NULL. *ret_index (may be NULL) is its index in rule_table.
const struct rule *rule_find(struct str id, size_t *ret_index);
/// Id nearest to `id` for "did you mean", or NULL when none is near.
const char *rule_nearest(struct str id);
/// "shared-state" of "shared-state-lock-leak".
struct str rule_family(const struct rule *rule);
/// "SharedStateLockLeak", into `out` (at least 80 bytes).
void rule_pascal_name(const struct rule *rule, char *out, size_t size);

#endif
