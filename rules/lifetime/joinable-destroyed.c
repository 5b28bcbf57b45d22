// A class that owns a std::thread can be destroyed while that thread is joinable.
#include "checker/rule/check.h"

static bool is_destructor(const struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    return (fn.facts->syms.data[fn.facts->fns.data[fn.fn.v].sym.v].flags & SYM_DTOR) != 0;
}

// The destructor is written, but on some path leaves the member joinable.
static void check_destructor(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_THREADS);
    if (!r || !is_destructor(ctx) || (r->summary.flags & SUMMARY_PARTIAL)) {
        return;
    }
    for (uint32_t i = 0; i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (e->kind != FLOW_MEMBER_DESTROYED) {
            continue;
        }
        const char *member = rule_name(ctx, r->fn, e->subject);
        struct ir_fn fn = r->fn.facts->fns.data[r->fn.fn.v];
        struct finding *f = rule_report(
            ctx, r->fn, fn.loc, "this destructor can end while '%s' is joinable: std::terminate ends the program", member);
        if (f) {
            f->subject = str_from(member);
            rule_trace(ctx, f, r, e->trace);
        }
        return;
    }
}

extern const struct rule rule_lifetime_joinable_destroyed;

static uint32_t field_traits(const struct rule_ctx *ctx, const struct facts *f, type_id type) {
    type_id t = facts_strip_typedefs(f, type, NULL);
    return model_type_traits(program_models(ctx->program), facts_text(f, f->types.data[t.v].name));
}

// Some function of the class starts a thread in the member.
static bool starts_in(const struct rule_ctx *ctx, struct str record, struct str field) {
    const struct expr_table *t = program_exprs(ctx->program);
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        const struct flow_result *r = program_flow(ctx->program, n, FLOW_THREADS);
        for (uint32_t i = 0; r && i < r->spawns.len; i++) {
            const struct expr *h = expr_get(t, r->spawns.data[i].handle);
            const struct expr *member = h->kind == EX_FIELD ? expr_get(t, h->a) : h;
            if (member->kind == EX_FIELD && str_eq(intern_text(&t->names, member->name), field) &&
                str_eq(intern_text(&t->names, member->aux), record)) {
                return true;
            }
        }
    }
    return false;
}

// No destructor at all: the member's own runs.
static void check_record(struct rule_ctx *ctx, const struct facts *f, const struct ir_record *rec) {
    if (rec->flags & (RECORD_USER_DTOR | RECORD_SYSTEM | RECORD_LAMBDA)) {
        return;
    }
    for (uint32_t i = 0; i < rec->field_count; i++) {
        const struct ir_field *field = &f->fields.data[rec->first_field.v + i];
        if (!(field_traits(ctx, f, field->type) & TRAIT_THREAD) ||
            !starts_in(ctx, facts_text(f, rec->name), facts_text(f, field->name))) {
            continue;
        }
        struct fn_ref none = {f, {0}};
        struct finding *x = rule_report(
            ctx, none, field->loc,
            "'" STR_FMT "' starts a thread in '" STR_FMT "' but has no destructor that joins it: destroying the object ends the program",
            STR_ARG(facts_text(f, rec->name)), STR_ARG(facts_text(f, field->name)));
        if (x) {
            x->subject = facts_text(f, rec->name);
        }
    }
}

static void check_program(struct rule_ctx *ctx) {
    for (uint32_t i = 0; i < program_facts_count(ctx->program); i++) {
        const struct facts *f = program_facts(ctx->program, i);
        for (uint32_t k = 1; k < f->records.len; k++) {
            check_record(ctx, f, &f->records.data[k]);
        }
    }
}

const struct rule rule_lifetime_joinable_destroyed = {
    .id = "lifetime-joinable-destroyed",
    .summary = "A class can be destroyed while its std::thread member is joinable",
    .level = LEVEL_WARNING,
    .precision = PRECISION_MEDIUM,
    .cwe = {404, 755},
    .check_function = check_destructor,
    .check_program = check_program,
};
