// A volatile variable carries data or a count from thread to thread: volatile makes nothing atomic
// and orders nothing. Flags of constants that end a loop are told by cancellation-plain-flag.
#include "checker/rule/check.h"

enum { FLAG_VALUE_MAX = 2 };

// A constant such as flags get.
static bool is_flag_write(const struct race_side *s) {
    const struct facts *f = s->fn.facts;
    const struct ir_op *op = &f->ops.data[s->op.v];
    const struct ir_val *v = &f->vals.data[op->val.v];
    return op->kind == OP_WRITE && v->kind == VAL_CONST && v->num >= 0 && v->num <= FLAG_VALUE_MAX;
}

static bool is_made_for_signals(const struct race_side *s) {
    const struct facts *f = s->fn.facts;
    type_id t = f->paths.data[f->ops.data[s->op.v].path.v].type;
    return str_eq(facts_text(f, f->types.data[t.v].name), STR("sig_atomic_t"));
}

static const struct race_side *writer_of(const struct program_race *r) {
    return r->here.write ? &r->here : &r->other;
}

static void check(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_race_count(ctx->program); i++) {
        const struct program_race *r = program_race(ctx->program, i);
        const struct race_side *w = writer_of(r);
        if (!r->here.volatile_ || !r->other.volatile_ || is_flag_write(w) ||
            is_made_for_signals(w)) {
            continue;
        }
        bool update = w->fn.facts->ops.data[w->op.v].kind == OP_UPDATE;
        const char *place = rule_name(ctx, r->here.fn, r->place);
        struct flow_site other = {r->other.fn, r->other.loc};
        struct finding *f = rule_report(
            ctx, r->here.fn, r->here.loc,
            "'%s' is volatile, and threads share it without a lock (the other access is at %s): "
            "%s; "
            "make it atomic",
            place, rule_line(ctx, r->here.fn, other),
            update ? "volatile makes no update atomic, so counts get lost"
                   : "volatile orders nothing, so what was written before it may be seen after it");
        if (f) {
            f->subject = str_from(place);
            rule_step(ctx, f, STEP_ACCESS, r->here.fn, r->here.loc, "%s '%s'",
                      r->here.write ? "writes" : "reads", place);
            rule_related(ctx, f, other, "the other thread %s it here",
                         r->other.write ? "writes" : "reads");
        }
    }
}

extern const struct rule rule_shared_state_volatile_sync;
const struct rule rule_shared_state_volatile_sync = {
    .id = "shared-state-volatile-sync",
    .summary = "A volatile variable is used to pass data or counts between threads",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {366, 662},
    .cert = "CON02-C",
    .check_program = check,
};
