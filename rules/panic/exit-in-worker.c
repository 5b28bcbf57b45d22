// A thread other than main ends the whole process with exit(): exit handlers and destructors of
// static objects run while other threads still use what they tear down.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

// Ends the process and tears it down first (exit), or at once (abort).
static const struct effect *ends_process(const struct program *p, const struct facts *f,
                                         const struct ir_op *op) {
    const struct effect *e =
        op->kind == OP_CALL ? program_model_effect(p, f, op->call, EFFECT_NORETURN) : NULL;
    return e && (e->flags & EF_ORDERLY) ? e : NULL;
}

static bool has_static_destructor(const struct facts *f) {
    for (uint32_t i = 1; i < f->vars.len; i++) {
        const struct ir_var *v = &f->vars.data[i];
        type_id t = facts_strip_typedefs(f, v->type, NULL);
        const struct ir_type *x = &f->types.data[t.v];
        if (v->kind == VAR_GLOBAL && !(v->flags & (VAR_SYSTEM | VAR_EXTERN)) &&
            x->kind == TYPE_RECORD && (f->records.data[x->record.v].flags & RECORD_USER_DTOR)) {
            return true;
        }
    }
    return false;
}

// Something of the program runs when it exits.
static bool has_teardown(const struct program *p) {
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        if (program_root(p, i)->kind == CONTEXT_EXIT) {
            return true;
        }
    }
    for (uint32_t i = 0; i < program_facts_count(p); i++) {
        if (has_static_destructor(program_facts(p, i))) {
            return true;
        }
    }
    return false;
}

static bool forks(const struct program *p, struct fn_ref fn) {
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            const struct model_function *m =
                op->kind == OP_CALL ? program_library(p, fn.facts, op->call) : NULL;
            if (m && (m->flags & FN_FORKS)) {
                return true;
            }
        }
    }
    return false;
}

static bool find_thread(const struct program *p, node_id n, op_id op, uint32_t *ret_root) {
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        if (program_root(p, i)->kind == CONTEXT_THREAD && program_root_runs(p, i, n, op)) {
            *ret_root = i;
            return true;
        }
    }
    return false;
}

static void check_op(struct rule_ctx *ctx, node_id n, op_id id, bool teardown) {
    const struct program *p = ctx->program;
    struct fn_ref fn = program_fn(p, n);
    const struct ir_op *op = &fn.facts->ops.data[id.v];
    uint32_t root = 0;
    if (!ends_process(p, fn.facts, op) || !find_thread(p, n, id, &root)) {
        return;
    }
    const struct program_root *r = program_root(p, root);
    struct finding *f = rule_report_or_note(
        ctx, !teardown || fn.facts->locs.data[op->loc.v].in_macro, fn, op->loc,
        "the thread '" STR_FMT
        "' ends the whole process here: exit handlers and static destructors run while the "
        "other threads still use what they tear down",
        STR_ARG(program_fn_name(p, r->node)));
    if (f) {
        f->subject = program_fn_name(p, r->node);
        rule_step(ctx, f, STEP_SPAWN, r->site.at, r->site.loc, "the thread is started here");
        rule_chain(ctx, f, root, n);
    }
}

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    bool teardown = has_teardown(p);
    for (node_id n = 0; n < program_fn_count(p); n++) {
        struct fn_ref fn = program_fn(p, n);
        for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count && !forks(p, fn); i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                check_op(ctx, n, (op_id){b->first_op.v + k}, teardown);
            }
        }
    }
}

extern const struct rule rule_panic_exit_in_worker;
const struct rule rule_panic_exit_in_worker = {
    .id = "panic-exit-in-worker",
    .summary = "A thread other than main calls exit",
    .level = LEVEL_WARNING,
    .precision = PRECISION_MEDIUM,
    .cwe = {382},
    .check_program = check,
};
