// The review of a program, point by point: what each family of rules looked at, and how much of it
// answers the family's question. Text and numbers only, so that reports can show it without the
// program. What was found is not repeated here: findings know their family.
#ifndef CHECKER_RULE_SCORECARD_H
#define CHECKER_RULE_SCORECARD_H

#include "checker/rule/check.h"

// Things of one kind that a point is asked about.
struct score_item {
    const char *thing;  // "queue"; s makes the plural
    const char *kind;   // "between threads": follows it; may be empty
    const char *answer; // what those that answer the question are: "joined or detached". NULL:
                        // nothing about them could be an answer, they are only counted
    uint32_t total;
    uint32_t answered;
};

// One of them of which no answer was seen.
struct score_question {
    struct place place;
    struct str text;
};

enum { SCORE_MAX_OPEN = 12 }; // a reviewer reads no more of one kind

struct score_point {
    const struct family *family;
    VEC(struct score_item) items;
    VEC(struct score_question) open; // the first ones, where findings may be reported
    struct str evidence;             // a file that answers the question; may be empty
};

struct scorecard {
    VEC(struct score_point) points; // the numbered ones in their order, then the others by name
};

/// Asks every family with a question; `only` as for rules_check. Texts of the program live as long
/// as it does.
void scorecard_make(const struct program *p, const struct config *config, const struct str *only,
                    uint32_t only_count, struct arena *arena, struct scorecard *ret_card);

// --- for the families ---

void score_count(struct rule_ctx *ctx, struct score_point *out, const char *thing, const char *kind,
                 uint32_t total);
void score_answers(struct rule_ctx *ctx, struct score_point *out, const char *thing,
                   const char *kind, uint32_t total, uint32_t answered, const char *answer);
/// Tells of one that has no answer, where it is. At most SCORE_MAX_OPEN are kept.
void score_open(struct rule_ctx *ctx, struct score_point *out, struct fn_ref fn, loc_id loc,
                const char *format, ...) __attribute__((format(printf, 5, 6)));
/// Places that start threads of the program's own, jobs of pools left out.
uint32_t score_thread_starts(const struct program *p);
/// The thread is one of the program, not of a library's pool.
bool score_is_own_thread(const struct program *p, const struct program_thread *t);
/// Roots that are entries of threads of the program.
bool score_is_thread_function(const struct program *p, uint32_t root);
uint32_t score_thread_functions(const struct program *p);

#endif
