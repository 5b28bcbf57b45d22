// A class that owns a std::thread can be destroyed while that thread is joinable.
#include "checker/rule/check.h"

static bool is_destructor(const struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    return (fn.facts->syms.data[fn.facts->fns.data[fn.fn.v].sym.v].flags & SYM_DTOR) != 0;
}

static uint32_t field_traits(const struct rule_ctx *ctx, const struct facts *f, type_id type) {
    type_id t = facts_strip_typedefs(f, type, NULL);
    return model_type_traits(program_models(ctx->program), facts_text(f, f->types.data[t.v].name));
}

static bool is_member(const struct expr_table *t, const struct expr *x, struct str record,
                      struct str field) {
    return x->kind == EX_FIELD && str_eq(intern_text(&t->names, x->name), field) &&
           str_eq(intern_text(&t->names, x->aux), record);
}

// The member itself, what is in it, or a part of it.
static bool is_in_member(const struct expr_table *t, expr_id e, struct str record,
                         struct str field) {
    const struct expr *x = expr_get(t, e);
    if (x->kind == EX_LOAD) {
        x = expr_get(t, x->a);
    }
    return is_member(t, x, record, field) ||
           (x->kind == EX_FIELD && is_member(t, expr_get(t, x->a), record, field));
}

// The function has this effect on the thread in the member.
static bool acts_on(const struct rule_ctx *ctx, node_id n, enum effect_kind kind, struct str record,
                    struct str field) {
    const struct expr_table *t = program_exprs(ctx->program);
    const struct flow_result *r = program_flow(ctx->program, n, FLOW_THREADS);
    for (uint32_t i = 0; r && i < r->summary.case_count; i++) {
        const struct summary_case *c = &r->summary.cases[i];
        for (uint32_t k = 0; k < c->effect_count; k++) {
            const struct effect *e = &c->effects[k];
            if (e->kind == kind &&
                is_in_member(t, kind == EFFECT_SPAWN ? e->c : e->a, record, field)) {
                return true;
            }
        }
    }
    return false;
}

// The function leaves a thread in the member.
static bool starts_in(const struct rule_ctx *ctx, node_id n, struct str record, struct str field) {
    return acts_on(ctx, n, EFFECT_SPAWN, record, field);
}

// A function that is no method of the class joins or detaches: the object is a part of another one,
// which looks after its end.
static bool is_ended_by_owner(const struct rule_ctx *ctx, struct str record, struct str field) {
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        struct fn_ref fn = program_fn(ctx->program, n);
        record_id of = fn.facts->syms.data[fn.facts->fns.data[fn.fn.v].sym.v].record;
        bool own = of.v && str_eq(facts_text(fn.facts, fn.facts->records.data[of.v].name), record);
        if (!own && (acts_on(ctx, n, EFFECT_JOIN, record, field) ||
                     acts_on(ctx, n, EFFECT_DETACH, record, field))) {
            return true;
        }
    }
    return false;
}

static bool is_started(const struct rule_ctx *ctx, struct str record, struct str field) {
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        if (starts_in(ctx, n, record, field)) {
            return true;
        }
    }
    return false;
}

static bool speaks_of(const struct expr_table *t, expr_id e, struct str field) {
    const struct expr *x = expr_get(t, e);
    if (x->kind == EX_NONE) {
        return false;
    }
    return (x->kind == EX_FIELD && str_eq(intern_text(&t->names, x->name), field)) ||
           speaks_of(t, x->a, field) || speaks_of(t, x->b, field);
}

// The atomic member that the branch at this place asks: `if (started_.load())`; none = empty.
static struct str asked_atomic(const struct rule_ctx *ctx, struct flow_site site) {
    const struct facts *f = site.at.facts;
    const struct ir_fn *ir = &f->fns.data[site.at.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[ir->first_block.v + i];
        const struct ir_val *v = &f->vals.data[b->lhs.v];
        if (b->term != TERM_BRANCH || b->loc.v != site.loc.v || v->kind != VAL_CALL ||
            !f->calls.data[v->call.v].arg_count) {
            continue;
        }
        const struct ir_path *p =
            &f->paths
                 .data[f->vals.data[f->args.data[f->calls.data[v->call.v].first_arg.v].v].path.v];
        if (p->kind == PATH_FIELD && (field_traits(ctx, f, p->type) & TRAIT_ATOMIC)) {
            return facts_text(f, p->name);
        }
    }
    return STR("");
}

