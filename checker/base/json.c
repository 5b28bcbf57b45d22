// Streaming JSON writer. Keeps one bit per open scope: whether a comma is due.
#include "checker/base/json.h"

#include "checker/base/utf.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

void json_init(struct json *j, FILE *out, bool pretty) {
    *j = (struct json){.out = out, .pretty = pretty};
}

static void newline(struct json *j) {
    if (!j->pretty) {
        return;
    }
    (void)fputc('\n', j->out);
    for (unsigned i = 0; i < j->depth; i++) {
        (void)fputs("  ", j->out);
    }
}

// Scopes deeper than JSON_MAX_DEPTH share the last bit; json_*_end sets it again, so commas stay
// right.
static bool *items(struct json *j) {
    return &j->has_items[j->depth < JSON_MAX_DEPTH ? j->depth : JSON_MAX_DEPTH - 1];
}

static void before_value(struct json *j) {
    if (j->after_key) {
        j->after_key = false;
        return;
    }
    if (*items(j)) {
        (void)fputc(',', j->out);
    }
    *items(j) = true;
    if (j->depth) {
        newline(j);
    }
}

static void open_scope(struct json *j, char c) {
    before_value(j);
    (void)fputc(c, j->out);
    j->depth++;
    *items(j) = false;
}

static void close_scope(struct json *j, char c) {
    bool had = *items(j);
    j->depth -= j->depth > 0;
    if (had) {
        newline(j);
    }
    *items(j) = true;
    (void)fputc(c, j->out);
}

void json_object_begin(struct json *j) {
    open_scope(j, '{');
}

void json_object_end(struct json *j) {
    close_scope(j, '}');
}

void json_array_begin(struct json *j) {
    open_scope(j, '[');
}

void json_array_end(struct json *j) {
    close_scope(j, ']');
}

static void write_char(FILE *out, struct str s, size_t at, size_t len, uint32_t c) {
    switch (c) {
    case '"':
        (void)fputs("\\\"", out);
        return;
    case '\\':
        (void)fputs("\\\\", out);
        return;
    case '\n':
        (void)fputs("\\n", out);
        return;
    case '\r':
        (void)fputs("\\r", out);
        return;
    case '\t':
        (void)fputs("\\t", out);
        return;
    default:
        break;
    }
    if (c < 0x20 || c == 0x7f || (c == 0xFFFD && len == 1)) {
        (void)fprintf(out, "\\u%04x", (unsigned)c);
    } else {
        (void)fwrite(s.ptr + at, 1, len, out);
    }
}

static void write_text(struct json *j, struct str s) {
    (void)fputc('"', j->out);
    for (size_t i = 0; i < s.len;) {
        size_t len = 0;
        uint32_t c = utf_decode(s, i, &len);
        write_char(j->out, s, i, len, c);
        i += len;
    }
    (void)fputc('"', j->out);
}

void json_key(struct json *j, const char *key) {
    before_value(j);
    write_text(j, str_from(key));
    (void)fputs(j->pretty ? ": " : ":", j->out);
    j->after_key = true;
}

void json_str(struct json *j, struct str s) {
    before_value(j);
    write_text(j, s);
}

void json_int(struct json *j, int64_t value) {
    before_value(j);
    (void)fprintf(j->out, "%" PRId64, value);
}

void json_double(struct json *j, double value) {
    before_value(j);
    if (!isfinite(value)) {
        (void)fputs("null", j->out);
        return;
    }
    // Fewest digits that read back as the same number.
    char text[40] = "";
    for (int digits = 15; digits <= 17 && (!text[0] || strtod(text, NULL) != value); digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, value);
    }
    (void)fputs(text, j->out);
}

void json_bool(struct json *j, bool value) {
    before_value(j);
    (void)fputs(value ? "true" : "false", j->out);
}

void json_null(struct json *j) {
    before_value(j);
    (void)fputs("null", j->out);
}

void json_key_str(struct json *j, const char *key, struct str s) {
    json_key(j, key);
    json_str(j, s);
}

void json_key_c(struct json *j, const char *key, const char *c_string) {
    json_key(j, key);
    json_str(j, str_from(c_string));
}

void json_key_int(struct json *j, const char *key, int64_t value) {
    json_key(j, key);
    json_int(j, value);
}

void json_key_bool(struct json *j, const char *key, bool value) {
    json_key(j, key);
    json_bool(j, value);
}
