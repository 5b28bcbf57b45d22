#include "rules/shared-state/shared-state.h"

#include "checker/rule/scorecard.h"

bool guard_is_type(const struct rule_ctx *ctx, const struct facts *f, type_id type) {
    type_id t = facts_strip_typedefs(f, type, NULL);
    return model_type_traits(program_models(ctx->program), facts_text(f, f->types.data[t.v].name)) &
           TRAIT_GUARD;
}

var_id guard_of_op(const struct rule_ctx *ctx, const struct facts *f, const struct ir_op *op,
                   uint32_t sym_flag) {
    if (op->kind != OP_CALL) {
        return (var_id){0};
    }
    const struct ir_call *c = &f->calls.data[op->call.v];
    if (!c->callee.v || !(f->syms.data[c->callee.v].flags & sym_flag) || !c->arg_count) {
        return (var_id){0};
    }
    const struct ir_val *v = &f->vals.data[f->args.data[c->first_arg.v].v];
    const struct ir_path *p = &f->paths.data[v->path.v];
    bool is_guard = v->kind == VAL_ADDR && p->kind == PATH_VAR &&
                    guard_is_type(ctx, f, f->vars.data[p->var.v].type);
    return is_guard ? p->var : (var_id){0};
}

static bool is_about(const struct facts *f, path_id path, var_id var) {
    const struct ir_path *p = &f->paths.data[path.v];
    return p->kind == PATH_VAR && p->var.v == var.v;
}

static bool speaks_of(const struct facts *f, val_id val, var_id var) {
    return is_about(f, f->vals.data[val.v].path, var);
}

static bool op_uses(const struct facts *f, const struct ir_op *op, var_id guard, call_id ctor) {
    if (op->kind == OP_WRITE || op->kind == OP_UPDATE) {
        return is_about(f, op->path, guard) || speaks_of(f, op->val, guard);
    }
    if (op->kind != OP_CALL || op->call.v == ctor.v ||
        (f->calls.data[op->call.v].flags & CALL_CLEANUP)) {
        return false;
    }
    const struct ir_call *c = &f->calls.data[op->call.v];
    for (uint32_t a = 0; a < c->arg_count; a++) {
        if (speaks_of(f, f->args.data[c->first_arg.v + a], guard)) {
            return true;
        }
    }
    return false;
}

bool guard_is_used(struct fn_ref fn, var_id guard, call_id ctor) {
    const struct facts *f = fn.facts;
    const struct ir_fn *ir = &f->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[ir->first_block.v + i];
        if (speaks_of(f, b->lhs, guard) || speaks_of(f, b->rhs, guard)) {
            return true;
        }
        for (uint32_t k = 0; k < b->op_count; k++) {
            if (op_uses(f, &f->ops.data[b->first_op.v + k], guard, ctor)) {
                return true;
            }
        }
    }
    return false;
}

bool handler_is_for_faults(const struct program_root *handler) {
    enum { ILL = 4, TRAP = 5, ABRT = 6, BUS = 7, FPE = 8, SEGV = 11, SYS = 31 };
    const uint64_t faults = UINT64_C(1) << ILL | UINT64_C(1) << TRAP | UINT64_C(1) << ABRT |
                            UINT64_C(1) << BUS | UINT64_C(1) << FPE | UINT64_C(1) << SEGV |
                            UINT64_C(1) << SYS;
    return (handler->signals & ~faults) == 0;
}

struct atomic_op atomic_op_of(const struct rule_ctx *ctx, const struct facts *f,
                              const struct ir_op *op) {
    struct atomic_op a = {.object = op->path, .value = op->val};
    if (op->kind != OP_CALL) {
        bool is_plain = (op->flags & OPF_ATOMIC) && !(op->flags & OPF_INIT);
        uint32_t kind = op->kind == OP_READ     ? FN_ATOMIC_LOAD
                        : op->kind == OP_WRITE  ? FN_ATOMIC_STORE
                        : op->kind == OP_UPDATE ? FN_ATOMIC_UPDATE
                                                : 0;
        a.kind = is_plain ? kind : 0;
        return a;
    }
    const struct ir_call *c = &f->calls.data[op->call.v];
    const struct model_function *m = program_library(ctx->program, f, op->call);
    const struct ir_val *object = &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
    const struct ir_val *order =
        &f->vals.data[c->arg_count > 1 ? f->args.data[c->first_arg.v + c->arg_count - 1].v : 0];
    uint32_t kinds =
        FN_ATOMIC_LOAD | FN_ATOMIC_STORE | FN_ATOMIC_UPDATE | FN_ATOMIC_CAS | FN_ATOMIC_WEAK_CAS;
    bool has_order = c->arg_count > (m && (m->flags & FN_ATOMIC_LOAD) ? 1 : 2);
    if (!m || !(m->flags & kinds)) {
        return (struct atomic_op){0};
    }
    a.kind = m->flags & kinds;
    a.object = object->kind == VAL_ADDR ? object->path : (path_id){0};
    a.value = c->arg_count > 1 ? f->args.data[c->first_arg.v + 1] : (val_id){0};
    a.relaxed = has_order && order->kind == VAL_CONST && order->num == 0;
    return a;
}

bool lock_is_mixed(const struct flow_result *r, const struct flow_event *e) {
    for (uint32_t i = 0; i < r->releases.len; i++) {
        if (r->releases.data[i].call.v == e->call.v &&
            expr_same(r->releases.data[i].lock, e->subject)) {
            return true;
        }
    }
    return false;
}

bool lock_nobody_gave(const struct rule_ctx *ctx, const struct flow_result *r,
                      const struct flow_event *e) {
    const struct program *p = ctx->program;
    node_id n = ctx->node;
    if (flow_is_local_lock(program_exprs(p), e->subject)) {
        return true;
    }
    if (program_may_hold_at_entry(p, n, e->subject)) {
        return false;
    }
    bool root = program_is_thread_entry(p, n) || program_is_main(p, n);
    if (root) {
        return true;
    }
    if (program_is_left_held(p, e->subject)) {
        return false; // another function takes it and is left with it
    }
    if (!program_is_whole(p) || program_is_address_taken(p, n)) {
        return false;
    }
    return program_has_callers(p, n) || lock_is_mixed(r, e);
}

bool lock_is_anonymous(const struct expr_table *t, expr_id lock) {
    uint8_t root = expr_get(t, expr_root(t, lock))->kind;
    const struct expr *x = expr_get(t, lock);
    bool bare_result = x->kind == EX_DEREF && root == EX_RESULT;
    return root == EX_MERGE || root == EX_OLD || bare_result || expr_has_kind(t, lock, EX_OLD);
}

bool lock_is_held_at(const struct flow_point *at, expr_id lock) {
    for (uint32_t i = 0; i < at->count; i++) {
        if (expr_same(at->items[i].e, lock) &&
            !(at->items[i].flags & (EF_MAYBE | FACT_SOMETIMES))) {
            return true;
        }
    }
    return false;
}

// --- the scorecard ---

static void inspect(struct rule_ctx *ctx, struct score_point *out) {
    const struct program *p = ctx->program;
    struct program_shared shared = program_shared(p);
    score_answers(ctx, out, "variable", "seen written beside other accesses", shared.places,
                  shared.guarded + shared.atomic, "always under one lock or atomic");
    score_count(ctx, out, "lock", "", program_lock_count(p));
    score_count(ctx, out, "condition", "", program_condition_count(p));
}

extern const struct family family_shared_state;
const struct family family_shared_state = {
    .name = "shared-state",
    .point = 4,
    .question = "How is every variable that threads share synchronised?",
    .inspect = inspect,
};
