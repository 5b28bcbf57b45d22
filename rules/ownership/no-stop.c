// The handle of a thread is kept, and nothing in the program ever uses it.
#include "checker/link/stop.h"
#include "checker/rule/check.h"

// Some function frees what the handle is kept in, other than the one that starts the thread, which
// may fail, and than the thread itself.
static const struct stop_free *find_free(const struct program *p, const struct program_stop *s,
                                         const struct stop_home *h) {
    for (uint32_t i = 0; i < program_stop_free_count(p); i++) {
        const struct stop_free *x = program_stop_free(p, i);
        if (program_frees_home(p, x, h) && !program_root_reaches(p, s->root, x->node) &&
            !program_starts(p, s, x->node)) {
            return x;
        }
    }
    return NULL;
}

// cancellation-endless-loop asks the same question.
static bool never_ends(const struct program *p, const struct program_stop *s) {
    for (uint32_t k = 0; k < s->loops.len; k++) {
        const struct stop_loop *l = program_stop_loop(p, s->loops.data[k]);
        if (!l->exits.len && !l->leaves) {
            return true;
        }
    }
    return false;
}

// ownership-stop-without-join tells it.
static bool is_abandoned(const struct program *p, const struct program_stop *s) {
    for (uint32_t i = 0; i < program_abandoned_count(p); i++) {
        if (program_abandoned(p, i)->stop == s) {
            return true;
        }
    }
    return false;
}

static void report(struct rule_ctx *ctx, const struct program_stop *s, const struct stop_home *h) {
    const struct program *p = ctx->program;
    const struct program_root *r = program_root(p, s->root);
    struct str entry = program_fn_name(p, r->node);
    const struct stop_free *x = find_free(p, s, h);
    if (x ? is_abandoned(p, s) : never_ends(p, s)) {
        return;
    }
    const char *home = rule_name(ctx, r->site.at, h->class);
    struct fn_ref by = x ? program_fn(p, x->node) : r->site.at;
    loc_id at = x ? by.facts->ops.data[x->op.v].loc : (loc_id){0};
    struct finding *f =
        x ? rule_report(ctx, r->site.at, r->site.loc,
                        "the handle of thread '" STR_FMT "' is kept in '%s', but nothing joins, "
                        "detaches or cancels it, and what keeps it is freed (%s)",
                        STR_ARG(entry), home,
                        rule_line(ctx, r->site.at, (struct flow_site){by, at}))
          : rule_report_or_note(ctx, true, r->site.at, r->site.loc,
                                "the handle of thread '" STR_FMT "' is kept in '%s', and nothing "
                                "joins, detaches or cancels it: who stops the thread?",
                                STR_ARG(entry), home);
    if (f) {
        f->subject = str_from(home);
        rule_step(ctx, f, STEP_SPAWN, r->site.at, r->site.loc, "the thread is started here");
        rule_step(ctx, f, STEP_NOTE, by, at, "its owner is freed here");
    }
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_stop_count(ctx->program); i++) {
        const struct program_stop *s = program_stop(ctx->program, i);
        for (uint32_t k = 0; k < s->homes.len; k++) {
            const struct stop_home *h = &s->homes.data[k];
            if (!s->ends.len && !s->homeless && !s->detached && h->class.v) {
                report(ctx, s, h);
                break;
            }
        }
    }
}

extern const struct rule rule_ownership_no_stop;
const struct rule rule_ownership_no_stop = {
    .id = "ownership-no-stop",
    .summary = "The handle of a thread is kept, but nothing joins, detaches or cancels it",
    .level = LEVEL_WARNING,
    .precision = PRECISION_MEDIUM,
    .whole_program = true,
    .cwe = {404},
    .check_program = check,
};
