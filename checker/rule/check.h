// Running rules over a solved program, and what a rule's check uses to read and report.
#ifndef CHECKER_RULE_CHECK_H
#define CHECKER_RULE_CHECK_H

#include "checker/link/program.h"
#include "checker/rule/config.h"

#include <stdarg.h>

/// Runs every rule that may be reported over `p` and appends to `out` (not yet finished: see
/// findings_finish). Findings outside own files, in excluded paths or switched off there are
/// dropped. `only` (may be empty) restricts the files reported, relative to the root.
void rules_check(const struct program *p, const struct config *config, const struct str *only,
                 uint32_t only_count, struct finding_list *out);

// --- for rules ---

// What a check is given.
struct rule_ctx {
    const struct program *program;
    const struct config *config;
    const struct rule *rule;
    node_id node; // check_function: the function looked at
    const struct str *only;
    uint32_t only_count;
    struct finding_list *out;
    struct arena *arena;
};

struct place rule_place(const struct facts *f, loc_id loc);
/// The place is in a file of the project that is asked about and not excluded.
bool rule_is_reported_at(const struct rule_ctx *ctx, const struct facts *f, loc_id loc);
/// Formatted text in the arena.
struct str rule_text(struct rule_ctx *ctx, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/// Starts a finding at `loc` of `fn`; NULL when it would not be reported there (then do nothing
/// more).
struct finding *rule_report(struct rule_ctx *ctx, struct fn_ref fn, loc_id loc, const char *format,
                            ...) __attribute__((format(printf, 4, 5)));
/// The same; with `is_note` it is a question to the reviewer: level note, and only in profile
/// `review`.
struct finding *rule_report_or_note(struct rule_ctx *ctx, bool is_note, struct fn_ref fn,
                                    loc_id loc, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/// Adds the calls that lead from a root to the function `to`, as steps.
void rule_chain(struct rule_ctx *ctx, struct finding *f, uint32_t root, node_id to);
/// Adds a step of the story; `thread` 0 is the thread of the finding.
void rule_step(struct rule_ctx *ctx, struct finding *f, enum step_kind kind, struct fn_ref fn,
               loc_id loc, const char *format, ...) __attribute__((format(printf, 6, 7)));
/// Adds the path that led to an event or exit: branches taken and what happened to locks and
/// threads, oldest first.
void rule_trace(struct rule_ctx *ctx, struct finding *f, const struct flow_result *r,
                uint32_t trace);
/// Adds a related place.
void rule_related(struct rule_ctx *ctx, struct finding *f, struct flow_site site,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
/// Readable name of a location or value, in quotes' inside: "q->mu". With parameter names of `fn`.
/// In the arena.
const char *rule_name(struct rule_ctx *ctx, struct fn_ref fn, expr_id e);
/// "src/a.c:12" of a site, for messages; "" when there is none.
const char *rule_where(struct rule_ctx *ctx, struct flow_site site);
/// "line 12" when the site is in the file of `fn`, else "src/a.c:12".
const char *rule_line(struct rule_ctx *ctx, struct fn_ref fn, struct flow_site site);
/// Offers an edit at `loc`; see finding.h for what kinds ask for. Nothing for code of a macro.
void rule_fix(struct rule_ctx *ctx, struct finding *f, enum fix_kind kind, struct fn_ref fn,
              loc_id loc);
/// The same, with the place the edit takes its text from.
void rule_fix_from(struct rule_ctx *ctx, struct finding *f, enum fix_kind kind, struct fn_ref fn,
                   loc_id loc, loc_id source);
/// The finding holds only when `word` stands on the line of `loc`, as text.
void rule_only_if_spelled(struct rule_ctx *ctx, struct finding *f, struct fn_ref fn, loc_id loc,
                          struct str word);
struct flow_site rule_site(const struct rule_ctx *ctx, uint32_t site);
int64_t rule_option_value(const struct rule_ctx *ctx, const char *name);

/// A question about a call of `f`; `depth` is how many callees further down it may look.
typedef bool rule_call_test(const struct rule_ctx *ctx, const struct facts *f, call_id call,
                            unsigned depth);
/// Some call in the body of what `call` calls passes the test, which gets `depth` - 1. False when
/// there is no body, or `depth` is 0.
bool rule_callee_has(const struct rule_ctx *ctx, const struct facts *f, call_id call,
                     rule_call_test *test, unsigned depth);

#endif
