// Positions in text as the Language Server Protocol counts them.
#ifndef CHECKER_LSP_TEXT_H
#define CHECKER_LSP_TEXT_H

#include "checker/base/str.h"
#include "checker/base/vec.h"

// Units that columns count: bytes, UTF-16 units or code points.
enum encoding { ENCODING_UTF8, ENCODING_UTF16, ENCODING_UTF32 };

struct position {
    uint32_t line;      // 0-based
    uint32_t character; // 0-based, in units of the encoding
};

/// Byte offset of a position. Lines end with LF, CR LF or CR. A column behind the end of its line
/// is its end (before the line break), a line behind the last the end of the text.
size_t text_offset(struct str text, struct position at, enum encoding encoding);
/// Text of a line (0-based) without its end; empty when there is none.
struct str text_line(struct str text, uint32_t line);
/// Units before byte `byte` (clamped) of a line.
uint32_t text_units(struct str line, size_t byte, enum encoding encoding);
// A text and where its lines begin, for many questions.
struct text_lines {
    struct str text;
    VEC(uint32_t) starts; // byte offsets
};

/// The starts live in `arena`. Texts of 4 GiB and more have no lines.
void text_lines_init(struct text_lines *lines, struct arena *arena, struct str text);
/// The same as text_line.
struct str text_lines_get(const struct text_lines *lines, uint32_t line);
/// Number of lines; the empty text has one.
uint32_t text_line_count(struct str text);

#endif
