// One error: what went wrong, on what. Functions that can fail return bool and fill this.
#ifndef CHECKER_BASE_ERR_H
#define CHECKER_BASE_ERR_H

#include <stdbool.h>

struct error {
    bool set;
    char text[1024];
};

/// Fills `err` (which may be NULL) and returns false, so that `return error_set(err, ...)` reads
/// well.
bool error_set(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/// Puts "<context>: " before the present text; returns false.
bool error_wrap(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
