#include "checker/rule/config_json.h"

// cJSON does not say where an item stood. The tree keeps the order of the text, so a second walk
// over the (valid) text finds the line of each item; it is stored in `valueint`, which nothing
// reads: numbers are taken from `valuedouble`.

#include <cjson/cJSON.h>
#include <limits.h>
#include <stdio.h>

static uint32_t line_at(struct str text, size_t offset, uint32_t *ret_col) {
    uint32_t line = 1;
    size_t start = 0;
    for (size_t i = 0; i < offset && i < text.len; i++) {
        if (text.ptr[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    if (ret_col != NULL) {
        *ret_col = (uint32_t)(offset - start + 1);
    }
    return line;
}

// Index after the string literal that begins at `i`, or the end of the text.
static size_t skip_string(struct str text, size_t i) {
    for (i++; i < text.len; i++) {
        if (text.ptr[i] == '\\') {
            i++;
        } else if (text.ptr[i] == '"') {
            return i + 1;
        }
    }
    return text.len;
}

static void blank_out(char *text, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        if (text[i] != '\n' && text[i] != '\r') {
            text[i] = ' ';
        }
    }
}

// Index after the comment that begins at `i`; `i` itself when none does; SIZE_MAX when it does not
// end.
static size_t skip_comment(struct str text, size_t i) {
    struct str rest = str_slice(text, i, text.len);
    if (str_starts(rest, STR("//"))) {
        size_t end = str_find_char(text, '\n', i);
        return end == SIZE_MAX ? text.len : end;
    }
    if (str_starts(rest, STR("/*"))) {
        size_t end = str_find(text, STR("*/"), i + 2);
        return end == SIZE_MAX ? SIZE_MAX : end + 2;
    }
    return i;
}

static bool strip_comments(char *text, size_t len, struct error *err) {
    struct str all = str_make(text, len);
    for (size_t i = 0; i < len;) {
        if (text[i] == '"') {
            i = skip_string(all, i);
            continue;
        }
        size_t end = skip_comment(all, i);
        if (end == SIZE_MAX) {
            return error_set(err, "%u: the comment does not end", (unsigned)line_at(all, i, NULL));
        }
        blank_out(text, i, end);
        i = end == i ? i + 1 : end;
    }
    return true;
}

static bool is_blank(char c) {
    return (unsigned char)c <= ' ';
}

// A comma after a value and before a closing bracket is a blank.
static void strip_trailing_commas(char *text, size_t len) {
    struct str all = str_make(text, len);
    size_t comma = SIZE_MAX;
    char before = '\0'; // last character that counts
    for (size_t i = 0; i < len;) {
        char c = text[i];
        if (is_blank(c)) {
            i++;
            continue;
        }
        if ((c == ']' || c == '}') && comma != SIZE_MAX) {
            text[comma] = ' ';
        }
        bool is_separator = c == ',' && before != '\0' && before != '[' && before != '{' &&
                            before != ',' && before != ':';
        comma = is_separator ? i : SIZE_MAX;
        before = c;
        i = c == '"' ? skip_string(all, i) : i + 1;
    }
}

bool config_json_strip(struct arena *arena, struct str text, struct str *ret_text,
                       struct error *err) {
    char *copy = arena_copy(arena, text.ptr != NULL ? text.ptr : "", text.len);
    if (str_starts(text, STR("\xEF\xBB\xBF"))) {
        blank_out(copy, 0, 3); // byte order mark
    }
    if (!strip_comments(copy, text.len, err)) {
        return false;
    }
    strip_trailing_commas(copy, text.len);
    *ret_text = str_make(copy, text.len);
    return true;
}

struct cursor {
    struct str text;
    size_t at;
    size_t counted; // `line` is the line of this offset
    uint32_t line;
};

static void skip_blanks_and(struct cursor *c, char separator) {
    while (c->at < c->text.len &&
           (is_blank(c->text.ptr[c->at]) || c->text.ptr[c->at] == separator)) {
        c->at++;
    }
}

static int current_line(struct cursor *c) {
    for (; c->counted < c->at; c->counted++) {
        c->line += c->text.ptr[c->counted] == '\n' ? 1 : 0;
    }
    return c->line < INT_MAX ? (int)c->line : INT_MAX;
}

static void skip_scalar(struct cursor *c) {
    if (c->at < c->text.len && c->text.ptr[c->at] == '"') {
        c->at = skip_string(c->text, c->at);
        return;
    }
    while (c->at < c->text.len && !is_blank(c->text.ptr[c->at]) && c->text.ptr[c->at] != ',' &&
           c->text.ptr[c->at] != ']' && c->text.ptr[c->at] != '}') {
        c->at++;
    }
}

// Depth is bounded by cJSON's own nesting limit.
static void mark_lines(struct cursor *c, cJSON *item) {
    if (!cJSON_IsObject(item) && !cJSON_IsArray(item)) {
        skip_scalar(c);
        return;
    }
    c->at++; // the bracket
    cJSON *child = NULL;
    cJSON_ArrayForEach(child, item) {
        skip_blanks_and(c, ',');
        child->valueint = current_line(c);
        if (cJSON_IsObject(item)) {
            c->at = skip_string(c->text, c->at);
            skip_blanks_and(c, ':');
        }
        mark_lines(c, child);
    }
    skip_blanks_and(c, ',');
    c->at++;
}

struct cJSON *config_json_parse(struct str text, struct error *err) {
    const char *end = text.ptr;
    cJSON *root = cJSON_ParseWithLengthOpts(text.ptr, text.len + 1, &end, 1);
    if (root == NULL) {
        size_t offset = end != NULL && end >= text.ptr ? (size_t)(end - text.ptr) : 0;
        while (offset < text.len && is_blank(text.ptr[offset])) {
            offset++;
        }
        uint32_t col = 1;
        uint32_t line = line_at(text, offset, &col);
        (void)error_set(
            err, offset >= text.len ? "%u:%u: the file ends too early" : "%u:%u: this is not JSON",
            (unsigned)line, (unsigned)col);
        return NULL;
    }
    struct cursor c = {.text = text, .line = 1};
    skip_blanks_and(&c, ' ');
    root->valueint = current_line(&c);
    mark_lines(&c, root);
    return root;
}

uint32_t config_json_line(const struct cJSON *item) {
    return item->valueint > 0 ? (uint32_t)item->valueint : 1;
}
