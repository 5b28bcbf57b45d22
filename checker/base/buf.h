// Growable text with a hard maximum. Going over the maximum (or out of memory) keeps what fits and
// sets `overflow`; callers test it once at the end.
#ifndef CHECKER_BASE_BUF_H
#define CHECKER_BASE_BUF_H

#include "checker/base/str.h"

struct buf {
    char *data; // always NUL-terminated when not NULL
    size_t len;
    size_t cap;
    size_t max; // bytes of content
    bool overflow;
};

/// Makes an empty buffer that may hold up to `max` bytes.
void buf_init(struct buf *b, size_t max);
/// Frees the text; safe to call twice.
void buf_release(struct buf *b);
void buf_clear(struct buf *b);
void buf_add(struct buf *b, struct str s);
void buf_add_c(struct buf *b, const char *c_string);
void buf_add_char(struct buf *b, char c);
void buf_add_bytes(struct buf *b, const void *data, size_t len);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/// Adds a path as it stands in a URI: all but unreserved characters and '/' percent-encoded.
void buf_add_uri(struct buf *b, struct str path);
struct str buf_str(const struct buf *b);
/// The content as a C string, "" when empty.
const char *buf_c(const struct buf *b);

#endif
