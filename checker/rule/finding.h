// Findings: what rules say, in the form reports print. No ids of the engine, only text and places,
// so that a finding can be stored, compared between runs and shown without the facts it came from.
#ifndef CHECKER_RULE_FINDING_H
#define CHECKER_RULE_FINDING_H

#include "checker/base/arena.h"
#include "checker/base/hash.h"
#include "checker/base/str.h"
#include "checker/base/vec.h"

struct rule;

enum level { LEVEL_OFF, LEVEL_NOTE, LEVEL_WARNING, LEVEL_ERROR };

// Where something is. `file` is relative to the project root when under it.
struct place {
    struct str file;
    uint32_t line;    // 1-based, 0 = no place
    uint32_t col;     // 1-based byte column
    uint32_t end_col; // exclusive byte column on the same line, 0 = unknown
};

enum step_kind {
    STEP_NOTE,
    STEP_BRANCH,
    STEP_CALL,
    STEP_RETURN,
    STEP_ACQUIRE,
    STEP_RELEASE,
    STEP_SPAWN,
    STEP_JOIN,
    STEP_ACCESS, // memory
    STEP_WAIT,
    STEP_CHANNEL, // descriptor opened, closed, used
};

// One step of the story, in the order it happens within its thread.
struct finding_step {
    struct place place;
    struct str text; // "'mu' is locked here"
    uint8_t kind;    // enum step_kind
    uint8_t thread;  // index into finding.threads; 0 = the thread of the finding's own place
    uint8_t depth;   // call nesting, 0 = the function of the finding
    struct str held; // locks held after this step: "mu, log_mu"; may be empty
};

struct finding_related {
    struct place place;
    struct str text;
};

enum fix_kind {
    FIX_NONE,
    FIX_NAME_GUARD,      // a name for the guard that begins at the place
    FIX_IF_TO_WHILE,     // the `if` whose condition begins at the place
    FIX_STRONG_CAS,      // the strong compare-and-exchange for the weak one called at the place
    FIX_DROP_NOTE,       // no suppression comment at the place
    FIX_WAIT_FOR_LOCK,   // waits for the lock instead of trying at the place
    FIX_LOCK_TO_WRITE,   // the lock taken at the place is taken for writing
    FIX_ATOMIC_FLAG,     // the variable or member declared at the place is _Atomic (C)
    FIX_UNLOCK_TO_LEAVE, // the statement at `source`, once more before the return at the place
    FIX_KIND_COUNT,
};

// An edit that mends what was found. The rule gives kind and place, some also `source`;
// findings_finish looks at the text of the line and completes it, or drops it when the text is not
// as expected.
struct finding_fix {
    uint8_t kind;        // enum fix_kind
    bool whole_line;     // the end of the line goes as well
    struct place place;  // what is replaced
    struct str text;     // by this
    struct place source; // not needed any more once it is complete
};

struct finding {
    const struct rule *rule;
    uint8_t level; // enum level, after configuration
    struct place place;
    struct str message;      // one or two sentences, no newline
    struct str function;     // qualified name of the function of `place`, may be empty
    struct str subject;      // what it is about, stable text: lock or variable name with its record
    VEC(struct str) threads; // "thread worker() started at src/a.c:40"; empty = single flow
    VEC(struct finding_step) steps;
    VEC(struct finding_related) related;
    struct finding_fix fix;
    struct place spelled_at;    // line 0: nothing is demanded
    struct str spelled;         // must stand there as a word, else the finding is dropped
    struct hash128 fingerprint; // set by findings_finish
    bool suppressed;
    struct str suppression; // reason given in the source, may be empty
    bool known;   // in the baseline, or older than the revision asked about: not to be reported
    bool partial; // the function had code errors
    struct str confirmed; // what a run showed it and where that is told; empty when none did
};

struct finding_list {
    struct arena *arena;
    VEC(struct finding) items;
};

/// Sorts by (file, line, column, rule id, message), removes duplicates (same rule, place and
/// subject) and sets the fingerprints: hash of rule id, function, subject, the normalised text of
/// the source line (from `line_text`, blanks removed) and an ordinal among equal ones; no line
/// numbers, no absolute paths. Findings that demand a word where it is not are dropped.
void findings_finish(struct finding_list *list,
                     struct str (*line_text)(void *ctx, struct place place), void *ctx);
/// Completes a fix from the text of its line and of that of its source; false when a text is not as
/// expected. The text of the fix is in `arena`.
bool fix_complete(struct arena *arena, struct finding_fix *fix, struct str line, struct str source);
/// "give the guard a name"; what the fix does.
const char *fix_description(const struct finding_fix *fix);
/// The edit changes nothing but what was found wrong. Others are what most would write there, but
/// want a look: a lock is held longer, a thread waits where it did not.
bool fix_is_safe(const struct finding_fix *fix);
/// "error", "warning", "note".
const char *level_name(enum level level);

#endif
