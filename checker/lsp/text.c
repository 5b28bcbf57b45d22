#include "checker/lsp/text.h"

#include "checker/base/utf.h"

// Offset behind the line break that ends the line at `at`; SIZE_MAX when the text ends first.
static size_t next_line(struct str text, size_t at) {
    for (; at < text.len; at++) {
        if (text.ptr[at] == '\n') {
            return at + 1;
        }
        if (text.ptr[at] == '\r') {
            return at + 1 < text.len && text.ptr[at + 1] == '\n' ? at + 2 : at + 1;
        }
    }
    return SIZE_MAX;
}

static size_t line_start(struct str text, uint32_t line) {
    size_t at = 0;
    for (uint32_t i = 0; i < line && at != SIZE_MAX; i++) {
        at = next_line(text, at);
    }
    return at;
}

static size_t line_end(struct str text, size_t start) {
    while (start < text.len && text.ptr[start] != '\n' && text.ptr[start] != '\r') {
        start++;
    }
    return start;
}

struct str text_line(struct str text, uint32_t line) {
    size_t start = line_start(text, line);
    return start == SIZE_MAX ? (struct str){0} : str_slice(text, start, line_end(text, start));
}

static uint32_t units_of(uint32_t c, size_t bytes, enum encoding encoding) {
    return encoding == ENCODING_UTF8                  ? (uint32_t)bytes
           : encoding == ENCODING_UTF16 && c > 0xFFFF ? 2
                                                      : 1;
}

uint32_t text_units(struct str line, size_t byte, enum encoding encoding) {
    uint32_t units = 0;
    for (size_t at = 0; at < line.len && at < byte;) {
        size_t len = 0;
        uint32_t c = utf_decode(line, at, &len);
        units += units_of(c, len, encoding);
        at += len;
    }
    return units;
}

size_t text_offset(struct str text, struct position at, enum encoding encoding) {
    size_t start = line_start(text, at.line);
    if (start == SIZE_MAX) {
        return text.len;
    }
    struct str line = str_slice(text, start, line_end(text, start));
    size_t byte = 0;
    uint32_t units = 0;
    while (byte < line.len && units < at.character) {
        size_t len = 0;
        uint32_t c = utf_decode(line, byte, &len);
        units += units_of(c, len, encoding);
        if (units > at.character) {
            break; // within a character: before it
        }
        byte += len;
    }
    return start + byte;
}

uint32_t text_line_count(struct str text) {
    uint32_t count = 1;
    for (size_t at = next_line(text, 0); at != SIZE_MAX; at = next_line(text, at)) {
        count++;
    }
    return count;
}

void text_lines_init(struct text_lines *lines, struct arena *arena, struct str text) {
    *lines = (struct text_lines){.text = text};
    for (size_t at = 0; at != SIZE_MAX && at <= UINT32_MAX; at = next_line(text, at)) {
        vec_push(arena, &lines->starts, (uint32_t)at);
    }
}

struct str text_lines_get(const struct text_lines *lines, uint32_t line) {
    if (line >= lines->starts.len) {
        return (struct str){0};
    }
    size_t start = lines->starts.data[line];
    return str_slice(lines->text, start, line_end(lines->text, start));
}
