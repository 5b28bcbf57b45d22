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

// An op of a thread that ends the process.
struct worker_exit {
    node_id node;
    op_id op;
    uint32_t root;
    bool question; // nothing of the program is torn down, or a macro for what cannot happen
};

struct worker_exits {
    VEC(struct worker_exit) items;
};

static void collect(struct rule_ctx *ctx, struct worker_exits *out) {
    const struct program *p = ctx->program;
    bool teardown = has_teardown(p);
    for (node_id n = 0; n < program_fn_count(p); n++) {
        struct fn_ref fn = program_fn(p, n);
        for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count && !forks(p, fn); i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                struct worker_exit x = {.node = n, .op = {b->first_op.v + k}};
                const struct ir_op *op = &fn.facts->ops.data[x.op.v];
                x.question = !teardown || fn.facts->locs.data[op->loc.v].in_macro;
                if (ends_process(p, fn.facts, op) && find_thread(p, n, x.op, &x.root)) {
                    vec_push(ctx->arena, &out->items, x);
                }
            }
        }
    }
}

static struct flow_site site_of(const struct program *p, const struct worker_exit *x) {
    struct fn_ref fn = program_fn(p, x->node);
    return (struct flow_site){fn, fn.facts->ops.data[x->op.v].loc};
}

// Of one thread all places are one question.
static bool is_asked(const struct worker_exits *all, uint32_t index) {
    const struct worker_exit *x = &all->items.data[index];
    for (uint32_t i = 0; x->question && i < index; i++) {
        if (all->items.data[i].question && all->items.data[i].root == x->root) {
            return true;
        }
    }
    return false;
}

static void report(struct rule_ctx *ctx, const struct worker_exits *all, uint32_t index) {
    const struct program *p = ctx->program;
    const struct worker_exit *x = &all->items.data[index];
    const struct program_root *r = program_root(p, x->root);
    struct flow_site at = site_of(p, x);
    struct finding *f = rule_report_or_note(
        ctx, x->question, at.at, at.loc,
        "the thread '" STR_FMT
        "' ends the whole process here: exit handlers and static destructors run while the "
        "other threads still use what they tear down",
        STR_ARG(program_fn_name(p, r->node)));
    if (!f) {
        return;
    }
    f->subject = program_fn_name(p, r->node);
    rule_step(ctx, f, STEP_SPAWN, r->site.at, r->site.loc, "the thread is started here");
    rule_chain(ctx, f, x->root, x->node);
    for (uint32_t i = index + 1; x->question && i < all->items.len; i++) {
        const struct worker_exit *o = &all->items.data[i];
        if (o->question && o->root == x->root) {
            rule_related(ctx, f, site_of(p, o), "and here");
        }
    }
}

static void check(struct rule_ctx *ctx) {
    struct worker_exits all = {0};
    collect(ctx, &all);
    for (uint32_t i = 0; i < all.items.len; i++) {
        if (!is_asked(&all, i)) {
            report(ctx, &all, i);
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
