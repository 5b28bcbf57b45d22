// Words that different threads write all the time lie side by side: the cache line goes from
// processor to processor with every write.
//
// Two forms: neighbouring elements of a global array of numbers, one for each of several threads;
// neighbouring numbers of one global structure, written by threads that run at the same time.
#include "checker/flow/graph.h"
#include "checker/rule/check.h"

enum { NEAR = 2 }; // fields between which nothing large lies

// A write in a loop, by a thread, without a lock.
struct hot_write {
    node_id node;
    uint32_t op;
    uint32_t root;
    var_id var;    // array or structure
    path_id field; // of a structure; 0 for an element
};

struct hot_writes {
    VEC(struct hot_write) items;
};

static const struct ir_path *path_of(const struct facts *f, path_id path) {
    return &f->paths.data[path.v];
}

static bool is_number(const struct facts *f, type_id type) {
    type_id t = facts_strip_typedefs(f, type, NULL);
    const struct ir_type *x = &f->types.data[t.v];
    x = x->kind == TYPE_ATOMIC ? &f->types.data[facts_strip_typedefs(f, x->target, NULL).v] : x;
    return x->kind == TYPE_BUILTIN || x->kind == TYPE_ENUM || x->kind == TYPE_POINTER;
}

static var_id shared_variable(const struct facts *f, path_id path) {
    const struct ir_path *p = path_of(f, path);
    const struct ir_var *v = &f->vars.data[p->var.v];
    bool shared = p->kind == PATH_VAR && (v->kind == VAR_GLOBAL || v->kind == VAR_STATIC_LOCAL) &&
                  !(v->flags & VAR_THREAD_LOCAL);
    return shared ? p->var : (var_id){0};
}

// The index is one number for the whole run of the function: a parameter, or a variable that gets
// its value once, before the loop.
static bool is_own_slot(struct fn_ref fn, const struct loop *loop, val_id index) {
    const struct facts *f = fn.facts;
    const struct ir_val *v = &f->vals.data[index.v];
    const struct ir_path *p = path_of(f, v->path);
    while (p->kind == PATH_FIELD) {
        p = path_of(f, p->base);
    }
    bool named = v->kind == VAL_PATH && (p->kind == PATH_VAR || p->kind == PATH_DEREF);
    uint32_t writes = 0;
    for (uint32_t i = 0; named && i < f->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            bool write = op->kind == OP_WRITE || op->kind == OP_UPDATE;
            uint32_t weight = loop->inside[i] ? 2 : 1;
            writes += write && op->path.v == v->path.v ? weight : 0;
        }
    }
    return named && writes <= 1;
}

static bool holds_lock(const struct program *p, node_id n, uint32_t op) {
    const struct flow_result *r = program_flow(p, n, FLOW_LOCKS);
    struct flow_point at = r ? flow_point_at(r, op) : (struct flow_point){0};
    return at.count != 0;
}

static void add(struct rule_ctx *ctx, struct hot_writes *out, struct hot_write w) {
    const struct facts *f = program_fn(ctx->program, w.node).facts;
    const struct ir_path *p = path_of(f, f->ops.data[w.op].path);
    if (!is_number(f, p->type) || holds_lock(ctx->program, w.node, w.op)) {
        return;
    }
    w.var =
        p->kind == PATH_FIELD || p->kind == PATH_INDEX ? shared_variable(f, p->base) : (var_id){0};
    w.field = p->kind == PATH_FIELD ? f->ops.data[w.op].path : (path_id){0};
    if (w.var.v) {
        vec_push(ctx->arena, &out->items, w);
    }
}

static void collect(struct rule_ctx *ctx, uint32_t root, node_id n, struct hot_writes *out) {
    struct fn_ref fn = program_fn(ctx->program, n);
    const struct facts *f = fn.facts;
    struct loops loops = graph_loops(fn, ctx->arena);
    for (uint32_t i = 0; loops.count && i < loops.block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        const struct loop *loop = graph_innermost(&loops, i);
        for (uint32_t k = b->first_op.v; loop && k < b->first_op.v + b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[k];
            const struct ir_path *p = path_of(f, op->path);
            bool write = op->kind == OP_WRITE || op->kind == OP_UPDATE;
            if (write && (p->kind != PATH_INDEX || is_own_slot(fn, loop, p->val))) {
                add(ctx, out, (struct hot_write){.node = n, .op = k, .root = root});
            }
        }
    }
}

