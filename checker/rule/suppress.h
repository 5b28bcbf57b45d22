// Suppressions in the source:
//   code(); // NOLINT(threadlint-shared-state-race) reason          this line
//   // NOLINTNEXTLINE(threadlint-*): reason                         next line
//   // NOLINTBEGIN(threadlint-lifetime-*) ... NOLINTEND             the lines between
//   // threadlint: ignore[shared-state-race] reason                 this line, or the next when
//                                                                   it stands alone
// A bare NOLINT is honoured too (clang-tidy's meaning) but never reported as unused. A suppression
// at the finding's own place or at any of its related places and other threads' access steps works.
#ifndef CHECKER_RULE_SUPPRESS_H
#define CHECKER_RULE_SUPPRESS_H

#include "checker/rule/config.h"

struct suppression {
    struct str file;
    uint32_t line; // of the comment
    uint32_t col;
    uint32_t first; // lines it covers
    uint32_t last;
    struct str pattern; // rule id glob without "threadlint-"; empty = bare NOLINT
    struct str reason;
    bool used;
};

struct suppressions {
    struct arena *arena;
    bool partial;                  // only a part of the program was looked at
    VEC(struct suppression) items; // by file, then line
};

void suppressions_init(struct suppressions *s, struct arena *arena);
/// Scans one source text (comments only: strings and character literals are skipped).
void suppressions_scan(struct suppressions *s, struct str file, struct str text);
/// Marks findings as suppressed and suppressions as used. Then adds one finding of rule
/// "suppression-unused" per unused suppression that names threadlint rules which are all enabled,
/// when that rule is enabled. With `partial` only those that can do nothing whatever the rest of
/// the program is: no such rule, no reason though one is demanded.
void suppressions_apply(struct suppressions *s, const struct config *config,
                        struct finding_list *findings);

#endif
