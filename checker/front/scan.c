// Scanner of raw source text. Never reads past the slice, whatever the offset.
#include "checker/front/scan.h"

#include <string.h>

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

static bool word_is(struct str text, size_t at, size_t end, struct str word) {
    return end - at == word.len && memcmp(text.ptr + at, word.ptr, word.len) == 0;
}

static char char_at(struct str text, size_t at) {
    return at < text.len ? text.ptr[at] : '\0';
}

// After a line splice at `at` ("\" newline), or `at` itself when there is none.
static size_t skip_splice(struct str text, size_t at) {
    if (char_at(text, at) != '\\') {
        return at;
    }
    if (char_at(text, at + 1) == '\n') {
        return at + 2;
    }
    if (char_at(text, at + 1) == '\r' && char_at(text, at + 2) == '\n') {
        return at + 3;
    }
    return at;
}

static size_t skip_line_comment(struct str text, size_t at) {
    while (at < text.len && text.ptr[at] != '\n') {
        size_t after = skip_splice(text, at);
        at = after > at ? after : at + 1;
    }
    return at;
}

static size_t skip_block_comment(struct str text, size_t at) {
    size_t end = str_find(text, STR("*/"), at + 2);
    return end == SIZE_MAX ? text.len : end + 2;
}

size_t scan_skip_blank(struct str text, size_t at) {
    while (at < text.len) {
        size_t after = skip_splice(text, at);
        if (after > at) {
            at = after;
        } else if (is_blank(text.ptr[at])) {
            at++;
        } else if (text.ptr[at] == '/' && char_at(text, at + 1) == '/') {
            at = skip_line_comment(text, at);
        } else if (text.ptr[at] == '/' && char_at(text, at + 1) == '*') {
            at = skip_block_comment(text, at);
        } else {
            return at;
        }
    }
    return text.len;
}

static size_t skip_raw_string(struct str text, size_t quote) {
    size_t open = str_find_char(text, '(', quote);
    size_t mark_len = open == SIZE_MAX ? SIZE_MAX : open - quote - 1;
    if (mark_len > 16) {
        return quote + 1;
    }
    for (size_t at = open + 1; at + mark_len + 1 < text.len; at++) {
        if (text.ptr[at] == ')' && text.ptr[at + 1 + mark_len] == '"' &&
            memcmp(text.ptr + at + 1, text.ptr + quote + 1, mark_len) == 0) {
            return at + mark_len + 2;
        }
    }
    return text.len;
}

// The quote at `at` follows R, LR, uR, UR or u8R.
static bool is_raw_prefix(struct str text, size_t at) {
    size_t start = at;
    while (start > 0 && at - start < 4 && is_word(text.ptr[start - 1])) {
        start--;
    }
    return word_is(text, start, at, STR("R")) || word_is(text, start, at, STR("LR")) ||
           word_is(text, start, at, STR("uR")) || word_is(text, start, at, STR("UR")) ||
           word_is(text, start, at, STR("u8R"));
}

// `at` is a quote; after the closing one. A line end closes it too (bad code, apostrophes in
// #error).
static size_t skip_literal(struct str text, size_t at) {
    char quote = text.ptr[at];
    if (quote == '"' && is_raw_prefix(text, at)) {
        return skip_raw_string(text, at);
    }
    for (at++; at < text.len && text.ptr[at] != quote; at++) {
        if (text.ptr[at] == '\\') {
            at++;
        } else if (text.ptr[at] == '\n') {
            return at;
        }
    }
    return at < text.len ? at + 1 : text.len;
}

static size_t skip_word(struct str text, size_t at) {
    bool is_number = char_at(text, at) >= '0' && char_at(text, at) <= '9';
    while (at < text.len && (is_word(text.ptr[at]) || (is_number && text.ptr[at] == '\'' &&
                                                       is_word(char_at(text, at + 1))))) {
        at++;
    }
    return at;
}

// One piece of code at `at` (a word, a literal or one byte); returns where the next one starts.
static size_t next_piece(struct str text, size_t at) {
    char c = text.ptr[at];
    if (c == '"' || c == '\'') {
        at = skip_literal(text, at);
    } else if (is_word(c)) {
        at = skip_word(text, at);
    } else {
        at++;
    }
    return scan_skip_blank(text, at);
}

// After the "(" that follows the keyword at `at`, or SIZE_MAX. `constexpr` and `consteval` are
// skipped.
static size_t open_header(struct str text, size_t at, struct str keyword) {
    size_t end = at < text.len ? skip_word(text, at) : at;
    if (!word_is(text, at, end, keyword)) {
        return SIZE_MAX;
    }
    at = scan_skip_blank(text, end);
    end = at < text.len ? skip_word(text, at) : at;
    if (word_is(text, at, end, STR("constexpr"))) {
        at = scan_skip_blank(text, end);
    }
    if (char_at(text, at) != '(') {
        return SIZE_MAX;
    }
    return scan_skip_blank(text, at + 1);
}

static int depth_change(char c) {
    if (c == '(' || c == '[' || c == '{') {
        return 1;
    }
    return c == ')' || c == ']' || c == '}' ? -1 : 0;
}

