// JSON with comments and trailing commas -> a cJSON tree whose items know their line. Used by
// config_parse.c only.
#ifndef CHECKER_RULE_CONFIG_JSON_H
#define CHECKER_RULE_CONFIG_JSON_H

#include "checker/base/arena.h"
#include "checker/base/err.h"
#include "checker/base/str.h"

struct cJSON; // NOLINT(readability-identifier-naming): not ours

/// Copy of `text` in `arena` with comments and trailing commas turned into blanks: same length,
/// same lines. Fails on a comment that does not end; the error names the line.
bool config_json_strip(struct arena *arena, struct str text, struct str *ret_text,
                       struct error *err);
/// Parses stripped text; the caller frees the tree with cJSON_Delete. NULL on failure, with
/// "line:column: what".
struct cJSON *config_json_parse(struct str text, struct error *err);
/// Line (1-based) where the item's key, or the item itself in an array, stands.
uint32_t config_json_line(const struct cJSON *item);

#endif
