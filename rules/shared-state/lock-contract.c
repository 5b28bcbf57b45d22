// What annotations of the source say about locks (guarded_by, requires_capability) is not kept: a
// guarded place is touched, or a function called, without the lock.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

enum { MAX_LOCKS = 8 };

struct search {
    struct rule_ctx *ctx;
    struct fn_ref fn;
    const struct flow_result *flow;
    bool follows;      // the flow knows which locks the function requires
    VEC(expr_id) told; // locks of which something was said
};

static bool is_told(struct search *s, expr_id about) {
    for (uint32_t i = 0; i < s->told.len; i++) {
        if (expr_same(s->told.data[i], about)) {
            return true;
        }
    }
    vec_push(s->ctx->arena, &s->told, about);
    return false;
}

// The lock is, or may be, held when the op runs.
static bool may_hold(const struct search *s, op_id op, expr_id lock) {
    const struct program *p = s->ctx->program;
    struct flow_point at = s->flow ? flow_point_at(s->flow, op.v) : (struct flow_point){0};
    bool held = s->flow && !at.seen; // nothing comes here
    struct flow_fact required[MAX_LOCKS];
    uint32_t count = program_required_locks(p, s->fn, required, MAX_LOCKS);
    for (uint32_t i = 0; !s->follows && !held && i < count; i++) {
        held = expr_same(program_contract_class(p, required[i].e), lock);
    }
    for (uint32_t i = 0; !held && i < at.count; i++) {
        held = expr_same(program_contract_class(p, at.items[i].e), lock);
    }
    return held || program_may_hold_at_entry(p, s->ctx->node, lock) ||
           (program_is_main(p, s->ctx->node) && !program_main_has_company(p, s->ctx->node, op));
}

// --- objects that nobody else knows ---

static bool is_alloc(const struct search *s, const struct ir_val *v) {
    return v->kind == VAL_CALL &&
           program_model_effect(s->ctx->program, s->fn.facts, v->call, EFFECT_ALLOC);
}

