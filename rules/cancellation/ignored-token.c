// A function is given a stop token and never looks at it.
#include "checker/flow/graph.h"
#include "checker/link/stop.h"
#include "checker/rule/check.h"

static bool is_token(const struct program *p, const struct facts *f, type_id type) {
    while (f->types.data[type.v].kind == TYPE_REFERENCE ||
           f->types.data[type.v].kind == TYPE_POINTER) {
        type = f->types.data[type.v].target;
    }
    return model_type_traits(program_models(p), facts_text(f, f->types.data[type.v].name)) &
           TRAIT_TOKEN;
}

static var_id root_of(const struct facts *f, path_id path) {
    const struct ir_path *x = &f->paths.data[path.v];
    while (x->kind == PATH_FIELD || x->kind == PATH_INDEX || x->kind == PATH_DEREF) {
        x = x->kind == PATH_DEREF ? &f->paths.data[f->vals.data[x->val.v].path.v]
                                  : &f->paths.data[x->base.v];
    }
    return x->var;
}

static bool op_mentions(const struct facts *f, const struct ir_op *op, var_id var) {
    const struct ir_call *c = &f->calls.data[op->call.v];
    bool found =
        root_of(f, op->path).v == var.v || root_of(f, f->vals.data[op->val.v].path).v == var.v;
    for (uint32_t a = 0; op->kind == OP_CALL && a < c->arg_count; a++) {
        found |= root_of(f, f->vals.data[f->args.data[c->first_arg.v + a].v].path).v == var.v;
    }
    bool destroyed = op->kind == OP_CALL && (c->flags & CALL_CLEANUP);
    return found && !destroyed && op->kind != OP_SCOPE_BEGIN && op->kind != OP_SCOPE_END;
}

static bool is_used(struct fn_ref fn, var_id var) {
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            if (op_mentions(fn.facts, &fn.facts->ops.data[b->first_op.v + k], var)) {
                return true;
            }
        }
    }
    return false;
}

// Only a loop can go on too long.
static bool has_loop(struct rule_ctx *ctx, struct fn_ref fn) {
    return graph_loops(fn, ctx->arena).count != 0;
}

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    struct fn_ref fn = program_fn(p, ctx->node);
    const struct facts *f = fn.facts;
    const struct ir_fn *ir = &f->fns.data[fn.fn.v];
    bool fixed = f->syms.data[ir->sym.v].flags & SYM_VIRTUAL; // others chose the parameters
    for (uint32_t i = 0; i < ir->param_count && !fixed; i++) {
        const struct ir_var *v = &f->vars.data[facts_fn_var(f, fn.fn, i).v];
        struct str name = facts_text(f, v->name);
        if (!name.len || !is_token(p, f, v->type) || is_used(fn, facts_fn_var(f, fn.fn, i)) ||
            (ir->flags & (FN_PARTIAL | FN_TRUNCATED)) || !has_loop(ctx, fn)) {
            continue;
        }
        bool entry = program_is_thread_entry(p, ctx->node);
        struct finding *out = rule_report_or_note(
            ctx, !entry, fn, v->loc,
            "'" STR_FMT "' is given a stop token, '" STR_FMT "', and never looks at it: %s",
            STR_ARG(program_fn_name(p, ctx->node)), STR_ARG(name),
            entry ? "request_stop() does not stop this thread" : "its loop cannot be stopped");
        if (out) {
            out->subject = name;
        }
    }
}

extern const struct rule rule_cancellation_ignored_token;
const struct rule rule_cancellation_ignored_token = {
    .id = "cancellation-ignored-token",
    .summary = "A function with a loop is given a stop token and never looks at it",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {563},
    .check_function = check,
};
