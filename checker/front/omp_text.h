// Directives of OpenMP as text. Works on slices. Private to the front room.
#ifndef CHECKER_FRONT_OMP_TEXT_H
#define CHECKER_FRONT_OMP_TEXT_H

#include "checker/base/str.h"

enum omp_kind {
    OMP_OTHER,    // lowered as if it was not there
    OMP_PARALLEL, // a team runs the statement
    OMP_FOR,      // a team shares the rounds of the loop
    OMP_ONE,      // one thread runs it, or each part of it
    OMP_BARRIER,  // no statement belongs to these two
    OMP_ALONE,
    OMP_CRITICAL,
    OMP_ATOMIC,
};

struct omp_directive {
    uint32_t start;  // of the '#'
    uint32_t end;    // of the line, exclusive
    struct str text; // after "omp"
};

/// A directive on the line that starts at `line`.
bool omp_directive_at(struct str text, size_t line, struct omp_directive *ret);
/// Start of the line after the one that contains `at`, continued lines counted as one.
size_t omp_next_line(struct str text, size_t at);
enum omp_kind omp_kind_of(struct str text);
bool omp_has_clause(struct str text, const char *name);
/// The team may be one thread only.
bool omp_is_alone(struct str text);
/// A clause gives each thread a variable of its own.
bool omp_is_private(struct str text, struct str name);
/// Loops that belong to the directive.
uint32_t omp_collapsed(struct str text);
/// Name of a critical section; unnamed ones are one.
struct str omp_lock_name(struct str text);

#endif
