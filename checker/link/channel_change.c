// What functions do to places that may be queues: link, unlink, count, put into containers; and
// which places are compared with a limit. Flow-insensitive.
#include "checker/flow/graph.h"
#include "checker/link/channel_private.h"

enum { MAX_CHANGES = 256, VALUE_DEPTH = 4, SMALL_BODY = 24 };

static const struct ir_val *val_of(const struct facts *f, val_id v) {
    return &f->vals.data[v.v];
}

static bool is_pointer(const struct facts *f, type_id type) {
    return f->types.data[facts_strip_typedefs(f, type, NULL).v].kind == TYPE_POINTER;
}

static bool mentions(const struct facts *f, val_id val, path_id path, unsigned depth) {
    const struct ir_val *v = val_of(f, val);
    if (v->kind == VAL_PATH) {
        return v->path.v == path.v;
    }
    return depth && (v->kind == VAL_BINARY || v->kind == VAL_UNARY) &&
           (mentions(f, v->a, path, depth - 1) || mentions(f, v->b, path, depth - 1));
}

// `n + 1`, `(n + 1) % size` go up, `n - 1` goes down; -1 for anything else.
static int direction(const struct facts *f, val_id val, path_id path) {
    const struct ir_val *v = val_of(f, val);
    if (v->kind != VAL_BINARY || !mentions(f, val, path, VALUE_DEPTH)) {
        return -1;
    }
    if (v->op == OPR_REM || v->op == OPR_AND) {
        return direction(f, v->a, path);
    }
    return v->op == OPR_ADD ? CHANGE_UP : v->op == OPR_SUB ? CHANGE_DOWN : -1;
}

// The value is the content of a field reached through a pointer: `item->next`.
static bool is_next(const struct facts *f, const struct ir_val *v) {
    const struct ir_path *p = &f->paths.data[v->path.v];
    return v->kind == VAL_PATH && p->kind == PATH_FIELD;
}

static bool is_element(const struct facts *f, path_id path) {
    while (f->paths.data[path.v].kind == PATH_FIELD) {
        path = f->paths.data[path.v].base;
    }
    return f->paths.data[path.v].kind == PATH_INDEX;
}

// -1 when the write says nothing about a queue.
static int kind_of_write(const struct facts *f, const struct ir_op *op) {
    const struct ir_val *v = val_of(f, op->val);
    bool pointer = is_pointer(f, f->paths.data[op->path.v].type);
    if (op->kind == OP_UPDATE) {
        bool number = !pointer && v->kind == VAL_CONST;
        return !number              ? -1
               : op->opr == OPR_ADD ? CHANGE_UP
               : op->opr == OPR_SUB ? CHANGE_DOWN
                                    : -1;
    }
    if (op->kind != OP_WRITE || (op->flags & OPF_INIT)) {
        return -1;
    }
    if (v->kind == VAL_CONST) {
        return v->num == 0 ? CHANGE_CLEAR : pointer ? -1 : CHANGE_SET;
    }
    if (!pointer) {
        return direction(f, op->val, op->path);
    }
    return is_next(f, v) ? CHANGE_UNLINK : CHANGE_LINK;
}

struct collector {
    const struct program *p;
    struct arena *arena;
    struct changes *out;
    struct fn_ref fn;
};

static void add(struct collector *x, struct place_change change) {
    if (x->out->items.len < MAX_CHANGES) {
        change.fn = x->fn;
        vec_push(x->arena, &x->out->items, change);
    }
}

static bool is_chain(const struct facts *f, path_id path) {
    const struct ir_path *p = &f->paths.data[path.v];
    type_id t = facts_strip_typedefs(f, p->type, NULL);
    t = facts_strip_typedefs(f, f->types.data[t.v].target, NULL);
    return p->kind == PATH_FIELD && p->record.v && f->types.data[t.v].record.v == p->record.v;
}

static void add_call(struct collector *x, const struct ir_op *op) {
    const struct facts *f = x->fn.facts;
    const struct ir_call *c = &f->calls.data[op->call.v];
    const struct model_function *m = program_library(x->p, f, op->call);
    const struct ir_val *v = val_of(f, c->arg_count ? f->args.data[c->first_arg.v] : (val_id){0});
    if (m && (m->roles & (ROLE_ADDS | ROLE_REMOVES)) && v->kind == VAL_ADDR) {
        expr_id class = program_path_class(x->p, f, v->path);
        if (class.v) {
            uint8_t kind = m->roles & ROLE_ADDS ? CHANGE_ADD : CHANGE_REMOVE;
            add(x, (struct place_change){.class = class, .kind = kind, .loc = op->loc});
        }
    }
}

static void add_op(struct collector *x, const struct ir_op *op) {
    const struct facts *f = x->fn.facts;
    if (op->kind == OP_CALL) {
        add_call(x, op);
        return;
    }
    int kind = kind_of_write(f, op);
    expr_id class = kind >= 0 ? program_path_class(x->p, f, op->path) : (expr_id){0};
    bool element = op->kind == OP_WRITE && is_element(f, op->path);
    struct place_change change = {.class = class, .loc = op->loc, .chains = is_chain(f, op->path)};
    bool local = f->paths.data[op->path.v].kind == PATH_VAR;
    if (element || (!class.v && kind == CHANGE_LINK && !local)) {
        change.kind = CHANGE_STORE;
        change.indexed = element;
        add(x, change);
    } else if (class.v) {
        change.kind = (uint8_t)kind;
        add(x, change);
    }
}