int scan_for_parts(struct str text, size_t at) {
    at = open_header(text, at, STR("for"));
    if (at == SIZE_MAX) {
        return -1;
    }
    int mask = 0;
    int slot = 0;
    int depth = 0;
    while (at < text.len) {
        char c = text.ptr[at];
        if (depth == 0 && c == ')') {
            return slot == 2 ? mask : -1;
        }
        if (depth == 0 && c == ';') {
            slot++;
        } else if (slot > 2) {
            return -1;
        } else {
            mask |= 1 << slot;
            depth += depth_change(c);
        }
        at = next_piece(text, at);
    }
    return -1;
}

size_t scan_after_init(struct str text, size_t at) {
    size_t open = open_header(text, at, STR("if"));
    if (open == SIZE_MAX) {
        open = open_header(text, at, STR("switch"));
    }
    if (open == SIZE_MAX) {
        return SIZE_MAX;
    }
    int depth = 0;
    for (size_t p = open; p < text.len; p = next_piece(text, p)) {
        char c = text.ptr[p];
        if (depth == 0 && c == ';') {
            return p > open ? p + 1 : SIZE_MAX;
        }
        if (depth == 0 && c == ')') {
            break;
        }
        depth += depth_change(c);
    }
    return SIZE_MAX;
}

bool scan_has_init(struct str text, size_t at) {
    return scan_after_init(text, at) != SIZE_MAX;
}

struct str scan_identifier(struct str text, size_t at) {
    if (at >= text.len) {
        return (struct str){0};
    }
    at = scan_skip_blank(text, at);
    size_t end = at < text.len ? skip_word(text, at) : at;
    return str_make(text.ptr + at, end - at);
}

// Mnemonics in the text of an asm literal [at, end), quotes included.
static bool literal_has_fence(struct str text, size_t at, size_t end) {
    static const char *const fences[] = {"mfence", "lfence", "sfence", "lock",  "dmb",
                                         "dsb",    "fence",  "sync",   "lwsync"};
    while (at < end) {
        if (!is_word(text.ptr[at])) {
            at += text.ptr[at] == '\\' && at + 1 < end ? 2 : 1;
            continue;
        }
        size_t after = at;
        while (after < end && is_word(text.ptr[after])) {
            after++;
        }
        for (size_t i = 0; i < sizeof fences / sizeof fences[0]; i++) {
            if (word_is(text, at, after, str_from(fences[i]))) {
                return true;
            }
        }
        at = after;
    }
    return false;
}

static unsigned asm_word(struct str text, size_t at, size_t end) {
    if (word_is(text, at, end, STR("volatile")) || word_is(text, at, end, STR("__volatile__")) ||
        word_is(text, at, end, STR("__volatile"))) {
        return SCAN_ASM_VOLATILE;
    }
    return word_is(text, at, end, STR("goto")) ? SCAN_ASM_GOTO : 0;
}

static bool is_asm_keyword(struct str word) {
    return str_eq(word, STR("asm")) || str_eq(word, STR("__asm")) || str_eq(word, STR("__asm__"));
}

unsigned scan_asm(struct str text, size_t at) {
    if (!is_asm_keyword(scan_identifier(text, at))) {
        return 0;
    }
    unsigned flags = 0;
    int depth = 0;
    for (size_t p = scan_skip_blank(text, at); p < text.len; p = next_piece(text, p)) {
        char c = text.ptr[p];
        depth += depth_change(c);
        if (depth <= 0 && (c == ')' || c == ';' || c == '}')) {
            break;
        }
        if (c == '"') {
            size_t end = skip_literal(text, p);
            if (word_is(text, p, end, STR("\"memory\""))) {
                flags |= SCAN_ASM_MEMORY;
            } else if (literal_has_fence(text, p, end)) {
                flags |= SCAN_ASM_FENCE;
            }
        } else if (depth == 0 && is_word(c)) {
            flags |= asm_word(text, p, skip_word(text, p));
        }
    }
    return flags;
}

// `name` or `__name__` at [at, end).
static bool is_attribute_word(struct str text, size_t at, size_t end, struct str name) {
    if (word_is(text, at, end, name)) {
        return true;
    }
    return end - at == name.len + 4 && memcmp(text.ptr + at, "__", 2) == 0 &&
           memcmp(text.ptr + end - 2, "__", 2) == 0 &&
           memcmp(text.ptr + at + 2, name.ptr, name.len) == 0;
}

struct str scan_call_argument(struct str text, size_t at, size_t end, struct str name) {
    text = str_slice(text, 0, end);
    for (size_t p = scan_skip_blank(text, at); p < text.len; p = next_piece(text, p)) {
        if (!is_word(text.ptr[p]) || !is_attribute_word(text, p, skip_word(text, p), name)) {
            continue;
        }
        size_t open = next_piece(text, p);
        if (char_at(text, open) != '(') {
            continue;
        }
        int depth = 0;
        for (size_t q = open; q < text.len; q = next_piece(text, q)) {
            depth += depth_change(text.ptr[q]);
            if (depth == 0) {
                return str_trim(str_slice(text, open + 1, q));
            }
        }
        break;
    }
    return (struct str){0};
}

bool scan_has_word(struct str text, size_t at, size_t end, struct str word) {
    text = str_slice(text, 0, end);
    for (size_t p = scan_skip_blank(text, at); p < text.len; p = next_piece(text, p)) {
        if (is_word(text.ptr[p]) && word_is(text, p, skip_word(text, p), word)) {
            return true;
        }
    }
    return false;
}
