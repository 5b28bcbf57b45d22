// Notes about the run, as reports print them.
#ifndef CHECKER_DRIVE_NOTES_H
#define CHECKER_DRIVE_NOTES_H

#include "reports/report.h"

struct notes {
    struct arena *arena;
    VEC(struct report_note) items;
};

/// Adds a note; `id` must be a literal. The text is copied into the arena.
void notes_add(struct notes *n, const char *id, enum level level, struct place place,
               const char *format, ...) __attribute__((format(printf, 5, 6)));
/// Formats into the arena.
struct str notes_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
