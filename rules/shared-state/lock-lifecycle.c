// A lock, condition, semaphore or barrier is used out of its life: before it is initialised, after
// it was destroyed, initialised or destroyed twice, destroyed while it is held, or copied.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

// What happens to the object; the place of the other event follows.
static const char *text_of(const struct flow_event *e) {
    switch (e->kind) {
    case FLOW_USE_UNREADY:
        return e->other ? "is used here although it is initialised only later, at "
                        : "is used here but nothing initialised it on this path";
    case FLOW_USE_DESTROYED:
        return "is used here after it was destroyed at ";
    case FLOW_INIT_AGAIN:
        return "is initialised again here while it is in use: it was initialised at ";
    case FLOW_DESTROY_AGAIN:
        return "is destroyed a second time here: it was destroyed at ";
    case FLOW_DESTROY_HELD:
        return "is destroyed here while this thread holds it: it was locked at ";
    case FLOW_DESTROYED_BY_OTHER:
        return "is destroyed by the thread started here, which nothing orders with its use by ";
    default:
        return NULL;
    }
}

static const char *related_text(const struct flow_event *e) {
    switch (e->kind) {
    case FLOW_USE_UNREADY:
        return "it is initialised here";
    case FLOW_INIT_AGAIN:
        return "it is initialised here first";
    case FLOW_DESTROY_HELD:
        return "it is locked here";
    case FLOW_DESTROYED_BY_OTHER:
        return "it is used here, or by the thread started here";
    default:
        return "it is destroyed here first";
    }
}

// An element that some round of a loop chose: another loop, or another round, may have initialised
// it.
static bool is_some_element(const struct expr_table *t, expr_id lock) {
    for (const struct expr *x = expr_get(t, lock); x->kind != EX_NONE; x = expr_get(t, x->a)) {
        if (x->kind == EX_INDEX &&
            (!x->b.v || expr_has_kinds(t, x->b, EXPR_KIND(EX_MERGE) | EXPR_KIND(EX_UNKNOWN)))) {
            return true;
        }
    }
    return false;
}

static void report_event(struct rule_ctx *ctx, const struct flow_result *r,
                         const struct flow_event *e) {
    const char *text = text_of(e);
    bool partial = r->fn.facts->fns.data[r->fn.fn.v].flags & (FN_PARTIAL | FN_TRUNCATED);
    bool element = is_some_element(program_exprs(ctx->program), e->subject);
    if (!text || ((partial || element) && e->kind == FLOW_USE_UNREADY)) {
        return;
    }
    const char *name = rule_name(ctx, r->fn, e->subject);
    struct flow_site other = rule_site(ctx, e->other);
    struct flow_site inner = rule_site(ctx, e->inner);
    struct finding *f =
        rule_report(ctx, r->fn, e->loc, "'%s' %s%s", name, text, rule_where(ctx, other));
    if (!f) {
        return;
    }
    f->subject = str_from(name);
    rule_trace(ctx, f, r, e->trace);
    if (e->inner) {
        rule_step(ctx, f, STEP_CALL, inner.at, inner.loc, "it happens here");
    }
    if (e->other) {
        rule_related(ctx, f, other, "%s", related_text(e));
    }
}

// --- initialised where it is defined, and again by a call ---

typedef bool (*op_test)(const struct rule_ctx *ctx, const struct facts *f, const struct ir_op *op,
                        var_id var);

static const struct ir_op *find_op(const struct rule_ctx *ctx, const struct facts *f, op_test test,
                                   var_id var) {
    for (uint32_t i = 1; i < f->ops.len; i++) {
        if (test(ctx, f, &f->ops.data[i], var)) {
            return &f->ops.data[i];
        }
    }
    return NULL;
}

// The variable whose address is the first argument; 0 for none.
static var_id first_argument(const struct facts *f, call_id call) {
    const struct ir_call *c = &f->calls.data[call.v];
    const struct ir_val *v = &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
    const struct ir_path *p = &f->paths.data[v->path.v];
    return v->kind == VAL_ADDR && p->kind == PATH_VAR ? p->var : (var_id){0};
}

// `= PTHREAD_MUTEX_INITIALIZER`: a macro; zeros written by hand say nothing.
static bool is_static_init(const struct rule_ctx *ctx, const struct facts *f,
                           const struct ir_op *op, var_id var) {
    (void)ctx;
    const struct ir_path *p = &f->paths.data[op->path.v];
    return op->kind == OP_WRITE && p->kind == PATH_VAR && p->var.v == var.v &&
           f->locs.data[op->loc.v].in_macro;
}

// It is destroyed somewhere, and may be made anew; or a child of a fork makes its locks anew.
static bool may_be_anew(const struct rule_ctx *ctx, const struct facts *f, const struct ir_op *op,
                        var_id var) {
    if (op->kind != OP_CALL) {
        return false;
    }
    struct str name = facts_sym_name(f, f->calls.data[op->call.v].callee);
    return str_eq(name, STR("fork")) || str_eq(name, STR("pthread_atfork")) ||
           (program_model_effect(ctx->program, f, op->call, EFFECT_LOCK_DESTROY) &&
            first_argument(f, op->call).v == var.v);
}

static void check_again(struct rule_ctx *ctx, struct fn_ref fn, const struct ir_op *op) {
    const struct facts *f = fn.facts;
    var_id var = first_argument(f, op->call);
    uint8_t kind = f->vars.data[var.v].kind;
    bool is_static = kind == VAR_GLOBAL || kind == VAR_STATIC_LOCAL;
    const struct ir_op *first = is_static ? find_op(ctx, f, is_static_init, var) : NULL;
    if (!first || find_op(ctx, f, may_be_anew, var)) {
        return;
    }
    struct str name = facts_text(f, f->vars.data[var.v].name);
    struct finding *x = rule_report(
        ctx, fn, op->loc,
        "'" STR_FMT "' is initialised again here: it has a static initialiser at line %u, and "
        "whoever uses it already has it pulled away",
        STR_ARG(name), f->locs.data[first->loc.v].line);
    if (x) {
        x->subject = name;
    }
}

static void check_calls(struct rule_ctx *ctx) {
    struct fn_ref fn = program_fn(ctx->program, ctx->node);
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL &&
                program_model_effect(ctx->program, fn.facts, op->call, EFFECT_LOCK_INIT)) {
                check_again(ctx, fn, op);
            }
        }
    }
}

static void check(struct rule_ctx *ctx) {
    check_calls(ctx);
    static const enum flow_domain domains[] = {FLOW_LIFE, FLOW_LOCKS, FLOW_THREADS};
    for (size_t d = 0; d < sizeof domains / sizeof *domains; d++) {
        const struct flow_result *r = program_flow(ctx->program, ctx->node, domains[d]);
        for (uint32_t i = 0; r && i < r->events.len; i++) {
            report_event(ctx, r, &r->events.data[i]);
        }
    }
}

extern const struct rule rule_shared_state_lock_lifecycle;
const struct rule rule_shared_state_lock_lifecycle = {
    .id = "shared-state-lock-lifecycle",
    .summary = "A lock or condition is used before it is initialised, after it was destroyed, or "
               "destroyed while it is held",
    .level = LEVEL_ERROR,
    .precision = PRECISION_HIGH,
    .cwe = {665, 908, 667},
    .cert = "CON31-C",
    .check_function = check,
};
