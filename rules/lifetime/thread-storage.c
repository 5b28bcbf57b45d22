// Storage that belongs to one thread and ends with it goes to another thread, or is read by a
// thread that never filled it.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

static val_id argument(const struct facts *f, call_id call, uint32_t index) {
    const struct ir_call *c = &f->calls.data[call.v];
    return index < c->arg_count ? f->args.data[c->first_arg.v + index] : (val_id){0};
}

static bool is_library(const struct program *p, const struct facts *f, const struct ir_op *op,
                       uint32_t flag) {
    const struct model_function *m = op->kind == OP_CALL ? program_library(p, f, op->call) : NULL;
    return m && (m->flags & flag);
}

// First op of the function from number `from` on that `flag` is true of; 0 = none.
static op_id next_call(const struct program *p, struct fn_ref fn, uint32_t flag, uint32_t from) {
    const struct facts *f = fn.facts;
    const struct ir_fn *ir = &f->fns.data[fn.fn.v];
    const struct ir_block *last = graph_block(fn, ir->block_count - 1);
    uint32_t first = graph_block(fn, 0)->first_op.v;
    for (uint32_t i = from > first ? from : first; i < last->first_op.v + last->op_count; i++) {
        if (is_library(p, f, &f->ops.data[i], flag)) {
            return (op_id){i};
        }
    }
    return (op_id){0};
}

// Variable that the result of the call is stored in, and nothing else.
static path_id result_home(struct fn_ref fn, call_id call) {
    const struct facts *f = fn.facts;
    path_id home = {0};
    uint32_t writes = 0;
    for (unsigned round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                const struct ir_op *op = &f->ops.data[b->first_op.v + k];
                const struct ir_val *v = &f->vals.data[op->val.v];
                bool write = op->kind == OP_WRITE || op->kind == OP_UPDATE;
                if (round == 0 && write && v->kind == VAL_CALL && v->call.v == call.v &&
                    f->paths.data[op->path.v].kind == PATH_VAR) {
                    home = op->path;
                }
                writes += round && write && op->path.v == home.v;
            }
        }
    }
    return writes == 1 ? home : (path_id){0};
}

// --- given away ---

static bool is_own_variable(const struct facts *f, val_id val) {
    const struct ir_val *v = &f->vals.data[val.v];
    const struct ir_path *p = &f->paths.data[v->path.v];
    while (p->kind == PATH_FIELD || p->kind == PATH_INDEX) {
        p = &f->paths.data[p->base.v];
    }
    return v->kind == VAL_ADDR && p->kind == PATH_VAR &&
           (f->vars.data[p->var.v].flags & VAR_THREAD_LOCAL);
}

// What a key of this function's thread leads to.
static bool is_from_key(const struct program *p, struct fn_ref fn, val_id val) {
    const struct facts *f = fn.facts;
    const struct ir_val *v = &f->vals.data[val.v];
    for (op_id op = next_call(p, fn, FN_KEY_GET, 0); op.v;
         op = next_call(p, fn, FN_KEY_GET, op.v + 1)) {
        call_id call = f->ops.data[op.v].call;
        path_id home = result_home(fn, call);
        if ((v->kind == VAL_CALL && v->call.v == call.v) ||
            (v->kind == VAL_PATH && home.v && v->path.v == home.v)) {
            return true;
        }
    }
    return false;
}

// A thread, which may end before the one it starts.
static bool runs_in_thread(const struct program *p, node_id n) {
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        if (program_root(p, i)->kind == CONTEXT_THREAD && program_root_reaches(p, i, n)) {
            return true;
        }
    }
    return false;
}

static void check_spawn(struct rule_ctx *ctx, const struct flow_spawn *s, struct fn_ref fn) {
    const struct facts *f = fn.facts;
    const struct ir_call *c = &f->calls.data[s->call.v];
    if (f->syms.data[c->callee.v].flags & SYM_CTOR) {
        return; // copies what it is given
    }
    for (uint32_t i = 0; i < c->arg_count; i++) {
        val_id arg = argument(f, s->call, i);
        bool variable = is_own_variable(f, arg);
        if (!variable && !is_from_key(ctx->program, fn, arg)) {
            continue;
        }
        struct finding *x = rule_report_or_note(
            ctx, !runs_in_thread(ctx->program, ctx->node), fn, c->loc,
            "the thread running '%s' gets %s of the thread that starts it: that ends with its "
            "thread, and the new one is not joined here",
            rule_name(ctx, fn, s->entry),
            variable ? "the address of a thread-local variable" : "the thread-specific data");
        if (x) {
            x->subject = str_from(rule_name(ctx, fn, s->entry));
        }
        return;
    }
}

