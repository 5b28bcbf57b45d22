#include "rules/shared-state/shared-state.h"

bool guard_is_type(const struct rule_ctx *ctx, const struct facts *f, type_id type) {
    type_id t = facts_strip_typedefs(f, type, NULL);
    return model_type_traits(program_models(ctx->program), facts_text(f, f->types.data[t.v].name)) & TRAIT_GUARD;
}

var_id guard_of_op(const struct rule_ctx *ctx, const struct facts *f, const struct ir_op *op, uint32_t sym_flag) {
    if (op->kind != OP_CALL) {
        return (var_id){0};
    }
    const struct ir_call *c = &f->calls.data[op->call.v];
    if (!c->callee.v || !(f->syms.data[c->callee.v].flags & sym_flag) || !c->arg_count) {
        return (var_id){0};
    }
    const struct ir_val *v = &f->vals.data[f->args.data[c->first_arg.v].v];
    const struct ir_path *p = &f->paths.data[v->path.v];
    bool is_guard = v->kind == VAL_ADDR && p->kind == PATH_VAR && guard_is_type(ctx, f, f->vars.data[p->var.v].type);
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
    if (op->kind != OP_CALL || op->call.v == ctor.v || (f->calls.data[op->call.v].flags & CALL_CLEANUP)) {
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
    const uint64_t faults = UINT64_C(1) << ILL | UINT64_C(1) << TRAP | UINT64_C(1) << ABRT | UINT64_C(1) << BUS |
                            UINT64_C(1) << FPE | UINT64_C(1) << SEGV | UINT64_C(1) << SYS;
    return (handler->signals & ~faults) == 0;
}
