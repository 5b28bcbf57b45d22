// A constructor starts a thread on an object that is not finished.
#include "checker/flow/graph.h"
#include "checker/link/stop.h"
#include "checker/rule/check.h"

struct start {
    struct fn_ref fn; // the constructor
    op_id op;
    record_id record;
    const struct program_stop *stop;
};

static struct str record_key(const struct facts *f, record_id r) {
    return facts_text(f, f->records.data[r.v].key);
}

// Index of the member that the call makes into the thread; -1 when it is made in the body.
static int started_member(const struct start *s) {
    const struct facts *f = s->fn.facts;
    const struct ir_call *c = &f->calls.data[f->ops.data[s->op.v].call.v];
    const struct ir_val *v = &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
    const struct ir_path *path = &f->paths.data[v->path.v];
    const struct ir_record *r = &f->records.data[s->record.v];
    if (!(f->syms.data[c->callee.v].flags & SYM_CTOR) || v->kind != VAL_ADDR ||
        path->kind != PATH_FIELD ||
        !str_eq(record_key(f, path->record), record_key(f, s->record))) {
        return -1;
    }
    for (uint32_t i = 0; i < r->field_count; i++) {
        if (f->fields.data[r->first_field.v + i].name.v == path->name.v) {
            return (int)i;
        }
    }
    return -1;
}

// The constructor gives the member its value after it started the thread.
static bool is_made_after(const struct start *s, const struct ir_field *field) {
    const struct facts *f = s->fn.facts;
    type_id type = facts_strip_typedefs(f, field->type, NULL);
    const struct ir_type *t = &f->types.data[type.v];
    bool of_c = (f->records.data[t->record.v].flags & RECORD_SYSTEM) &&
                str_find(facts_text(f, t->name), STR("::"), 0) == SIZE_MAX;
    if (t->kind == TYPE_RECORD && !of_c) {
        return true;
    }
    const struct ir_fn *ir = &f->fns.data[s->fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = graph_block(s->fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (b->first_op.v + k > s->op.v && op->kind == OP_WRITE && (op->flags & OPF_INIT) &&
                f->paths.data[op->path.v].kind == PATH_FIELD &&
                f->paths.data[op->path.v].name.v == field->name.v) {
                return true;
            }
        }
    }
    return false;
}

// A place in `fn` that speaks of the member; loc 0 when there is none.
static loc_id use_in(struct fn_ref fn, struct str key, struct str name) {
    const struct facts *f = fn.facts;
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_call *c = &f->calls.data[op->call.v];
            uint32_t args = op->kind == OP_CALL ? c->arg_count : 0;
            for (uint32_t a = 0; a <= args; a++) {
                path_id path =
                    a < args ? f->vals.data[f->args.data[c->first_arg.v + a].v].path : op->path;
                const struct ir_path *x = &f->paths.data[path.v];
                if (x->kind == PATH_FIELD && str_eq(facts_text(f, x->name), name) &&
                    str_eq(record_key(f, x->record), key)) {
                    return op->loc;
                }
            }
        }
    }
    return (loc_id){0};
}

static bool report_member(struct rule_ctx *ctx, const struct start *s,
                          const struct ir_field *field) {
    const struct program *p = ctx->program;
    const struct facts *f = s->fn.facts;
    struct str name = facts_text(f, field->name);
    for (node_id n = 0; n < program_fn_count(p); n++) {
        struct fn_ref fn = program_fn(p, n);
        loc_id use = program_root_reaches(p, s->stop->root, n)
                         ? use_in(fn, record_key(f, s->record), name)
                         : (loc_id){0};
        if (!use.v || (fn.facts == s->fn.facts && fn.fn.v == s->fn.fn.v)) {
            continue;
        }
        struct finding *out = rule_report(
            ctx, s->fn, f->ops.data[s->op.v].loc,
            "this member starts its thread before '" STR_FMT "' is initialised, which is declared "
            "after it and which the thread uses (%s): declare the thread last",
            STR_ARG(name), rule_line(ctx, s->fn, (struct flow_site){fn, use}));
        if (out) {
            out->subject = name;
            rule_step(ctx, out, STEP_SPAWN, s->fn, f->ops.data[s->op.v].loc,
                      "the thread is started here");
            rule_chain(ctx, out, s->stop->root, n);
            rule_step(ctx, out, STEP_ACCESS, fn, use, "the thread uses the member here");
        }
        return true;
    }
    return false;
}

// The thread calls a virtual function of the class that some class derived from it overrides.
static void check_virtual(struct rule_ctx *ctx, const struct start *s) {
    const struct program *p = ctx->program;
    const struct facts *f = s->fn.facts;
    for (node_id n = 0; n < program_fn_count(p); n++) {
        struct fn_ref fn = program_fn(p, n);
        call_id call = program_root_reaches(p, s->stop->root, n)
                           ? program_virtual_call(p, fn, record_key(f, s->record))
                           : (call_id){0};
        if (!call.v) {
            continue;
        }
        const struct ir_call *c = &fn.facts->calls.data[call.v];
        struct finding *out = rule_report(
            ctx, s->fn, f->ops.data[s->op.v].loc,
            "the constructor starts a thread that calls the virtual '" STR_FMT "' (%s): until the "
            "constructor of the derived class has run, this is not the function that overrides it",
            STR_ARG(facts_sym_name(fn.facts, c->callee)),
            rule_line(ctx, s->fn, (struct flow_site){fn, c->loc}));
        if (out) {
            out->subject = facts_sym_name(fn.facts, c->callee);
            rule_chain(ctx, out, s->stop->root, n);
            rule_step(ctx, out, STEP_CALL, fn, c->loc, "the thread calls it here");
        }
        return;
    }
}

static void check_start(struct rule_ctx *ctx, const struct start *s) {
    const struct facts *f = s->fn.facts;
    const struct ir_record *r = &f->records.data[s->record.v];
    int member = started_member(s);
    for (uint32_t i = (uint32_t)(member + 1); member >= 0 && i < r->field_count; i++) {
        const struct ir_field *field = &f->fields.data[r->first_field.v + i];
        if (!(field->flags & FIELD_BASE) && is_made_after(s, field) &&
            report_member(ctx, s, field)) {
            return;
        }
    }
    if (!(r->flags & RECORD_FINAL)) {
        check_virtual(ctx, s);
    }
}

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    for (uint32_t i = 0; i < program_stop_count(p); i++) {
        const struct program_stop *s = program_stop(p, i);
        for (uint32_t k = 0; k < s->starts.len; k++) {
            struct start x = {.stop = s, .op = s->starts.data[k].op};
            x.fn = program_fn(p, s->starts.data[k].node);
            const struct ir_sym *sym =
                &x.fn.facts->syms.data[x.fn.facts->fns.data[x.fn.fn.v].sym.v];
            x.record = sym->record;
            if ((sym->flags & SYM_CTOR) && x.record.v) {
                check_start(ctx, &x);
            }
        }
    }
}

extern const struct rule rule_ownership_constructor_spawn;
const struct rule rule_ownership_constructor_spawn = {
    .id = "ownership-constructor-spawn",
    .summary = "A constructor starts a thread on an object that is not finished",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {362, 908},
    .check_program = check,
};
