// The threads of one file are stopped in different ways: one by a flag, another by cancelling it.
#include "checker/link/stop.h"
#include "checker/rule/check.h"

enum idiom { IDIOM_NONE, IDIOM_FLAG, IDIOM_TOKEN, IDIOM_CANCEL, IDIOM_COUNT };

static const char *const names[IDIOM_COUNT] = {"", "by a flag", "by a stop token",
                                               "by cancelling it"};

// Where a thread is stopped.
struct way {
    struct flow_site at;
    const struct program_stop *stop;
};

static bool takes_token(const struct program *p, node_id n) {
    struct fn_ref fn = program_fn(p, n);
    const struct facts *f = fn.facts;
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].param_count; i++) {
        const struct ir_var *v = &f->vars.data[facts_fn_var(f, fn.fn, i).v];
        type_id t = facts_strip_typedefs(f, v->type, NULL);
        struct str name = facts_text(f, f->types.data[t.v].name);
        if (model_type_traits(program_models(p), name) & TRAIT_TOKEN) {
            return true;
        }
    }
    return false;
}

static struct flow_site site_of_op(const struct program *p, node_id n, op_id op) {
    struct fn_ref fn = program_fn(p, n);
    return (struct flow_site){fn, fn.facts->ops.data[op.v].loc};
}

// A number is stored by another thread that lets a loop of this one end.
static bool find_flag(const struct program *p, const struct program_stop *s,
                      struct flow_site *ret_at) {
    for (uint32_t i = 0; i < s->loops.len; i++) {
        const struct stop_loop *l = program_stop_loop(p, s->loops.data[i]);
        for (uint32_t k = 0; k < l->exits.len; k++) {
            const struct stop_test *t = &l->exits.data[k].tests[0];
            const struct program_flag *flag =
                l->exits.data[k].count == 1 && t->flag.v ? program_flag_of(p, t->flag) : NULL;
            for (uint32_t w = 0; flag && program_flag_is_known(flag) && w < flag->writes.len; w++) {
                const struct stop_write *x = &flag->writes.data[w];
                if (program_write_meets(x, t) && !program_root_reaches(p, s->root, x->node) &&
                    !program_starts(p, s, x->node)) {
                    *ret_at = site_of_op(p, x->node, x->op);
                    return true;
                }
            }
        }
    }
    return false;
}

static bool find_cancel(const struct program *p, const struct program_stop *s,
                        struct flow_site *ret_at) {
    for (uint32_t i = 0; i < s->ends.len; i++) {
        const struct stop_end *e = &s->ends.data[i];
        // on the way of a failed start there is no flag to look at yet
        if (e->kind == STOP_CANCEL && !program_starts(p, s, e->node)) {
            *ret_at = site_of_op(p, e->node, e->op);
            return true;
        }
    }
    return false;
}

static enum idiom idiom_of(const struct program *p, const struct program_stop *s,
                           struct flow_site *ret_at) {
    const struct program_root *r = program_root(p, s->root);
    *ret_at = r->site;
    return find_cancel(p, s, ret_at) ? IDIOM_CANCEL
           : takes_token(p, r->node) ? IDIOM_TOKEN
           : find_flag(p, s, ret_at) ? IDIOM_FLAG
                                     : IDIOM_NONE;
}

static void report(struct rule_ctx *ctx, const struct way *one, enum idiom a, const struct way *two,
                   enum idiom b) {
    const struct program *p = ctx->program;
    struct str first = program_fn_name(p, program_root(p, one->stop->root)->node);
    struct str second = program_fn_name(p, program_root(p, two->stop->root)->node);
    struct finding *f = rule_report(
        ctx, one->at.at, one->at.loc,
        "this file stops the thread of '" STR_FMT "' %s (here) and that of '" STR_FMT
        "' %s (%s): one way for all is easier to keep right",
        STR_ARG(first), names[a], STR_ARG(second), names[b], rule_line(ctx, one->at.at, two->at));
    if (f) {
        f->subject = first;
        rule_related(ctx, f, two->at, "the other thread is stopped here");
    }
}

// Threads that are started in the TU.
static void check_facts(struct rule_ctx *ctx, const struct facts *f) {
    struct way ways[IDIOM_COUNT] = {0};
    const struct program *p = ctx->program;
    for (uint32_t i = 0; i < program_stop_count(p); i++) {
        const struct program_stop *s = program_stop(p, i);
        struct way w = {.stop = s};
        enum idiom idiom =
            program_root(p, s->root)->site.at.facts == f ? idiom_of(p, s, &w.at) : IDIOM_NONE;
        if (idiom && !ways[idiom].stop) {
            ways[idiom] = w;
        }
    }
    for (int a = IDIOM_COUNT - 1; a > IDIOM_FLAG; a--) { // the cruder way first
        for (int b = IDIOM_FLAG; b < a; b++) {
            if (ways[a].stop && ways[b].stop) {
                report(ctx, &ways[a], (enum idiom)a, &ways[b], (enum idiom)b);
                return;
            }
        }
    }
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_facts_count(ctx->program); i++) {
        check_facts(ctx, program_facts(ctx->program, i));
    }
}

extern const struct rule rule_cancellation_mixed_idioms;
const struct rule rule_cancellation_mixed_idioms = {
    .id = "cancellation-mixed-idioms",
    .summary = "The threads of one file are stopped in different ways",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .cwe = {1053},
    .check_program = check,
};
