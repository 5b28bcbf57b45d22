// Errors as values: formats into the fixed buffer of struct error, cutting what does not fit.
#include "checker/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool error_set(struct error *err, const char *format, ...) {
    if (err) {
        va_list args;
        va_start(args, format);
        (void)vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        err->set = true;
    }
    return false;
}

// Puts `text` at offset `at`, as far as it fits.
static void append(struct error *err, size_t at, const char *text) {
    size_t last = sizeof err->text - 1;
    size_t len = strlen(text);
    if (at < last) {
        len = len < last - at ? len : last - at;
        memcpy(err->text + at, text, len);
        err->text[at + len] = '\0';
    }
}

bool error_wrap(struct error *err, const char *format, ...) {
    if (err) {
        char inner[sizeof err->text];
        memcpy(inner, err->text, sizeof inner);
        if (!err->set) {
            inner[0] = '\0';
        }
        va_list args;
        va_start(args, format);
        int n = vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        size_t used = n < 0 ? 0 : (size_t)n;
        if (inner[0]) {
            append(err, used, ": ");
            append(err, used + 2, inner);
        }
        err->set = true;
    }
    return false;
}
