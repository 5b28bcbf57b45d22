// Growable text on the heap; every write goes through reserve(), which knows the maximum.
#include "checker/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *b, size_t max) {
    *b = (struct buf){.max = max};
}

void buf_release(struct buf *b) {
    free(b->data);
    *b = (struct buf){.max = b->max};
}

void buf_clear(struct buf *b) {
    b->len = 0;
    b->overflow = false;
    if (b->data) {
        b->data[0] = '\0';
    }
}

// Room for `more` bytes, as far as the maximum allows; returns how many fit.
static size_t reserve(struct buf *b, size_t more) {
    if (more > b->max - b->len) {
        b->overflow = true;
        more = b->max - b->len;
    }
    if (b->len + more < b->cap) {
        return more;
    }
    size_t cap = b->cap ? b->cap : 64;
    while (cap < b->len + more + 1 && cap <= SIZE_MAX / 2) {
        cap *= 2;
    }
    char *grown = cap > b->len + more ? realloc(b->data, cap) : NULL;
    if (!grown) {
        b->overflow = true;
        return b->cap > b->len + 1 ? b->cap - b->len - 1 : 0;
    }
    b->data = grown;
    b->cap = cap;
    return more;
}

void buf_add_bytes(struct buf *b, const void *data, size_t len) {
    size_t fits = reserve(b, len);
    if (fits) {
        memcpy(b->data + b->len, data, fits);
        b->len += fits;
    }
    if (b->data) {
        b->data[b->len] = '\0';
    }
}

void buf_add(struct buf *b, struct str s) {
    buf_add_bytes(b, s.ptr, s.len);
}

void buf_add_c(struct buf *b, const char *c_string) {
    buf_add(b, str_from(c_string));
}

void buf_add_char(struct buf *b, char c) {
    buf_add_bytes(b, &c, 1);
}

void buf_addf(struct buf *b, const char *format, ...) {
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    char small[256];
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < sizeof small) {
        buf_add_bytes(b, small, (size_t)n);
    } else if (n > 0) {
        char *big = malloc((size_t)n + 1);
        if (big) {
            (void)vsnprintf(big, (size_t)n + 1, format, again);
            buf_add_bytes(b, big, (size_t)n);
            free(big);
        } else {
            b->overflow = true;
        }
    }
    va_end(again);
}

void buf_add_uri(struct buf *b, struct str path) {
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '/' || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            buf_add_char(b, (char)c);
        } else {
            buf_add_char(b, '%');
            buf_add_char(b, hex[c >> 4]);
            buf_add_char(b, hex[c & 15]);
        }
    }
}

struct str buf_str(const struct buf *b) {
    return (struct str){b->data ? b->data : "", b->len};
}

const char *buf_c(const struct buf *b) {
    return b->data ? b->data : "";
}
