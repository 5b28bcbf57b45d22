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

bool error_wrap(struct error *err, const char *format, ...) {
    if (err) {
        char inner[sizeof err->text];
        memcpy(inner, err->text, sizeof inner);
        va_list args;
        va_start(args, format);
        int n = vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        size_t used = n < 0 ? 0 : (size_t)n;
        if (used < sizeof err->text) {
            (void)snprintf(err->text + used, sizeof err->text - used, ": %s", inner);
        }
        err->set = true;
    }
    return false;
}
