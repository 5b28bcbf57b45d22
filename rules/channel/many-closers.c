// One descriptor or stream that two threads close, each without looking whether the other has.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

struct closer {
    node_id node;
    op_id op;
    path_id path; // of what is closed
    expr_id place;
    uint32_t root; // main or a thread that comes to it
};

struct closers {
    VEC(struct closer) items;
};

// The same object in every thread: a global, or a field of one.
static bool is_one_object(const struct facts *f, path_id path) {
    const struct ir_path *p = &f->paths.data[path.v];
    while (p->kind == PATH_FIELD) {
        p = &f->paths.data[p->base.v];
    }
    const struct ir_var *v = &f->vars.data[p->var.v];
    return p->kind == PATH_VAR && (v->kind == VAR_GLOBAL || v->kind == VAR_STATIC_LOCAL) &&
           !(v->flags & VAR_THREAD_LOCAL);
}

// The value is the content of the place, or is computed from it.
static bool speaks_of(const struct program *p, const struct facts *f, val_id val, expr_id place) {
    const struct ir_val *v = &f->vals.data[val.v];
    if (v->kind == VAL_UNARY || v->kind == VAL_BINARY) {
        return speaks_of(p, f, v->a, place) || speaks_of(p, f, v->b, place);
    }
    return (v->kind == VAL_PATH || v->kind == VAL_ADDR) && v->path.v &&
           expr_same(program_path_class(p, f, v->path), place);
}

static bool tests(const struct program *p, struct fn_ref fn, expr_id place) {
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        if ((b->term == TERM_BRANCH || b->term == TERM_SWITCH) &&
            (speaks_of(p, fn.facts, b->lhs, place) || speaks_of(p, fn.facts, b->rhs, place))) {
            return true;
        }
    }
    return false;
}

// The function stores something else there, or gives the address away.
static bool changes(const struct program *p, struct fn_ref fn, expr_id place) {
    const struct facts *f = fn.facts;
    for (uint32_t i = 0; i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            const struct ir_call *c = &f->calls.data[op->call.v];
            bool found = (op->kind == OP_WRITE || op->kind == OP_UPDATE) &&
                         expr_same(program_path_class(p, f, op->path), place);
            for (uint32_t a = 0; op->kind == OP_CALL && a < c->arg_count; a++) {
                val_id arg = f->args.data[c->first_arg.v + a];
                found |= f->vals.data[arg.v].kind == VAL_ADDR && speaks_of(p, f, arg, place);
            }
            if (found) {
                return true;
            }
        }
    }
    return false;
}

// The function that closes, or one that calls it, looks at the place or changes it. A caller that
// opens the descriptor looks whether that worked.
static bool is_arbitrated(const struct program *p, node_id n, expr_id place) {
    for (node_id by = 0; by < program_fn_count(p); by++) {
        struct fn_ref fn = program_fn(p, by);
        bool calls = by == n;
        for (uint32_t k = 1; !calls && k < fn.facts->calls.len; k++) {
            calls = fn.facts->calls.data[k].fn.v == fn.fn.v &&
                    program_callee(p, fn.facts, (call_id){k}) == n;
        }
        bool looks = calls && tests(p, fn, place);
        bool opens = (looks || by == n) && calls && changes(p, fn, place);
        if (by == n ? looks || opens : looks && !opens) {
            return true;
        }
    }
    return false;
}

static void collect_op(struct rule_ctx *ctx, node_id n, op_id id, struct closers *out) {
    const struct program *p = ctx->program;
    const struct facts *f = program_fn(p, n).facts;
    call_id call = f->ops.data[id.v].call;
    const struct ir_call *c = &f->calls.data[call.v];
    const struct ir_val *v = &f->vals.data[c->arg_count ? f->args.data[c->first_arg.v].v : 0];
    if (!program_model_effect(p, f, call, EFFECT_CLOSE) || v->kind != VAL_PATH ||
        !is_one_object(f, v->path) || is_arbitrated(p, n, program_path_class(p, f, v->path))) {
        return;
    }
    for (uint32_t r = 0; r < program_root_count(p); r++) {
        uint8_t kind = program_root(p, r)->kind;
        if ((kind == CONTEXT_MAIN || kind == CONTEXT_THREAD) && program_root_runs(p, r, n, id)) {
            struct closer x = {n, id, v->path, program_path_class(p, f, v->path), r};
            vec_push(ctx->arena, &out->items, x);
        }
    }
}

static void collect(struct rule_ctx *ctx, struct closers *out) {
    for (node_id n = 0; n < program_fn_count(ctx->program); n++) {
        struct fn_ref fn = program_fn(ctx->program, n);
        for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            for (uint32_t k = 0; k < b->op_count; k++) {
                if (fn.facts->ops.data[b->first_op.v + k].kind == OP_CALL) {
                    collect_op(ctx, n, (op_id){b->first_op.v + k}, out);
                }
            }
        }
    }
}

static void report(struct rule_ctx *ctx, const struct closer *a, const struct closer *b) {
    const struct program *p = ctx->program;
    struct fn_ref fn = program_fn(p, b->node);
    struct fn_ref other = program_fn(p, a->node);
    struct flow_site first = {other, other.facts->ops.data[a->op.v].loc};
    const char *name = rule_name(ctx, fn, b->place);
    struct finding *f = rule_report(
        ctx, fn, fn.facts->ops.data[b->op.v].loc,
        "'%s' is closed here by the thread of '" STR_FMT "' and at %s by that of '" STR_FMT
        "', and neither looks whether the other has: the second close hits whatever got the number "
        "since",
        name, STR_ARG(program_fn_name(p, program_root(p, b->root)->node)),
        rule_line(ctx, fn, first), STR_ARG(program_fn_name(p, program_root(p, a->root)->node)));
    if (f) {
        f->subject = str_from(name);
        rule_related(ctx, f, first, "it is closed here, too");
    }
}

static void check(struct rule_ctx *ctx) {
    struct closers all = {0};
    collect(ctx, &all);
    for (uint32_t i = 0; i < all.items.len; i++) {
        const struct closer *b = &all.items.data[i];
        for (uint32_t k = 0; k < i; k++) {
            const struct closer *a = &all.items.data[k];
            if (expr_same(a->place, b->place) && a->root != b->root && a->node != b->node) {
                report(ctx, a, b);
                break;
            }
        }
    }
}

extern const struct rule rule_channel_many_closers;
const struct rule rule_channel_many_closers = {
    .id = "channel-many-closers",
    .summary = "Two threads close the same descriptor, and neither looks whether the other has",
    .level = LEVEL_WARNING,
    .precision = PRECISION_HIGH,
    .cwe = {675, 1341},
    .cert = "FIO46-C",
    .check_program = check,
};
