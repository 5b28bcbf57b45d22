// UTF-8 decoding; overlong forms, surrogates and truncated sequences are invalid.
#include "checker/base/utf.h"

// How many bytes follow this first byte of a longer sequence; 0 when it cannot start one.
static unsigned following(unsigned char c) {
    if (c < 0xC2 || c > 0xF4) {
        return 0;
    }
    return c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
}

uint32_t utf_decode(struct str s, size_t at, size_t *ret_len) {
    *ret_len = 1;
    if (at >= s.len) {
        return 0xFFFD;
    }
    unsigned char c = (unsigned char)s.ptr[at];
    if (c < 0x80) {
        return c;
    }
    unsigned more = following(c);
    if (!more || more >= s.len - at) {
        return 0xFFFD;
    }
    uint32_t v = c & (0x3Fu >> more);
    for (unsigned i = 1; i <= more; i++) {
        unsigned char d = (unsigned char)s.ptr[at + i];
        if ((d & 0xC0) != 0x80) {
            return 0xFFFD;
        }
        v = v << 6 | (d & 0x3Fu);
    }
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (v < least[more] || v > 0x10FFFF || (v >= 0xD800 && v <= 0xDFFF)) {
        return 0xFFFD;
    }
    *ret_len = more + 1;
    return v;
}

bool utf_valid(struct str s) {
    for (size_t i = 0; i < s.len;) {
        size_t n = 0;
        uint32_t c = utf_decode(s, i, &n);
        if (c == 0xFFFD && n == 1) {
            return false;
        }
        i += n;
    }
    return true;
}

size_t utf_units16(struct str line, size_t byte) {
    size_t units = 0;
    for (size_t i = 0; i < byte && i < line.len;) {
        size_t n = 0;
        units += utf_decode(line, i, &n) >= 0x10000 ? 2 : 1;
        i += n;
    }
    return units;
}

size_t utf_byte_of_unit16(struct str line, size_t unit) {
    size_t units = 0;
    size_t i = 0;
    while (i < line.len && units < unit) {
        size_t n = 0;
        units += utf_decode(line, i, &n) >= 0x10000 ? 2 : 1;
        i += n;
    }
    return i;
}
