// Project configuration: .threadlint.json (comments and trailing commas allowed) found upward, and
// command-line settings.
#ifndef CHECKER_RULE_CONFIG_H
#define CHECKER_RULE_CONFIG_H

#include "checker/base/err.h"
#include "checker/rule/evidence.h"
#include "checker/rule/rule.h"

#include <stdio.h>

enum profile { PROFILE_BUGS, PROFILE_REVIEW };

// Settings in order of precedence, lowest first: rule defaults, profile, "rules" of the file,
// "overrides" that match the finding's file (later wins), command line.
struct config_setting {
    struct str pattern; // rule id or glob: "shared-state-*"
    enum level level;   // LEVEL_OFF disables
    bool use_default;   // "on": enable at the rule's own level
};

struct config_override {
    VEC(struct str) paths; // gitignore-style globs relative to the configuration file
    VEC(struct config_setting) settings;
};

struct config_option {
    const struct rule *rule;
    struct str name;
    int64_t value;
};

struct config {
    struct arena *arena;
    struct str path;        // of the file read, empty when none
    struct hash128 content; // of its text
    struct str dir;         // its directory, absolute: the project root unless told otherwise
    enum profile profile;
    VEC(struct config_setting) settings;
    VEC(struct config_setting) cli_settings;
    VEC(struct config_override) overrides;
    VEC(struct str) exclude; // path globs: nothing is reported there
    VEC(struct str) models;  // paths of the user's model files, absolute
    VEC(struct config_option) options;
    struct str baseline;      // path of the baseline, absolute; empty when not told
    enum level fail_on;       // gate level of exit code 1 (default LEVEL_WARNING)
    bool require_reason;      // suppressions without a reason do not count
    struct evidence evidence; // not of the file: what the build files of the project tell
};

void config_init(struct config *c, struct arena *arena);
/// Reads a configuration file. Unknown keys, rules, options and wrong types are errors that name
/// the file, the line, the key and the nearest known name.
bool config_load(struct config *c, const char *path, struct error *err);
/// Nearest .threadlint.json in `start` (absolute directory) or a parent; NULL when there is none.
char *config_find(struct arena *arena, const char *start);
/// Adds a command-line setting "PATTERN=LEVEL" or "PATTERN" (enable); `level` LEVEL_OFF disables. A
/// pattern that matches no rule is an error.
bool config_add_setting(struct config *c, struct str pattern, enum level level, bool use_default,
                        struct error *err);
/// Level of `rule` for a finding in `file` (relative to the root); LEVEL_OFF = do not report.
enum level config_level(const struct config *c, const struct rule *rule, struct str file);
/// True when the rule can be reported in some file: others need not be run.
bool config_may_report(const struct config *c, const struct rule *rule);
bool config_is_excluded(const struct config *c, struct str file);
int64_t config_rule_option(const struct config *c, const struct rule *rule, const char *name);
/// Gitignore-style match: `*` within a component, `**` across, trailing `/` a directory and all
/// below it, no slash = any depth.
bool config_path_match(struct str pattern, struct str path);
/// JSON Schema of the file, for --print-schema and docs.
void config_print_schema(FILE *out);

#endif