static void report(struct rule_ctx *ctx, const struct hot_write *w, const struct hot_write *other) {
    struct fn_ref fn = program_fn(ctx->program, w->node);
    const struct facts *f = fn.facts;
    struct str var = facts_text(f, f->vars.data[w->var.v].name);
    struct fn_ref where = program_fn(ctx->program, other ? other->node : w->node);
    struct flow_site site = {where, where.facts->ops.data[other ? other->op : w->op].loc};
    struct finding *x =
        other ? rule_report(ctx, fn, f->ops.data[w->op].loc,
                            "this loop writes '" STR_FMT "." STR_FMT
                            "' while another thread writes its neighbour (at %s): both lie on one "
                            "cache line, which goes to and fro; align one of them (alignas(64))",
                            STR_ARG(var), STR_ARG(facts_text(f, path_of(f, w->field)->name)),
                            rule_line(ctx, fn, site))
              : rule_report(ctx, fn, f->ops.data[w->op].loc,
                            "each thread writes its own element of '" STR_FMT
                            "' in a loop: the elements lie on one cache line, which goes to and "
                            "fro; count in a local, or align the elements (alignas(64))",
                            STR_ARG(var));
    if (x) {
        x->subject = var;
        rule_chain(ctx, x, w->root, w->node);
    }
}

// Fields of one structure, next to each other, neither of them aligned.
static bool are_neighbours(const struct rule_ctx *ctx, const struct hot_write *a,
                           const struct hot_write *b) {
    const struct facts *f = program_fn(ctx->program, a->node).facts;
    if (f != program_fn(ctx->program, b->node).facts || !a->field.v || !b->field.v ||
        a->var.v != b->var.v) {
        return false;
    }
    const struct ir_record *r = &f->records.data[path_of(f, a->field)->record.v];
    uint32_t at[2] = {UINT32_MAX, UINT32_MAX};
    bool aligned = false;
    for (uint32_t i = 0; i < r->field_count; i++) {
        const struct ir_field *x = &f->fields.data[r->first_field.v + i];
        at[0] = x->name.v == path_of(f, a->field)->name.v ? i : at[0];
        at[1] = x->name.v == path_of(f, b->field)->name.v ? i : at[1];
        aligned |= x->flags & FIELD_ALIGNED;
    }
    uint32_t distance = at[0] < at[1] ? at[1] - at[0] : at[0] - at[1];
    return !aligned && at[0] != UINT32_MAX && at[1] != UINT32_MAX && distance > 0 &&
           distance <= NEAR;
}

static bool is_told(const struct hot_writes *all, uint32_t index, const struct rule_ctx *ctx) {
    const struct hot_write *w = &all->items.data[index];
    for (uint32_t i = 0; i < index; i++) {
        const struct hot_write *x = &all->items.data[i];
        if (x->var.v == w->var.v &&
            program_fn(ctx->program, x->node).facts == program_fn(ctx->program, w->node).facts) {
            return true;
        }
    }
    return false;
}

static void check(struct rule_ctx *ctx) {
    const struct program *p = ctx->program;
    struct hot_writes all = {0};
    for (uint32_t root = 0; root < program_root_count(p); root++) {
        for (node_id n = 0; n < program_fn_count(p); n++) {
            if (program_root(p, root)->kind == CONTEXT_THREAD && program_root_reaches(p, root, n)) {
                collect(ctx, root, n, &all);
            }
        }
    }
    for (uint32_t i = 0; i < all.items.len; i++) {
        const struct hot_write *w = &all.items.data[i];
        const struct hot_write *other = NULL;
        for (uint32_t k = 0; k < all.items.len && !other; k++) {
            const struct hot_write *x = &all.items.data[k];
            if (x->root != w->root && program_roots_overlap(p, x->root, w->root) &&
                are_neighbours(ctx, w, x)) {
                other = x;
            }
        }
        if ((other || (!w->field.v && program_root(p, w->root)->many)) && !is_told(&all, i, ctx)) {
            report(ctx, w, other);
        }
    }
}

extern const struct rule rule_shared_state_false_sharing;
const struct rule rule_shared_state_false_sharing = {
    .id = "shared-state-false-sharing",
    .summary = "Different threads write neighbouring words all the time",
    .level = LEVEL_NOTE,
    .precision = PRECISION_MEDIUM,
    .review = true,
    .cwe = {1176},
    .check_program = check,
};
