// Text of a terminal: source lines with an underline, and text whose control characters are gone.
#ifndef REPORTS_TEXT_SOURCE_H
#define REPORTS_TEXT_SOURCE_H

#include "reports/report_private.h"

struct text_out {
    const struct report *report;
    FILE *out;
    bool colour;
};

/// Starts or ends a colour ("1;31", "0"); nothing when the report has no colours.
void text_colour(const struct text_out *t, const char *code);
/// Writes text with control and direction characters and bad bytes replaced: what stands in a file
/// can neither move the cursor nor hide what follows.
void text_put(const struct text_out *t, struct str s);
/// "error: ", in its colour.
void text_level(const struct text_out *t, uint8_t level);
/// "src/a.c:12:5", as much of it as is known.
void text_place(const struct text_out *t, struct place place, bool with_col);
/// The line of `place` behind a gutter of line numbers, indented by `indent` columns; with
/// `underline` a second line marks the columns. Nothing when the line cannot be read.
void text_source(const struct text_out *t, struct place place, unsigned indent, bool underline);

#endif