// The function itself made what the variable points to.
static bool points_to_new(const struct search *s, var_id var) {
    const struct facts *f = s->fn.facts;
    for (uint32_t i = 0; i < f->fns.data[s->fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(s->fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_path *p = &f->paths.data[op->path.v];
            if (op->kind == OP_WRITE && p->kind == PATH_VAR && p->var.v == var.v &&
                is_alloc(s, &f->vals.data[op->val.v])) {
                return true;
            }
        }
    }
    return false;
}

// A local object, or one this function has just made.
static bool is_own_object(const struct search *s, path_id path) {
    const struct facts *f = s->fn.facts;
    const struct ir_path *p = &f->paths.data[path.v];
    while (p->kind == PATH_FIELD || p->kind == PATH_INDEX) {
        p = &f->paths.data[p->base.v];
    }
    const struct ir_val *v = &f->vals.data[p->val.v];
    const struct ir_path *pointer = &f->paths.data[v->path.v];
    uint8_t kind = p->kind == PATH_VAR ? f->vars.data[p->var.v].kind : VAR_NONE;
    return kind == VAR_LOCAL || kind == VAR_TEMP || kind == VAR_PARAM ||
           (p->kind == PATH_DEREF && v->kind == VAL_PATH && pointer->kind == PATH_VAR &&
            points_to_new(s, pointer->var));
}

// --- guarded places ---

static const struct program_guard *find_guard(const struct program *p, uint8_t kind,
                                              expr_id subject) {
    for (uint32_t i = 0; subject.v && i < program_guard_count(p); i++) {
        const struct program_guard *g = program_guard(p, i);
        if (g->kind == kind && expr_same(g->subject, subject)) {
            return g;
        }
    }
    return NULL;
}

// Guard of the place, of what it is part of, or of the pointer it is reached through.
static const struct program_guard *guard_of_path(const struct search *s, path_id path) {
    const struct program *p = s->ctx->program;
    const struct facts *f = s->fn.facts;
    for (;;) {
        const struct ir_path *x = &f->paths.data[path.v];
        const struct ir_val *v = &f->vals.data[x->val.v];
        if (x->kind == PATH_DEREF) {
            return v->kind == VAL_PATH
                       ? find_guard(p, CONTRACT_POINTEE_GUARDED, program_path_class(p, f, v->path))
                       : NULL;
        }
        const struct program_guard *g =
            x->kind == PATH_INDEX ? NULL
                                  : find_guard(p, CONTRACT_GUARDED, program_path_class(p, f, path));
        if (g || (x->kind != PATH_FIELD && x->kind != PATH_INDEX)) {
            return g;
        }
        path = x->base;
    }
}

static void check_access(struct search *s, op_id id, const struct ir_op *op) {
    const struct program_guard *g =
        op->flags & (OPF_INIT | OPF_ATOMIC) ? NULL : guard_of_path(s, op->path);
    if (!g || is_own_object(s, op->path) || may_hold(s, id, g->lock) || is_told(s, g->lock)) {
        return;
    }
    struct rule_ctx *ctx = s->ctx;
    const char *subject = rule_name(ctx, s->fn, g->subject);
    const char *lock = rule_name(ctx, s->fn, g->lock);
    struct finding *f = rule_report(ctx, s->fn, op->loc,
                                    "%s'%s' is %s without '%s', which guards it by its declaration",
                                    g->kind == CONTRACT_GUARDED ? "" : "what is behind ", subject,
                                    op->kind == OP_READ ? "read" : "written", lock);
    if (f) {
        f->subject = str_from(subject);
    }
}

// --- calls ---

// The function takes a lock itself that its declaration says callers hold.
static const struct flow_event *find_contradiction(const struct search *s, node_id n,
                                                   expr_id lock) {
    const struct program *p = s->ctx->program;
    const struct flow_result *r = n == NODE_NONE ? NULL : program_flow(p, n, FLOW_LOCKS);
    for (uint32_t i = 0; r && i < r->events.len; i++) {
        const struct flow_event *e = &r->events.data[i];
        if (e->kind == FLOW_DOUBLE_ACQUIRE && e->required &&
            (!lock.v || expr_same(program_contract_class(p, e->subject), lock))) {
            return e;
        }
    }
    return NULL;
}

static void check_own_contract(struct search *s) {
    const struct flow_event *e = find_contradiction(s, s->ctx->node, (expr_id){0});
    if (!e) {
        return;
    }
    const char *name = rule_name(s->ctx, s->fn, program_contract_lock(s->ctx->program, e->subject));
    struct finding *f = rule_report(s->ctx, s->fn, e->loc,
                                    "'%s' is locked here, but the declaration of '" STR_FMT
                                    "' says that callers hold it: one of them is wrong",
                                    name, STR_ARG(program_fn_name(s->ctx->program, s->ctx->node)));
    if (f) {
        f->subject = str_from(name);
    }
}

static void check_call(struct search *s, op_id id, const struct ir_op *op) {
    const struct facts *f = s->fn.facts;
    const struct program *p = s->ctx->program;
    struct flow_fact locks[MAX_LOCKS];
    const struct ir_call *c = &f->calls.data[op->call.v];
    uint32_t count = program_contract_locks(p, f, op->call, CONTRACT_REQUIRES, locks, MAX_LOCKS);
    const struct ir_val *object = &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
    bool own = count && object->kind == VAL_ADDR && is_own_object(s, object->path);
    for (uint32_t i = 0; i < count && !own; i++) {
        expr_id lock = program_contract_class(p, locks[i].e);
        if (!lock.v || may_hold(s, id, lock) ||
            find_contradiction(s, program_callee(p, f, op->call), lock) || is_told(s, lock)) {
            continue;
        }
        const char *name = rule_name(s->ctx, s->fn, lock);
        struct finding *x =
            rule_report(s->ctx, s->fn, op->loc,
                        "'" STR_FMT "' is called without '%s', which its declaration requires",
                        STR_ARG(facts_sym_name(f, c->callee)), name);
        if (x) {
            x->subject = str_from(name);
        }
    }
}

// The call is made on this object, or its contract does not speak of one.
static bool is_same_object(const struct search *s, const struct ir_call *c, expr_id lock) {
    const struct facts *f = s->fn.facts;
    const struct ir_val *v = &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
    const struct ir_path *object = &f->paths.data[v->path.v];
    const struct expr_table *t = program_exprs(s->ctx->program);
    const struct expr *x = expr_get(t, lock);
    while (x->kind == EX_FIELD && x->a.v) {
        x = expr_get(t, x->a);
    }
    const struct expr *param = expr_get(t, x->a);
    bool of_this = x->kind == EX_DEREF && param->kind == EX_PARAM && param->num == 0;
    return x->kind == EX_GLOBAL || (of_this && v->kind == VAL_PATH && object->kind == PATH_VAR &&
                                    (f->vars.data[object->var.v].flags & VAR_THIS));
}

// A lock is held for sure that the callee, whose body is not known, says it takes itself.
static void check_excluded(struct search *s, op_id id, const struct ir_op *op) {
    const struct facts *f = s->fn.facts;
    const struct program *p = s->ctx->program;
    struct flow_fact locks[MAX_LOCKS];
    const struct ir_call *c = &f->calls.data[op->call.v];
    uint32_t count = program_contract_locks(p, f, op->call, CONTRACT_EXCLUDES, locks, MAX_LOCKS);
    struct flow_point at = s->flow ? flow_point_at(s->flow, id.v) : (struct flow_point){0};
    for (uint32_t i = 0; i < count && program_callee(p, f, op->call) == NODE_NONE; i++) {
        bool held = false;
        for (uint32_t k = 0; k < at.count; k++) {
            held |= !(at.items[k].flags & (EF_MAYBE | FACT_SOMETIMES)) &&
                    expr_same(program_contract_lock(p, at.items[k].e), locks[i].e);
        }
        if (!held || !is_same_object(s, c, locks[i].e)) {
            continue;
        }
        const char *name = rule_name(s->ctx, s->fn, locks[i].e);
        struct finding *x = rule_report(
            s->ctx, s->fn, op->loc,
            "'" STR_FMT "' is called with '%s' held, which its declaration excludes: it takes the "
            "lock itself",
            STR_ARG(facts_sym_name(f, c->callee)), name);
        if (x) {
            x->subject = str_from(name);
        }
    }
}

// A call that comes back only when some lock is held.
static bool asserts(const struct search *s, const struct ir_op *op) {
    return op->kind == OP_CALL &&
           program_call_has_contract(s->ctx->program, s->fn.facts, op->call, CONTRACT_ASSERTS);
}

// The function does not promise to keep the rules, or cannot be judged.
static bool is_exempt(const struct search *s) {
    const struct facts *f = s->fn.facts;
    const struct ir_fn *fn = &f->fns.data[s->fn.fn.v];
    bool part = fn->flags & (FN_GLOBAL_INIT | FN_PARTIAL | FN_TRUNCATED);
    bool kind = f->syms.data[fn->sym.v].flags & (SYM_CTOR | SYM_DTOR | SYM_LAMBDA);
    bool exempt = part || kind || (s->flow && s->flow->limited) ||
                  program_has_contract(s->ctx->program, s->fn, CONTRACT_UNCHECKED) ||
                  program_only_makes(s->ctx->program, s->ctx->node);
    for (uint32_t i = 0; !exempt && i < fn->block_count; i++) {
        const struct ir_block *b = graph_block(s->fn, i);
        for (uint32_t k = 0; !exempt && k < b->op_count; k++) {
            exempt = asserts(s, &f->ops.data[b->first_op.v + k]);
        }
    }
    return exempt;
}

static void check(struct rule_ctx *ctx) {
    struct search s = {.ctx = ctx,
                       .fn = program_fn(ctx->program, ctx->node),
                       .flow = program_flow(ctx->program, ctx->node, FLOW_LOCKS)};
    const struct facts *f = s.fn.facts;
    struct flow_fact required[MAX_LOCKS];
    s.follows = program_required_locks(ctx->program, s.fn, required, MAX_LOCKS) ==
                program_entry_locks(ctx->program, s.fn, required, MAX_LOCKS);
    if (!f->contracts.len || is_exempt(&s)) {
        return;
    }
    check_own_contract(&s);
    for (uint32_t i = 0; i < f->fns.data[s.fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(s.fn, i);
        for (uint32_t k = b->first_op.v; k < b->first_op.v + b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[k];
            if (op->kind == OP_CALL) {
                check_call(&s, (op_id){k}, op);
                check_excluded(&s, (op_id){k}, op);
            } else if (op->kind == OP_READ || op->kind == OP_WRITE || op->kind == OP_UPDATE) {
                check_access(&s, (op_id){k}, op);
            }
        }
    }
}

extern const struct rule rule_shared_state_lock_contract;
const struct rule rule_shared_state_lock_contract = {
    .id = "shared-state-lock-contract",
    .summary = "A place is touched, or a function called, without the lock its annotation names",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {362, 820},
    .cert = "CON43-C",
    .check_function = check,
};
