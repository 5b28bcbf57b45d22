// Positions in text as the Language Server Protocol counts them.
#ifndef CHECKER_LSP_TEXT_H
#define CHECKER_LSP_TEXT_H

#include "checker/base/str.h"

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
/// Number of lines; the empty text has one.
uint32_t text_line_count(struct str text);

#endif
