#include "checker/rule/scorecard.h"

#include <stdarg.h>
#include <stdlib.h>

void score_answers(struct rule_ctx *ctx, struct score_point *out, const char *thing,
                   const char *kind, uint32_t total, uint32_t answered, const char *answer) {
    struct score_item item = {
        .thing = thing, .kind = kind, .answer = answer, .total = total, .answered = answered};
    vec_push(ctx->arena, &out->items, item);
}

void score_count(struct rule_ctx *ctx, struct score_point *out, const char *thing, const char *kind,
                 uint32_t total) {
    score_answers(ctx, out, thing, kind, total, 0, NULL);
}

void score_open(struct rule_ctx *ctx, struct score_point *out, struct fn_ref fn, loc_id loc,
                const char *format, ...) {
    if (out->open.len < SCORE_MAX_OPEN && fn.facts && rule_is_reported_at(ctx, fn.facts, loc)) {
        va_list args;
        va_start(args, format);
        struct score_question q = {.place = rule_place(fn.facts, loc),
                                   .text = rule_text(ctx, format, args)};
        va_end(args);
        vec_push(ctx->arena, &out->open, q);
    }
}

bool score_is_own_thread(const struct program *p, const struct program_thread *t) {
    return t->root == UINT32_MAX || !program_root(p, t->root)->pool;
}

uint32_t score_thread_starts(const struct program *p) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < program_thread_count(p); i++) {
        count += score_is_own_thread(p, program_thread(p, i));
    }
    return count;
}

bool score_is_thread_function(const struct program *p, uint32_t root) {
    const struct program_root *r = program_root(p, root);
    return r->kind == CONTEXT_THREAD && !r->pool;
}

uint32_t score_thread_functions(const struct program *p) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        count += score_is_thread_function(p, i);
    }
    return count;
}

static int compare_points(const void *a, const void *b) {
    const struct family *x = ((const struct score_point *)a)->family;
    const struct family *y = ((const struct score_point *)b)->family;
    if (x->point != y->point) {
        return !x->point ? 1 : !y->point ? -1 : x->point < y->point ? -1 : 1;
    }
    return str_cmp(str_from(x->name), str_from(y->name));
}

void scorecard_make(const struct program *p, const struct config *config, const struct str *only,
                    uint32_t only_count, struct arena *arena, struct scorecard *ret_card) {
    struct rule_ctx ctx = {.program = p,
                           .config = config,
                           .node = NODE_NONE,
                           .only = only,
                           .only_count = only_count,
                           .arena = arena};
    *ret_card = (struct scorecard){0};
    for (size_t i = 0; i < family_count; i++) {
        struct score_point point = {.family = family_table[i]};
        if (point.family->question) {
            point.family->inspect(&ctx, &point);
            vec_push(arena, &ret_card->points, point);
        }
    }
    if (ret_card->points.len) {
        qsort(ret_card->points.data, ret_card->points.len, sizeof *ret_card->points.data,
              compare_points);
    }
}
