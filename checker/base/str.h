// Slices of text: pointer and length, not NUL-terminated, never owned.
#ifndef CHECKER_BASE_STR_H
#define CHECKER_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *ptr;
    size_t len;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_FMT      "%.*s"
#define STR_ARG(s)   (int)(s).len, (s).ptr ? (s).ptr : ""

/// Slice over a NUL-terminated string; NULL gives the empty slice.
struct str str_from(const char *c_string);
struct str str_make(const char *ptr, size_t len);
bool str_eq(struct str a, struct str b);
/// Byte order; returns <0, 0, >0.
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/// Index of the first `needle` at or after `from`, or SIZE_MAX.
size_t str_find(struct str s, struct str needle, size_t from);
size_t str_find_char(struct str s, char c, size_t from);
size_t str_rfind_char(struct str s, char c);
/// [from, to) clamped to the slice.
struct str str_slice(struct str s, size_t from, size_t to);
/// Removes blanks (space, tab, CR, LF) at both ends.
struct str str_trim(struct str s);
/// A letter, digit or '_' of ASCII: part of an identifier.
bool str_is_word(char c);
/// `word` stands in `s` with no part of an identifier before or behind it.
bool str_has_word(struct str s, struct str word);
/// "len" of "struct queue::len" and of "*q->len"; empty when there is no word.
struct str str_last_word(struct str s);
/// Splits at the first `sep`: returns what is before it and leaves what is after it in *rest.
/// Without `sep` returns all and leaves *rest empty (ptr NULL).
struct str str_cut(struct str *rest, char sep);
/// Whole slice as a number; false when it is not one or out of range.
bool str_to_i64(struct str s, int64_t *ret_value);
bool str_to_u64(struct str s, uint64_t *ret_value);
/// Shell-style match of the whole text: `*` any run, `?` one character.
bool str_glob(struct str pattern, struct str text);
/// Levenshtein distance capped at `cap` (for "did you mean").
unsigned str_distance(struct str a, struct str b, unsigned cap);

#endif
