#include "reports/xml.h"

#include "checker/base/utf.h"

#include <inttypes.h>

static const char *entity(uint32_t c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&apos;";
    case '\t': // attributes would turn these into blanks
        return "&#9;";
    case '\n':
        return "&#10;";
    case '\r':
        return "&#13;";
    default:
        return NULL;
    }
}

// https://www.w3.org/TR/xml/#charsets without C1 controls and what turns the direction of text,
// which could show code as something else.
static bool is_char(uint32_t c) {
    bool is_control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    bool turns = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x61C ||
                 c == 0x200E || c == 0x200F;
    return !is_control && !turns && !(c >= 0xD800 && c <= 0xDFFF) && c != 0xFFFE && c != 0xFFFF;
}

void xml_text(FILE *out, struct str text) {
    for (size_t i = 0; i < text.len;) {
        size_t len = 0;
        uint32_t c = utf_decode(text, i, &len);
        const char *escaped = entity(c);
        if (escaped) {
            (void)fputs(escaped, out);
        } else if (is_char(c) && c != 0xFFFD) {
            (void)fwrite(text.ptr + i, 1, len, out);
        } else {
            (void)fputs("\xEF\xBF\xBD", out);
        }
        i += len;
    }
}

void xml_attr(FILE *out, const char *name, struct str value) {
    (void)fprintf(out, " %s=\"", name);
    xml_text(out, value);
    (void)fputc('"', out);
}

void xml_attr_int(FILE *out, const char *name, uint64_t value) {
    (void)fprintf(out, " %s=\"%" PRIu64 "\"", name, value);
}
