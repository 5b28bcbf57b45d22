// Scanner of raw source text, for what libclang hides: which parts of a for header are present,
// init statements, names of builtins, asm clobbers, attribute arguments. Works on slices, never on
// cursors, so it is tested and fuzzed alone. Skips blanks, comments, line splices, string and
// character literals.
#ifndef CHECKER_FRONT_SCAN_H
#define CHECKER_FRONT_SCAN_H

#include "checker/base/str.h"

enum { SCAN_FOR_INIT = 1, SCAN_FOR_COND = 2, SCAN_FOR_INC = 4 };

/// Text whose start is the keyword `for`: mask of the parts present (SCAN_FOR_*), or -1 when it
/// does not look like a for header (range-for, macro trickery). `at` is the byte offset of the
/// keyword.
int scan_for_parts(struct str text, size_t at);
/// `if (init; cond)` or `switch (init; cond)` at `at`: true when there is an init statement; an
/// empty one `if (; c)` is none. False when the text is not such a header.
bool scan_has_init(struct str text, size_t at);
/// Offset just after the `;` of the init statement; SIZE_MAX when there is none.
size_t scan_after_init(struct str text, size_t at);
/// Identifier at `at` (blanks and comments before it are skipped); empty when there is none.
struct str scan_identifier(struct str text, size_t at);

enum { SCAN_ASM_MEMORY = 1, SCAN_ASM_VOLATILE = 2, SCAN_ASM_GOTO = 4, SCAN_ASM_FENCE = 8 };

/// asm statement at `at` (asm, __asm, __asm__): SCAN_ASM_* flags. FENCE: the text has a fence
/// mnemonic or a lock prefix (mfence, lfence, sfence, lock, dmb, dsb, fence, sync).
unsigned scan_asm(struct str text, size_t at);

/// Finds `name(` or `__name__(` as a word at or after `at` and before `end`; returns the text
/// between the parentheses, trimmed; empty when absent. "cleanup" gives "mtx_cleanup" for
/// cleanup(mtx_cleanup).
struct str scan_call_argument(struct str text, size_t at, size_t end, struct str name);
/// True when `word` occurs as a whole word outside comments and literals in [at, end).
bool scan_has_word(struct str text, size_t at, size_t end, struct str word);
/// Skips blanks, comments and splices from `at`; returns the offset of the next code byte or
/// text.len.
size_t scan_skip_blank(struct str text, size_t at);

#endif
