// Slices: nothing here allocates or needs a NUL.
#include "checker/base/str.h"

#include <string.h>

struct str str_from(const char *c_string) {
    return c_string ? (struct str){c_string, strlen(c_string)} : (struct str){"", 0};
}

struct str str_make(const char *ptr, size_t len) {
    return (struct str){ptr, len};
}

bool str_eq(struct str a, struct str b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

int str_cmp(struct str a, struct str b) {
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

bool str_starts(struct str s, struct str prefix) {
    return s.len >= prefix.len && str_eq(str_make(s.ptr, prefix.len), prefix);
}

bool str_ends(struct str s, struct str suffix) {
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

size_t str_find(struct str s, struct str needle, size_t from) {
    if (needle.len == 0) {
        return from <= s.len ? from : SIZE_MAX;
    }
    size_t i = str_find_char(s, needle.ptr[0], from);
    while (i != SIZE_MAX && needle.len <= s.len - i) {
        if (memcmp(s.ptr + i, needle.ptr, needle.len) == 0) {
            return i;
        }
        i = str_find_char(s, needle.ptr[0], i + 1);
    }
    return SIZE_MAX;
}

size_t str_find_char(struct str s, char c, size_t from) {
    if (from >= s.len) {
        return SIZE_MAX;
    }
    const char *p = memchr(s.ptr + from, c, s.len - from);
    return p ? (size_t)(p - s.ptr) : SIZE_MAX;
}

size_t str_rfind_char(struct str s, char c) {
    for (size_t i = s.len; i > 0; i--) {
        if (s.ptr[i - 1] == c) {
            return i - 1;
        }
    }
    return SIZE_MAX;
}

struct str str_slice(struct str s, size_t from, size_t to) {
    to = to < s.len ? to : s.len;
    from = from < to ? from : to;
    return s.ptr ? (struct str){s.ptr + from, to - from} : (struct str){"", 0};
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool str_is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool str_has_word(struct str s, struct str word) {
    for (size_t at = str_find(s, word, 0); at != SIZE_MAX; at = str_find(s, word, at + 1)) {
        size_t end = at + word.len;
        if ((at == 0 || !str_is_word(s.ptr[at - 1])) &&
            (end == s.len || !str_is_word(s.ptr[end]))) {
            return true;
        }
    }
    return false;
}

struct str str_last_word(struct str s) {
    size_t to = s.len;
    while (to > 0 && !str_is_word(s.ptr[to - 1])) {
        to--;
    }
    size_t from = to;
    while (from > 0 && str_is_word(s.ptr[from - 1])) {
        from--;
    }
    return str_slice(s, from, to);
}

struct str str_trim(struct str s) {
    while (s.len && is_blank(s.ptr[s.len - 1])) {
        s.len--;
    }
    while (s.len && is_blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    return s;
}

struct str str_cut(struct str *rest, char sep) {
    struct str all = *rest;
    size_t at = str_find_char(all, sep, 0);
    if (at == SIZE_MAX) {
        *rest = (struct str){NULL, 0};
        return all;
    }
    *rest = str_make(all.ptr + at + 1, all.len - at - 1);
    return str_make(all.ptr, at);
}

bool str_to_u64(struct str s, uint64_t *ret_value) {
    if (!s.len) {
        return false;
    }
    uint64_t v = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(s.ptr[i] - '0');
        if (v > (UINT64_MAX - digit) / 10) {
            return false;
        }
        v = v * 10 + digit;
    }
    *ret_value = v;
    return true;
}

bool str_to_i64(struct str s, int64_t *ret_value) {
    bool negative = s.len && s.ptr[0] == '-';
    uint64_t v = 0;
    if (!str_to_u64(str_slice(s, negative, s.len), &v) || v > (uint64_t)INT64_MAX + negative) {
        return false;
    }
    *ret_value = negative ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

bool str_glob(struct str pattern, struct str text) {
    size_t p = 0;
    size_t t = 0;
    size_t star = SIZE_MAX;
    size_t mark = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.len && (pattern.ptr[p] == '?' || pattern.ptr[p] == text.ptr[t])) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*') {
        p++;
    }
    return p == pattern.len;
}

enum { DISTANCE_MAX = 128 };

unsigned str_distance(struct str a, struct str b, unsigned cap) {
    if (a.len > DISTANCE_MAX || b.len > DISTANCE_MAX) {
        return str_eq(a, b) ? 0 : cap;
    }
    unsigned row[DISTANCE_MAX + 1];
    for (size_t j = 0; j <= b.len; j++) {
        row[j] = (unsigned)j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b.len; j++) {
            unsigned up = row[j];
            unsigned best = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
            best = best < up + 1 ? best : up + 1;
            best = best < row[j - 1] + 1 ? best : row[j - 1] + 1;
            row[j] = best;
            diagonal = up;
        }
    }
    return row[b.len] < cap ? row[b.len] : cap;
}
