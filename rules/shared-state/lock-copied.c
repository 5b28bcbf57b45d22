// A lock, condition, semaphore or barrier is copied, itself or as part of a structure: the copy is
// none (POSIX 2.9.9), and what waits for the original is overwritten. Or a function takes one by
// value: it locks a copy of its own, which keeps nobody out.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

enum { MAX_NESTING = 4, SYNC_TRAITS = TRAIT_LOCK | TRAIT_CONDITION | TRAIT_SEMAPHORE };

// The type is one of these, or contains one; says whether it is one itself.
static bool has_sync(const struct rule_ctx *ctx, const struct facts *f, type_id type,
                     unsigned depth, bool *ret_itself) {
    const struct model_set *models = program_models(ctx->program);
    const struct ir_type *x = &f->types.data[type.v];
    *ret_itself = false;
    while (x->kind == TYPE_TYPEDEF || x->kind == TYPE_ARRAY || x->kind == TYPE_RECORD) {
        if (model_type_traits(models, facts_text(f, x->name)) & SYNC_TRAITS) {
            *ret_itself = depth == 0;
            return true;
        }
        if (x->kind == TYPE_RECORD) {
            break;
        }
        x = &f->types.data[x->target.v];
    }
    const struct ir_record *r = &f->records.data[x->record.v];
    bool is_record = x->kind == TYPE_RECORD && x->record.v && !(r->flags & RECORD_SYSTEM);
    for (uint32_t i = 0; is_record && depth < MAX_NESTING && i < r->field_count; i++) {
        bool itself = false;
        if (has_sync(ctx, f, f->fields.data[r->first_field.v + i].type, depth + 1, &itself)) {
            return true;
        }
    }
    return false;
}

// Object that a pointer argument leads to: its type, 0 when not known.
static type_id pointee(const struct facts *f, val_id val) {
    const struct ir_val *v = &f->vals.data[val.v];
    type_id t = f->paths.data[v->path.v].type;
    if (v->kind == VAL_ADDR) {
        return t;
    }
    t = v->kind == VAL_PATH ? facts_strip_typedefs(f, t, NULL) : (type_id){0};
    return f->types.data[t.v].kind == TYPE_POINTER ? f->types.data[t.v].target : (type_id){0};
}

static uint8_t root_kind(const struct facts *f, path_id path) {
    const struct ir_path *p = &f->paths.data[path.v];
    while (p->kind == PATH_FIELD || p->kind == PATH_INDEX) {
        p = &f->paths.data[p->base.v];
    }
    return p->kind == PATH_VAR ? f->vars.data[p->var.v].kind : VAR_NONE;
}

// A value made for the purpose: a compound literal, a constant, a static template, or what was put
// aside in a local while the memory around it is cleared.
static bool is_initial(const struct facts *f, path_id path) {
    uint8_t quals = 0;
    (void)facts_strip_typedefs(f, f->paths.data[path.v].type, &quals);
    uint8_t kind = root_kind(f, path);
    return (quals & TYPE_CONST) || kind == VAR_TEMP || kind == VAR_LOCAL || kind == VAR_GLOBAL ||
           kind == VAR_STATIC_LOCAL;
}

// The function makes a lock anew, that of the copy for example.
static bool makes_locks(const struct rule_ctx *ctx, struct fn_ref fn) {
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            node_id to =
                op->kind == OP_CALL ? program_callee(ctx->program, fn.facts, op->call) : NODE_NONE;
            const struct flow_result *r =
                to != NODE_NONE ? program_flow(ctx->program, to, FLOW_LOCKS) : NULL;
            if ((op->kind == OP_CALL &&
                 program_model_effect(ctx->program, fn.facts, op->call, EFFECT_LOCK_INIT)) ||
                (r && r->inits.len)) {
                return true;
            }
        }
    }
    return false;
}

static void report(struct rule_ctx *ctx, struct fn_ref fn, loc_id loc, const char *what,
                   bool itself) {
    struct finding *x = rule_report(
        ctx, fn, loc,
        "%s copies %s: the copy is none that works, and whoever holds or waits for "
        "the one that is overwritten is lost; %s",
        what, itself ? "a lock or condition" : "a structure with a lock or condition in it",
        itself ? "initialise a new one, or share this one by its address"
               : "copy the other members, and initialise that one");
    if (x) {
        x->subject = str_from(itself ? "lock" : "structure");
    }
}

static void check_write(struct rule_ctx *ctx, struct fn_ref fn, const struct ir_op *op) {
    const struct facts *f = fn.facts;
    const struct ir_val *v = &f->vals.data[op->val.v];
    bool itself = false;
    if (v->kind == VAL_PATH && has_sync(ctx, f, f->paths.data[op->path.v].type, 0, &itself) &&
        root_kind(f, op->path) != VAR_LOCAL && !is_initial(f, v->path) &&
        (itself || !makes_locks(ctx, fn))) {
        report(ctx, fn, op->loc, "this assignment", itself);
    }
}

static void check_call(struct rule_ctx *ctx, struct fn_ref fn, const struct ir_op *op) {
    const struct facts *f = fn.facts;
    const struct ir_call *c = &f->calls.data[op->call.v];
    const struct model_function *m = program_library(ctx->program, f, op->call);
    bool itself = false;
    if (!m || !(m->flags & FN_COPIES) || c->arg_count < 2) {
        return;
    }
    val_id to = f->args.data[c->first_arg.v];
    val_id from = f->args.data[c->first_arg.v + 1];
    type_id target = pointee(f, to);
    bool initial =
        f->vals.data[from.v].kind == VAL_ADDR && is_initial(f, f->vals.data[from.v].path);
    if (target.v && has_sync(ctx, f, target, 0, &itself) && !initial &&
        (itself || !makes_locks(ctx, fn))) {
        report(ctx, fn, op->loc, "this call", itself);
    }
}

// `void f(pthread_mutex_t m)`: each call has a lock of its own.
static void check_parameters(struct rule_ctx *ctx, struct fn_ref fn) {
    const struct facts *f = fn.facts;
    const struct ir_fn *ir = &f->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->param_count; i++) {
        const struct ir_var *v = &f->vars.data[f->fn_vars.data[ir->first_var + i].v];
        bool itself = false;
        if ((v->flags & VAR_THIS) || !has_sync(ctx, f, v->type, 0, &itself) || !itself) {
            continue;
        }
        struct finding *x = rule_report(
            ctx, fn, ir->loc,
            "'" STR_FMT "' is passed by value: every call works on a copy of its own, which keeps "
            "nobody out and wakes nobody; pass its address",
            STR_ARG(facts_text(f, v->name)));
        if (x) {
            x->subject = facts_text(f, v->name);
        }
    }
}

static void check(struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    check_parameters(ctx, fn);
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind == OP_WRITE) {
                check_write(ctx, fn, op);
            } else if (op->kind == OP_CALL) {
                check_call(ctx, fn, op);
            }
        }
    }
}

extern const struct rule rule_shared_state_lock_copied;
const struct rule rule_shared_state_lock_copied = {
    .id = "shared-state-lock-copied",
    .summary = "A lock, condition or semaphore is copied",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {667},
    .cert = "POS52-C",
    .check_function = check,
};
