#include "reports/text_source.h"

// Source lines for people. Columns of places are bytes, columns of a terminal are cells: a tab goes
// to the next stop, a wide character takes two cells, a combining mark none. Long lines are cut to
// a window around the marked columns.

#include "checker/base/utf.h"

enum { TAB_WIDTH = 4, WINDOW = 140, WINDOW_LEAD = 40 };

// Cells of the marked range, and the part of the line that is shown.
struct span {
    size_t start;
    size_t end;
    size_t from;
    size_t to;
    size_t width; // of the whole line
};

void text_colour(const struct text_out *t, const char *code) {
    if (t->colour) {
        (void)fprintf(t->out, "\033[%sm", code);
    }
}

static const char *level_colour(uint8_t level) {
    if (level == LEVEL_ERROR) {
        return "1;31";
    }
    return level == LEVEL_WARNING ? "1;35" : "1;36";
}

void text_level(const struct text_out *t, uint8_t level) {
    text_colour(t, level_colour(level));
    (void)fprintf(t->out, "%s: ", level_name((enum level)level));
    text_colour(t, "0");
}

static bool is_hidden(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

static void put_char(const struct text_out *t, struct str s, size_t at, size_t len, uint32_t c) {
    if (is_hidden(c) || (c == 0xFFFD && len == 1)) {
        (void)fputs("\xEF\xBF\xBD", t->out);
    } else {
        (void)fwrite(s.ptr + at, 1, len, t->out);
    }
}

void text_put(const struct text_out *t, struct str s) {
    for (size_t i = 0; i < s.len;) {
        size_t len = 0;
        uint32_t c = utf_decode(s, i, &len);
        put_char(t, s, i, len, c);
        i += len;
    }
}

void text_place(const struct text_out *t, struct place place, bool with_col) {
    text_put(t, place.file.len ? place.file : STR("threadlint"));
    if (place.line) {
        (void)fprintf(t->out, ":%u", place.line);
    }
    if (place.line && place.col && with_col) {
        (void)fprintf(t->out, ":%u", place.col);
    }
}

static size_t cells(uint32_t c, size_t column) {
    if (c == '\t') {
        return TAB_WIDTH - column % TAB_WIDTH;
    }
    if (c >= 0x300 && c <= 0x36f) {
        return 0;
    }
    bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
                (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
                (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
                (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
    return wide ? 2 : 1;
}

static struct span measure(struct str line, struct place place) {
    size_t first = place.col ? place.col - 1 : 0;
    size_t last = report_end_col(place, line) - 1;
    struct span span = {0};
    for (size_t i = 0; i < line.len;) {
        size_t len = 0;
        uint32_t c = utf_decode(line, i, &len);
        if (i <= first) {
            span.start = span.width;
        }
        span.width += cells(c, span.width);
        if (i < last) {
            span.end = span.width;
        }
        i += len;
    }
    if (first >= line.len) {
        span.start = span.width; // just behind the line
    }
    if (span.end <= span.start) {
        span.end = span.start + 1;
    }
    bool is_far = span.start > WINDOW - WINDOW_LEAD;
    span.from = is_far && span.width > WINDOW ? span.start - WINDOW_LEAD : 0;
    span.to = span.from + WINDOW;
    return span;
}

static void put_line(const struct text_out *t, struct str line, const struct span *span) {
    size_t column = 0;
    if (span->from) {
        (void)fputs("...", t->out);
    }
    for (size_t i = 0; i < line.len && column < span->to;) {
        size_t len = 0;
        uint32_t c = utf_decode(line, i, &len);
        size_t width = cells(c, column);
        if (column >= span->from && c == '\t') {
            (void)fprintf(t->out, "%*s", (int)width, "");
        } else if (column >= span->from) {
            put_char(t, line, i, len, c);
        }
        column += width;
        i += len;
    }
    (void)fputs(span->width > span->to ? "...\n" : "\n", t->out);
}

static void put_underline(const struct text_out *t, const struct span *span) {
    size_t lead = span->start - span->from + (span->from ? 3 : 0);
    size_t end = span->end < span->to ? span->end : span->to;
    (void)fprintf(t->out, "%*s", (int)lead, "");
    text_colour(t, "1;32");
    (void)fputc('^', t->out);
    for (size_t i = span->start + 1; i < end; i++) {
        (void)fputc('~', t->out);
    }
    text_colour(t, "0");
    (void)fputc('\n', t->out);
}

void text_source(const struct text_out *t, struct place place, unsigned indent, bool underline) {
    struct str line = report_line(t->report, place);
    while (line.len && (line.ptr[line.len - 1] == '\r' || line.ptr[line.len - 1] == '\n' ||
                        line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t')) {
        line.len--;
    }
    if (!line.len) {
        return;
    }
    struct span span = measure(line, place);
    (void)fprintf(t->out, "%*s%5u | ", (int)indent, "", place.line);
    put_line(t, line, &span);
    if (underline && place.col) {
        (void)fprintf(t->out, "%*s      | ", (int)indent, "");
        put_underline(t, &span);
    }
}
