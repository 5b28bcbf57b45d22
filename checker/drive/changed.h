// Which lines differ from an older revision, as git says.
#ifndef CHECKER_DRIVE_CHANGED_H
#define CHECKER_DRIVE_CHANGED_H

#include "checker/base/err.h"
#include "checker/rule/finding.h"

struct changed_lines {
    struct str file; // relative to the directory asked about
    uint32_t first;
    uint32_t last; // inclusive
};

struct changed {
    struct arena *arena;
    VEC(struct changed_lines) ranges;
};

/// Lines of the work tree below `dir` (absolute) that are not in revision `rev`; files git does not
/// know yet have changed as a whole. Runs git twice. Fails when it is not there, or says no.
bool changed_read(struct arena *arena, struct str dir, const char *rev, struct changed *ret,
                  struct error *err);
/// Adds what the text of `git diff -U0` says.
void changed_add_diff(struct changed *c, struct str diff);
bool changed_has(const struct changed *c, struct place place);

#endif