static void check(struct rule_ctx *ctx) {
    const struct flow_result *r = program_flow(ctx->program, ctx->node, FLOW_THREADS);
    for (uint32_t i = 0; r && i < r->spawns.len; i++) {
        if (!program_calls_effect(ctx->program, r->fn, EFFECT_JOIN)) {
            check_spawn(ctx, &r->spawns.data[i], r->fn);
        }
    }
}

// --- never filled ---

// A call that reads or stores what a thread keeps under a key.
struct key_use {
    node_id node;
    op_id op;
    expr_id key;
};

struct key_uses {
    VEC(struct key_use) items;
};

static void collect(struct rule_ctx *ctx, uint32_t flag, struct key_uses *out) {
    const struct program *p = ctx->program;
    for (node_id n = 0; n < program_fn_count(p); n++) {
        struct fn_ref fn = program_fn(p, n);
        for (op_id op = next_call(p, fn, flag, 0); op.v; op = next_call(p, fn, flag, op.v + 1)) {
            val_id key = argument(fn.facts, fn.facts->ops.data[op.v].call, 0);
            const struct ir_val *v = &fn.facts->vals.data[key.v];
            expr_id class =
                v->kind == VAL_PATH ? program_path_class(p, fn.facts, v->path) : (expr_id){0};
            vec_push(ctx->arena, &out->items, ((struct key_use){n, op, class}));
        }
    }
}

// The thread, or code of which it is not known who runs it, may store something under the key.
static bool may_fill(const struct program *p, const struct key_uses *sets, uint32_t root,
                     expr_id key) {
    for (uint32_t i = 0; i < sets->items.len; i++) {
        const struct key_use *s = &sets->items.data[i];
        bool same = !s->key.v || expr_same(s->key, key);
        if (same &&
            (program_root_reaches(p, root, s->node) || program_is_address_taken(p, s->node))) {
            return true;
        }
    }
    return false;
}

static bool mentions(const struct facts *f, val_id val, path_id path) {
    const struct ir_val *v = &f->vals.data[val.v];
    return (v->kind == VAL_PATH && v->path.v == path.v) || (v->a.v && mentions(f, v->a, path)) ||
           (v->b.v && mentions(f, v->b, path));
}

static bool goes_through(const struct facts *f, path_id path, path_id pointer) {
    const struct ir_path *p = &f->paths.data[path.v];
    while (p->kind == PATH_FIELD || p->kind == PATH_INDEX) {
        p = &f->paths.data[p->base.v];
    }
    return p->kind == PATH_DEREF && mentions(f, p->val, pointer);
}

// What the call yields is used as a pointer, and never compared.
static bool is_trusted(struct fn_ref fn, call_id call) {
    const struct facts *f = fn.facts;
    path_id home = result_home(fn, call);
    bool used = false;
    for (uint32_t i = 0; home.v && i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        if (mentions(f, b->lhs, home) || mentions(f, b->rhs, home)) {
            return false;
        }
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            used |= goes_through(f, op->path, home);
        }
    }
    return used;
}

static void check_program(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    struct key_uses gets = {0};
    struct key_uses sets = {0};
    collect(ctx, FN_KEY_GET, &gets);
    collect(ctx, FN_KEY_SET, &sets);
    for (uint32_t i = 0; i < gets.items.len && program_is_whole(p); i++) {
        const struct key_use *g = &gets.items.data[i];
        struct fn_ref fn = program_fn(p, g->node);
        for (uint32_t root = 0; g->key.v && root < program_root_count(p); root++) {
            if (program_root(p, root)->kind != CONTEXT_THREAD ||
                !program_root_runs(p, root, g->node, g->op) || may_fill(p, &sets, root, g->key) ||
                !is_trusted(fn, fn.facts->ops.data[g->op.v].call)) {
                continue;
            }
            struct finding *x = rule_report(
                ctx, fn, fn.facts->ops.data[g->op.v].loc,
                "thread '" STR_FMT "' reads key '%s', which nothing in that thread sets: the "
                "value is NULL there, and it is used without a check",
                STR_ARG(program_fn_name(p, program_root(p, root)->node)),
                rule_name(ctx, fn, g->key));
            if (x) {
                x->subject = str_from(rule_name(ctx, fn, g->key));
                rule_chain(ctx, x, root, g->node);
            }
            break;
        }
    }
}

extern const struct rule rule_lifetime_thread_storage;
const struct rule rule_lifetime_thread_storage = {
    .id = "lifetime-thread-storage",
    .summary = "Storage of one thread is given to another one, or read where it was never filled",
    .level = LEVEL_WARNING,
    .precision = PRECISION_MEDIUM,
    .cwe = {825, 476},
    .cert = "CON34-C",
    .check_function = check,
    .check_program = check_program,
};
