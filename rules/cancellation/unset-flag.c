// A loop of a thread whose every way out tests a flag that nothing sets.
#include "checker/link/stop.h"
#include "checker/rule/check.h"

// A variable with a number in it. Sentinels of tables are pointers, or written by initialisers.
static bool is_plain_flag(const struct program *p, const struct stop_test *t) {
    const struct program_flag *f = program_flag_of(p, t->flag);
    const struct expr *x = expr_get(program_exprs(p), t->flag);
    return f && (f->writes.len || x->kind == EX_GLOBAL);
}

// The test all ways out fail on; NULL when some way is open.
static const struct stop_test *closed_by(const struct program *p, const struct stop_loop *l) {
    const struct stop_test *why = NULL;
    for (uint32_t i = 0; i < l->exits.len; i++) {
        const struct stop_test *t = NULL;
        if (!program_exit_is_closed(p, &l->exits.data[i], &t) || !is_plain_flag(p, t)) {
            return NULL;
        }
        why = why ? why : t;
    }
    return why;
}

static void check_loop(struct rule_ctx *ctx, const struct program_stop *s,
                       const struct stop_loop *l) {
    const struct program *p = ctx->program;
    const struct program_root *r = program_root(p, s->root);
    const struct stop_test *t = l->leaves || l->unknown ? NULL : closed_by(p, l);
    struct fn_ref fn = program_fn(p, l->node);
    if (!t) {
        return;
    }
    const char *flag = rule_name(ctx, fn, t->flag);
    const struct program_flag *known = program_flag_of(p, t->flag);
    struct finding *f = rule_report(
        ctx, fn, l->exits.data[0].loc,
        "the loop of thread '" STR_FMT "' ends only when '%s' %s %lld, and nothing in the program "
        "lets that come true: the thread cannot be stopped",
        STR_ARG(program_fn_name(p, r->node)), flag, ir_operator_text(t->cmp), (long long)t->num);
    if (f) {
        f->subject = str_from(flag);
        rule_step(ctx, f, STEP_SPAWN, r->site.at, r->site.loc, "the thread is started here");
        rule_chain(ctx, f, s->root, l->node);
        for (uint32_t i = 0; i < known->writes.len && i < 4; i++) {
            struct fn_ref by = program_fn(p, known->writes.data[i].node);
            loc_id loc = by.facts->ops.data[known->writes.data[i].op.v].loc;
            rule_related(ctx, f, (struct flow_site){by, loc}, "'%s' is set to %lld here", flag,
                         (long long)known->writes.data[i].value);
        }
    }
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_stop_count(ctx->program); i++) {
        const struct program_stop *s = program_stop(ctx->program, i);
        for (uint32_t k = 0; k < s->loops.len; k++) {
            check_loop(ctx, s, program_stop_loop(ctx->program, s->loops.data[k]));
        }
    }
}

extern const struct rule rule_cancellation_unset_flag;
const struct rule rule_cancellation_unset_flag = {
    .id = "cancellation-unset-flag",
    .summary = "A loop of a thread ends only on a flag that nothing sets",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .whole_program = true,
    .cwe = {835},
    .check_program = check,
};
