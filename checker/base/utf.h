// Byte columns <-> UTF-16 columns, and UTF-8 validity.
#ifndef CHECKER_BASE_UTF_H
#define CHECKER_BASE_UTF_H

#include "checker/base/str.h"

/// Decodes one code point at `at`; sets *ret_len (1..4). Invalid bytes give 0xFFFD and length 1.
uint32_t utf_decode(struct str s, size_t at, size_t *ret_len);
bool utf_valid(struct str s);
/// UTF-16 code units before byte offset `byte` (0-based, clamped) of `line`.
size_t utf_units16(struct str line, size_t byte);
/// Byte offset of UTF-16 unit `unit` (0-based, clamped) of `line`.
size_t utf_byte_of_unit16(struct str line, size_t unit);

#endif
