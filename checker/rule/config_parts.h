// What the config*.c files share: the table of keys, which the reader and the JSON Schema both
// follow, and the matching of rule patterns. Private to checker/rule.
#ifndef CHECKER_RULE_CONFIG_PARTS_H
#define CHECKER_RULE_CONFIG_PARTS_H

#include "checker/rule/config.h"

// What the value of a key looks like.
enum config_shape {
    CONFIG_TEXT,      // "text"
    CONFIG_BOOL,      // true, false
    CONFIG_WORD,      // one of `words`
    CONFIG_TEXTS,     // ["text", ...]
    CONFIG_RULES,     // {"pattern": "level", ...}
    CONFIG_OVERRIDES, // [{"paths": [...], "rules": {...}}, ...]
    CONFIG_OPTIONS,   // {"rule": {"option": 5}}
};

enum config_key_id {
    KEY_SCHEMA,
    KEY_ROOT,
    KEY_PROFILE,
    KEY_RULES,
    KEY_OVERRIDES,
    KEY_EXCLUDE,
    KEY_MODELS,
    KEY_OPTIONS,
    KEY_FAIL_ON,
    KEY_REQUIRE_REASON,
    KEY_BASELINE,
    KEY_PATHS, // in an override
};

enum { CONFIG_MAX_WORDS = 6 };

// One key of the file. `words` are the values a CONFIG_WORD may have, ended by NULL; the first is
// the default.
struct config_key {
    const char *name;
    enum config_key_id id;
    enum config_shape shape;
    const char *help; // one sentence, Markdown free: shown by editors
    const char *words[CONFIG_MAX_WORDS];
};

struct config_key_table {
    const struct config_key *keys;
    size_t count;
};

extern const struct config_key_table config_top_keys;      // of the file
extern const struct config_key_table config_override_keys; // of one object in "overrides"
extern const char *const config_levels[];                  // words of a rule level, ended by NULL

/// Level and "at its own level" of a rule-level word; false when `word` is none.
bool config_level_word(struct str word, enum level *ret_level, bool *ret_use_default);
/// True when `pattern` (an id, a family name or a glob) names `rule`.
bool config_pattern_names(struct str pattern, const struct rule *rule);
/// True when some rule is named by `pattern`.
bool config_pattern_is_known(struct str pattern);
/// 3 for an exact id, 2 for a family name, 1 for a glob: within one set of rules the more exact
/// wins.
unsigned config_pattern_rank(struct str pattern);
/// Reads the text of a configuration file into `c`, whose path and dir are set. Errors name c->path
/// and the line.
bool config_parse(struct config *c, struct str text, struct error *err);

#endif