void channel_changes(const struct program *p, node_id n, unsigned depth, const bool *closed,
                     struct arena *arena, struct changes *out) {
    struct collector x = {p, arena, out, p->nodes.data[n].ref};
    const struct ir_fn *ir = &x.fn.facts->fns.data[x.fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = graph_block(x.fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            add_op(&x, &x.fn.facts->ops.data[b->first_op.v + k]);
        }
    }
    const struct node_calls *calls = &p->runs.calls[n];
    for (uint32_t i = 0; depth && i < calls->items.len; i++) {
        uint32_t first = out->items.len;
        if (!closed[calls->items.data[i].to]) {
            channel_changes(p, calls->items.data[i].to, depth - 1, closed, arena, out);
        }
        for (uint32_t k = first; k < out->items.len; k++) {
            out->items.data[k].via = x.fn.facts->ops.data[calls->items.data[i].op.v].loc;
        }
    }
}

// --- comparisons ---

struct measurer {
    const struct program *p;
    struct arena *arena;
    struct measures *out;
    node_id node; // that compares
    loc_id loc;
};

static void note(struct measurer *m, expr_id class) {
    struct fn_ref at = m->p->nodes.data[m->node].ref;
    if (class.v) {
        vec_push(m->arena, &m->out->items,
                 ((struct measure){
                     class, {at, m->loc},
                      m->node
        }));
    }
}

static void measure(struct measurer *m, struct fn_ref fn, val_id val, unsigned depth);

// A local that is compared: what it was computed from.
static void measure_local(struct measurer *m, struct fn_ref fn, path_id local, unsigned depth) {
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind == OP_WRITE && op->path.v == local.v) {
                measure(m, fn, op->val, depth);
            }
        }
    }
}

// What a small function returns, for `queue_len(q) > max`.
static void measure_result(struct measurer *m, node_id n, unsigned depth) {
    struct fn_ref fn = m->p->nodes.data[n].ref;
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count && ir->block_count <= SMALL_BODY; i++) {
        if (graph_block(fn, i)->term == TERM_RETURN) {
            measure(m, fn, graph_block(fn, i)->lhs, depth);
        }
    }
}

static void measure_call(struct measurer *m, struct fn_ref fn, call_id call, unsigned depth) {
    const struct facts *f = fn.facts;
    const struct ir_call *c = &f->calls.data[call.v];
    const struct model_function *lib = program_library(m->p, f, call);
    const struct ir_val *v = val_of(f, c->arg_count ? f->args.data[c->first_arg.v] : (val_id){0});
    node_id to = program_callee(m->p, f, call);
    bool atomic = lib && (lib->flags & FN_ATOMIC_LOAD);
    if ((atomic || (lib && (lib->roles & ROLE_COUNTS))) && v->kind == VAL_ADDR) {
        note(m, program_path_class(m->p, f, v->path));
    } else if (to != NODE_NONE) {
        measure_result(m, to, depth);
    }
}

static void measure(struct measurer *m, struct fn_ref fn, val_id val, unsigned depth) {
    const struct facts *f = fn.facts;
    const struct ir_val *v = val_of(f, val);
    const struct ir_path *path = &f->paths.data[v->path.v];
    uint8_t var = f->vars.data[path->var.v].kind;
    if (!depth) {
        return;
    }
    if (v->kind == VAL_BINARY || v->kind == VAL_UNARY) {
        measure(m, fn, v->a, depth - 1);
        measure(m, fn, v->b, depth - 1);
    } else if (v->kind == VAL_CALL) {
        measure_call(m, fn, v->call, depth - 1);
    } else if (v->kind == VAL_PATH && path->kind == PATH_VAR &&
               (var == VAR_LOCAL || var == VAR_TEMP)) {
        measure_local(m, fn, v->path, depth - 1);
    } else if (v->kind == VAL_PATH) {
        note(m, program_path_class(m->p, f, v->path));
    }
}

static bool is_small(const struct ir_val *v) {
    return v->kind == VAL_CONST && v->num >= -1 && v->num <= 1;
}

static void measure_pair(struct measurer *m, struct fn_ref fn, uint8_t cmp, val_id a, val_id b) {
    bool compares = cmp >= OPR_EQ && cmp <= OPR_GE;
    if (compares && !is_small(val_of(fn.facts, a)) && !is_small(val_of(fn.facts, b))) {
        measure(m, fn, a, VALUE_DEPTH);
        measure(m, fn, b, VALUE_DEPTH);
    }
}

// Comparisons within a value that is returned or kept: `return q->n == q->max`.
static void measure_value(struct measurer *m, struct fn_ref fn, val_id val, unsigned depth) {
    const struct ir_val *v = val_of(fn.facts, val);
    if (depth && (v->kind == VAL_BINARY || v->kind == VAL_UNARY)) {
        measure_pair(m, fn, v->op, v->a, v->b);
        measure_value(m, fn, v->a, depth - 1);
        measure_value(m, fn, v->b, depth - 1);
    }
}

void channel_measures(const struct program *p, struct arena *arena, struct measures *out) {
    struct measurer m = {.p = p, .arena = arena, .out = out};
    for (m.node = 0; m.node < p->nodes.len; m.node++) {
        struct fn_ref fn = p->nodes.data[m.node].ref;
        for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
            const struct ir_block *b = graph_block(fn, i);
            m.loc = b->loc;
            if (b->term == TERM_BRANCH) {
                measure_pair(&m, fn, b->cmp, b->lhs, b->rhs);
            }
            measure_value(&m, fn, b->lhs, VALUE_DEPTH);
            for (uint32_t k = 0; k < b->op_count; k++) {
                const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
                m.loc = op->loc;
                measure_value(&m, fn, op->val, VALUE_DEPTH);
            }
        }
    }
}
