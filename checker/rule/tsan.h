// Reports of ThreadSanitizer, as its runtime prints them, and which findings they show to be real.
#ifndef CHECKER_RULE_TSAN_H
#define CHECKER_RULE_TSAN_H

#include "checker/rule/rule.h"

enum tsan_kind {
    TSAN_RACE,        // also use after free by another thread
    TSAN_LOCK_ORDER,  // a cycle
    TSAN_THREAD_LEAK, // ended and never joined
    TSAN_LOCK_USE,    // double lock, unlock of what is not locked, use of a mutex that is none
    TSAN_SIGNAL,      // unsafe call in a signal handler
    TSAN_OTHER,
};

struct tsan_frame {
    struct str function;
    struct str file; // as printed; empty when not known
    uint32_t line;
};

struct tsan_stack {
    struct str title;              // "Previous write of size 4 at 0x... by thread T1"; may be empty
    VEC(struct tsan_frame) frames; // innermost first
};

struct tsan_report {
    enum tsan_kind kind;
    struct str title;    // "data race"
    struct str variable; // the global it is about, when told
    struct str log;      // file
    uint32_t line;       // in it
    VEC(struct tsan_stack) stacks;
    uint32_t findings; // it confirms
};

struct tsan_log {
    struct arena *arena;
    VEC(struct tsan_report) reports;
};

// How to look at the sources of the run.
struct tsan_sources {
    /// The path of the program's own file that `path` of a log is, as findings name it; empty for
    /// files of others.
    struct str (*own_file)(void *ctx, struct str path);
    struct str (*line_text)(void *ctx, struct place place);
    void *ctx;
};

/// Adds the reports that the text of a log has; anything else in it is passed over. Texts point
/// into `text`. Frames beyond 64 of a stack, and stacks beyond 16 of a report, are left out.
void tsan_read(struct tsan_log *log, struct str name, struct str text);
/// Sets `confirmed` of the findings that a report shows, and counts them in the report.
void tsan_confirm(struct tsan_log *log, const struct tsan_sources *sources,
                  struct finding_list *findings);
/// A run under ThreadSanitizer could show what this rule finds.
bool tsan_can_show(const struct rule *rule);
/// Place of the innermost frame in an own file, of the first stack that has one; line 0 when there
/// is none.
struct place tsan_place(const struct tsan_report *r, const struct tsan_sources *sources);

#endif
