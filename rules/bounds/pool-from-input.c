// A number from outside says how many threads are started, and nothing limits it.
#include "rules/bounds/bounds.h"

enum { CALLERS = 3 };

// Where the number of threads comes from.
struct origin {
    struct rule_ctx *ctx;
    struct flow_site read; // where a text was read as a number
    bool clamped;
};

static const struct ir_val *val_of(const struct facts *f, val_id v) {
    return &f->vals.data[v.v];
}

static val_id stripped(const struct facts *f, val_id v) {
    while (val_of(f, v)->kind == VAL_UNARY) {
        v = val_of(f, v)->a;
    }
    return v;
}

static var_id local_of(const struct facts *f, val_id v) {
    const struct ir_path *p = &f->paths.data[val_of(f, v)->path.v];
    uint8_t kind = f->vars.data[p->var.v].kind;
    return val_of(f, v)->kind == VAL_PATH && p->kind == PATH_VAR &&
                   (kind == VAR_LOCAL || kind == VAR_PARAM || kind == VAR_TEMP)
               ? p->var
               : (var_id){0};
}

// The same place: the local variable, or the class of what others see.
static bool is_same(const struct origin *x, const struct facts *f, val_id v, var_id local,
                    expr_id class) {
    v = stripped(f, v);
    if (local.v) {
        return local_of(f, v).v == local.v;
    }
    return val_of(f, v)->kind == VAL_PATH &&
           expr_same(program_path_class(x->ctx->program, f, val_of(f, v)->path), class);
}

// Some branch compares it with something other than 0 or 1, or as something larger.
static void look_for_clamp(struct origin *x, struct fn_ref fn, var_id local, expr_id class) {
    const struct facts *f = fn.facts;
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        const struct ir_val *y = val_of(f, b->rhs);
        bool order = b->term == TERM_BRANCH && b->cmp >= OPR_LT && b->cmp <= OPR_GE;
        bool other = y->kind != VAL_CONST || y->num > 1;
        x->clamped |= order && other && is_same(x, f, b->lhs, local, class);
        x->clamped |= b->term == TERM_SWITCH && is_same(x, f, b->lhs, local, class);
    }
}

static void trace_value(struct origin *x, struct fn_ref fn, val_id val, unsigned depth);

static void trace_class(struct origin *x, expr_id class, unsigned depth) {
    const struct program *p = x->ctx->program;
    for (node_id n = 0; n < program_fn_count(p); n++) {
        struct fn_ref fn = program_fn(p, n);
        look_for_clamp(x, fn, (var_id){0}, class);
        for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
                if (op->kind == OP_WRITE &&
                    expr_same(program_path_class(p, fn.facts, op->path), class)) {
                    trace_value(x, fn, op->val, depth);
                }
            }
        }
    }
}

static void trace_parameter(struct origin *x, struct fn_ref fn, uint32_t index, unsigned depth) {
    const struct program *p = x->ctx->program;
    node_id n = program_node(p, fn);
    for (uint32_t i = 0; n != NODE_NONE && i < program_facts_count(p); i++) {
        const struct facts *f = program_facts(p, i);
        for (uint32_t c = 1; c < f->calls.len; c++) {
            struct fn_ref by = {f, f->calls.data[c].fn};
            if (program_callee(p, f, (call_id){c}) == n && by.fn.v) {
                trace_value(x, by, bounds_arg(f, (call_id){c}, index), depth);
            }
        }
    }
}

static void trace_local(struct origin *x, struct fn_ref fn, var_id local, unsigned depth) {
    const struct facts *f = fn.facts;
    look_for_clamp(x, fn, local, (expr_id){0});
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_path *path = &f->paths.data[op->path.v];
            if (op->kind == OP_WRITE && path->kind == PATH_VAR && path->var.v == local.v) {
                trace_value(x, fn, op->val, depth);
            }
        }
    }
    if (f->vars.data[local.v].kind == VAR_PARAM) {
        trace_parameter(x, fn, f->vars.data[local.v].index, depth);
    }
}

// Follows where a value comes from, through locals, parameters and places of one class.
static void trace_value(struct origin *x, struct fn_ref fn, val_id val, unsigned depth) {
    const struct facts *f = fn.facts;
    const struct ir_val *v = val_of(f, stripped(f, val));
    if (!depth) {
        return;
    }
    if (v->kind == VAL_CALL) {
        const struct model_function *m = program_library(x->ctx->program, f, v->call);
        if (m && (m->roles & ROLE_PARSES) && !x->read.at.facts) {
            x->read = (struct flow_site){fn, f->calls.data[v->call.v].loc};
        }
        return;
    }
    var_id local = local_of(f, stripped(f, val));
    expr_id class = v->kind == VAL_PATH && !local.v
                        ? program_path_class(x->ctx->program, f, v->path)
                        : (expr_id){0};
    if (local.v) {
        trace_local(x, fn, local, depth - 1);
    } else if (class.v) {
        trace_class(x, class, depth - 1);
    }
}

static bool found(struct rule_ctx *ctx, const struct spawn_loop *s) {
    const struct facts *f = s->fn.facts;
    const struct ir_block *head = graph_block(s->fn, s->loop->head);
    struct origin x = {.ctx = ctx};
    if (head->term != TERM_BRANCH || !local_of(f, head->lhs).v ||
        val_of(f, head->rhs)->kind == VAL_CONST) {
        return false;
    }
    trace_value(&x, s->fn, head->rhs, CALLERS);
    if (!x.read.at.facts || x.clamped || bounds_is_capped(ctx, s, s->loop->head)) {
        return false;
    }
    struct finding *report = rule_report(
        ctx, s->fn, s->op->loc,
        "as many threads are started as a text says that is read at %s, whatever the number: "
        "limit it, or an extra zero takes all memory",
        rule_line(ctx, s->fn, x.read));
    if (report) {
        report->subject = program_fn_name(ctx->program, ctx->node);
        rule_related(ctx, report, x.read, "the number is read here");
    }
    return true;
}

static void check(struct rule_ctx *ctx) {
    bounds_visit(ctx, found);
}

extern const struct rule rule_bounds_pool_from_input;
const struct rule rule_bounds_pool_from_input = {
    .id = "bounds-pool-from-input",
    .summary = "A number from outside says how many threads are started, without a limit",
    .level = LEVEL_NOTE,
    .precision = PRECISION_HIGH,
    .review = true,
    .cwe = {770, 1284},
    .check_function = check,
};
