// Streaming JSON writer: SARIF, JSON lines and LSP messages are written value by value in flat
// memory. Commas, quoting and indentation are the writer's business. Text that is not valid UTF-8
// is written with U+FFFD in place of each bad byte.
#ifndef CHECKER_BASE_JSON_H
#define CHECKER_BASE_JSON_H

#include "checker/base/str.h"

#include <stdio.h>

enum { JSON_MAX_DEPTH = 64 };

struct json {
    FILE *out;
    bool pretty;
    unsigned depth;
    bool has_items[JSON_MAX_DEPTH];
    bool after_key;
};

/// Starts writing to `out` (not owned). `pretty` indents by two spaces.
void json_init(struct json *j, FILE *out, bool pretty);
void json_object_begin(struct json *j);
void json_object_end(struct json *j);
void json_array_begin(struct json *j);
void json_array_end(struct json *j);
void json_key(struct json *j, const char *key);
void json_str(struct json *j, struct str s);
void json_int(struct json *j, int64_t value);
void json_double(struct json *j, double value);
void json_bool(struct json *j, bool value);
void json_null(struct json *j);
/// key + value in one call.
void json_key_str(struct json *j, const char *key, struct str s);
void json_key_c(struct json *j, const char *key, const char *c_string);
void json_key_int(struct json *j, const char *key, int64_t value);
void json_key_bool(struct json *j, const char *key, bool value);

#endif
