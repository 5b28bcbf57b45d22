// A function that owns a promise ends on some path without a value in it.
#include "checker/flow/outcome.h"
#include "checker/rule/check.h"

// The promise: a parameter or local, or a captured member of the closure.
struct promise {
    struct fn_ref fn;
    path_id path;
    loc_id fulfilled; // where some path gives it its value
};

static const struct ir_val *first_argument(const struct facts *f, call_id call) {
    const struct ir_call *c = &f->calls.data[call.v];
    return &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
}

static bool is_object(const struct facts *f, type_id type) {
    return f->types.data[facts_strip_typedefs(f, type, NULL).v].kind == TYPE_RECORD;
}

// It ends with this function: passed by value, or moved into the closure.
static bool is_owned(const struct facts *f, path_id path) {
    const struct ir_path *p = &f->paths.data[path.v];
    const struct ir_var *v = &f->vars.data[p->var.v];
    if (p->kind == PATH_VAR) {
        return v->kind == VAR_PARAM && is_object(f, v->type);
    }
    const struct ir_record *r = &f->records.data[p->record.v];
    for (uint32_t i = 0; p->kind == PATH_FIELD && (r->flags & RECORD_LAMBDA) && i < r->field_count;
         i++) {
        const struct ir_field *x = &f->fields.data[r->first_field.v + i];
        if (x->name.v == p->name.v) {
            return (x->flags & FIELD_CAPTURE) && is_object(f, x->type);
        }
    }
    return false;
}

// The call gets the promise, but for its destructor: gives it its value, or passes it on.
static bool uses(const struct facts *f, const struct ir_op *op, path_id path) {
    if (op->kind != OP_CALL || (f->calls.data[op->call.v].flags & CALL_CLEANUP)) {
        return false;
    }
    const struct ir_call *c = &f->calls.data[op->call.v];
    for (uint32_t a = 0; a < c->arg_count; a++) {
        const struct ir_val *v = &f->vals.data[f->args.data[c->first_arg.v + a].v];
        if ((v->kind == VAL_ADDR || v->kind == VAL_PATH) && v->path.v == path.v) {
            return true;
        }
    }
    return false;
}

static bool block_uses(struct fn_ref fn, const struct ir_block *b, path_id path) {
    for (uint32_t k = 0; k < b->op_count; k++) {
        if (uses(fn.facts, &fn.facts->ops.data[b->first_op.v + k], path)) {
            return true;
        }
    }
    return false;
}

// A return that is reached without any use of the promise; its block, or NULL.
static const struct ir_block *find_way_out(struct rule_ctx *ctx, const struct promise *p) {
    uint32_t count = p->fn.facts->fns.data[p->fn.fn.v].block_count;
    bool *seen = ARENA_ARRAY(ctx->arena, bool, count);
    uint32_t *stack = ARENA_ARRAY(ctx->arena, uint32_t, count + 1);
    uint32_t top = 0;
    stack[top++] = 0;
    seen[0] = true;
    while (top) {
        const struct ir_block *b = graph_block(p->fn, stack[--top]);
        bool used = block_uses(p->fn, b, p->path);
        if (!used && b->term == TERM_RETURN) {
            return b;
        }
        for (uint32_t k = 0; !used && k < b->edge_count; k++) {
            uint32_t to = graph_target(p->fn, b, k);
            if (!seen[to]) {
                seen[to] = true;
                stack[top++] = to;
            }
        }
    }
    return NULL;
}

static void look_at(struct rule_ctx *ctx, const struct promise *p) {
    const struct ir_block *out = find_way_out(ctx, p);
    if (!out) {
        return;
    }
    const struct ir_path *path = &p->fn.facts->paths.data[p->path.v];
    struct str name = path->kind == PATH_VAR
                          ? facts_text(p->fn.facts, p->fn.facts->vars.data[path->var.v].name)
                          : facts_text(p->fn.facts, path->name);
    struct finding *f = rule_report(
        ctx, p->fn, out->loc,
        "the promise '" STR_FMT "' has no value when the function ends here: whoever waits for it "
        "gets the exception broken_promise instead of the error that happened",
        STR_ARG(name));
    if (f) {
        f->subject = name;
        rule_related(ctx, f, (struct flow_site){p->fn, p->fulfilled},
                     "on another path it gets its value here");
    }
}

static void check(struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    const struct facts *f = fn.facts;
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct model_function *m =
                op->kind == OP_CALL ? program_library(ctx->program, f, op->call) : NULL;
            const struct ir_val *v = first_argument(f, op->call);
            if (m && (m->roles & ROLE_FULFILS) && v->kind == VAL_ADDR && is_owned(f, v->path)) {
                look_at(ctx, &(struct promise){fn, v->path, op->loc});
                return; // findings of one function would be about one mistake
            }
        }
    }
}

extern const struct rule rule_error_abandoned_promise;
const struct rule rule_error_abandoned_promise = {
    .id = "error-abandoned-promise",
    .summary = "A promise is destroyed without a value on some path",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {755, 390},
    .check_function = check,
};