// The function sets a member that the condition is about, by assignment or as the object of a call
// (an atomic).
static bool is_set_by(const struct rule_ctx *ctx, node_id n, expr_id condition, struct str atomic) {
    struct fn_ref fn = program_fn(ctx->program, n);
    const struct facts *f = fn.facts;
    const struct ir_fn *ir = &f->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[ir->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            path_id path = op->kind == OP_WRITE ? op->path : (path_id){0};
            if (op->kind == OP_CALL && f->calls.data[op->call.v].arg_count) {
                path = f->vals.data[f->args.data[f->calls.data[op->call.v].first_arg.v].v].path;
            }
            const struct ir_path *p = &f->paths.data[path.v];
            bool is_flag = op->kind == OP_WRITE || (field_traits(ctx, f, p->type) & TRAIT_ATOMIC);
            struct str name = facts_text(f, p->name);
            if (p->kind == PATH_FIELD && is_flag &&
                (str_eq(name, atomic) || speaks_of(program_exprs(ctx->program), condition, name))) {
                return true;
            }
        }
    }
    return false;
}

// The path to the event tests a flag that is set where the thread is started: without the flag
// there is no thread.
static bool flag_tells(const struct rule_ctx *ctx, const struct flow_result *r,
                       const struct flow_event *e) {
    const struct expr_table *t = program_exprs(ctx->program);
    const struct expr *member = expr_get(t, e->subject);
    struct str field = intern_text(&t->names, member->name);
    struct str record = intern_text(&t->names, member->aux);
    for (uint32_t at = e->trace; at; at = r->traces.data[at].parent) {
        if (r->traces.data[at].kind != FLOW_STEP_BRANCH ||
            speaks_of(t, r->traces.data[at].about, field)) {
            continue;
        }
        struct str atomic = asked_atomic(ctx, rule_site(ctx, r->traces.data[at].site));
        for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
            if (starts_in(ctx, n, record, field) &&
                is_set_by(ctx, n, r->traces.data[at].about, atomic)) {
                return true;
            }
        }
    }
    return false;
}

// The destructor is written, but on some path leaves the member joinable.
static void check_destructor(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_THREADS);
    if (!r || !is_destructor(ctx) || (r->summary.flags & SUMMARY_PARTIAL)) {
        return;
    }
    for (uint32_t i = 0; i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (e->kind != FLOW_MEMBER_DESTROYED || flag_tells(ctx, r, e)) {
            continue;
        }
        const char *member = rule_name(ctx, r->fn, e->subject);
        struct ir_fn fn = r->fn.facts->fns.data[r->fn.fn.v];
        struct finding *f = rule_report(
            ctx, r->fn, fn.loc,
            "this destructor can end while '%s' is joinable: std::terminate ends the program",
            member);
        if (f) {
            f->subject = str_from(member);
            rule_trace(ctx, f, r, e->trace);
        }
        return;
    }
}

extern const struct rule rule_lifetime_joinable_destroyed;

// No destructor, or `~C() = default`: the member's own runs.
static void check_record(struct rule_ctx *ctx, const struct facts *f, const struct ir_record *rec) {
    if (rec->flags & (RECORD_USER_DTOR | RECORD_SYSTEM | RECORD_LAMBDA)) {
        return;
    }
    bool defaulted = rec->dtor.v != 0;
    for (uint32_t i = 0; i < rec->field_count; i++) {
        const struct ir_field *field = &f->fields.data[rec->first_field.v + i];
        if (!(field_traits(ctx, f, field->type) & TRAIT_THREAD) ||
            !is_started(ctx, facts_text(f, rec->name), facts_text(f, field->name)) ||
            is_ended_by_owner(ctx, facts_text(f, rec->name), facts_text(f, field->name))) {
            continue;
        }
        struct fn_ref none = {f, {0}};
        struct finding *x = rule_report(
            ctx, none, defaulted ? f->syms.data[rec->dtor.v].loc : field->loc,
            "'" STR_FMT "' starts a thread in '" STR_FMT
            "' but %s: destroying the object ends the program",
            STR_ARG(facts_text(f, rec->name)), STR_ARG(facts_text(f, field->name)),
            defaulted ? "its destructor does not join it" : "has no destructor that joins it");
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
