// Threads that a call leaves running and that the flow of the caller does not follow: started by a
// callee which keeps the handle to itself, or in a way that only the table of roots knows. They run
// until something waits for the end of a thread whose handle is kept in the same place; when that
// place is not known, nobody is taken to be left. A forward may-analysis by slots, as gen and kill.
#include "checker/flow/graph.h"
#include "checker/link/program_private.h"

// --- who is joined ---

// What a model keeps in an object counts as the object.
static expr_id home_class(const struct program *p, expr_id place) {
    const struct expr *x = expr_get(p->exprs, place);
    struct str name = intern_text(&p->exprs->names, x->name);
    bool ghost = x->kind == EX_FIELD && name.len && name.ptr[0] == '$';
    return expr_class(p->exprs, ghost ? x->a : place);
}

// Where the handles of all threads are kept.
static void find_homes(struct program *p) {
    for (node_id n = 0; n < p->nodes.len; n++) {
        const struct flow_result *r = p->nodes.data[n].flow[FLOW_THREADS];
        for (uint32_t i = 0; r && i < r->spawns.len; i++) {
            const struct flow_spawn *s = &r->spawns.data[i];
            uint64_t slots = slots_started_at(p, n, s->call);
            expr_id class = slots && s->handle.v ? home_class(p, s->handle) : (expr_id){0};
            if (class.v) {
                vec_push(p->arena, &p->runs.homes, ((struct thread_home){class, slots}));
            }
        }
    }
}

// The function's own threads whose handles are kept in this local.
static uint64_t slots_of_local(const struct program *p, node_id n, var_id var) {
    const struct flow_result *r = p->nodes.data[n].flow[FLOW_THREADS];
    uint64_t slots = 0;
    for (uint32_t i = 0; r && i < r->spawns.len; i++) {
        const struct flow_spawn *s = &r->spawns.data[i];
        const struct expr *root = expr_get(p->exprs, expr_root(p->exprs, s->handle));
        bool same = s->handle.v && root->kind == EX_LOCAL && (uint32_t)root->num == var.v;
        slots |= same ? slots_started_at(p, n, s->call) | 1 : 0; // never none: it is known
    }
    return slots;
}

static uint64_t slots_of_handle(const struct program *p, node_id n, val_id val) {
    const struct facts *f = p->nodes.data[n].ref.facts;
    const struct ir_val *v = &f->vals.data[val.v];
    uint64_t slots = 0;
    if (v->kind != VAL_PATH && v->kind != VAL_ADDR) {
        return 0;
    }
    path_id path = v->path;
    while (f->paths.data[path.v].kind == PATH_INDEX) {
        path = f->paths.data[path.v].base;
    }
    if (f->paths.data[path.v].kind == PATH_VAR) {
        slots = slots_of_local(p, n, f->paths.data[path.v].var);
    }
    expr_id class = program_path_class(p, f, v->path);
    for (uint32_t i = 0; class.v && i < p->runs.homes.len; i++) {
        slots |= expr_same(p->runs.homes.data[i].class, class) ? p->runs.homes.data[i].slots : 0;
    }
    return slots;
}

// Argument that a handle in a model is read from; UINT32_MAX: not told.
static uint32_t handle_argument(const struct expr_table *t, expr_id e) {
    const struct expr *x = expr_get(t, e);
    while (x->kind != EX_PARAM && x->a.v) {
        x = expr_get(t, x->a);
    }
    return x->kind == EX_PARAM ? (uint32_t)x->num : UINT32_MAX;
}

// Slots whose threads a call waits for; all when that is not known.
static uint64_t joined_by_model(const struct program *p, node_id n, call_id call) {
    const struct facts *f = p->nodes.data[n].ref.facts;
    const struct ir_call *c = &f->calls.data[call.v];
    const struct effect *e = program_model_effect(p, f, call, EFFECT_JOIN);
    if (!e) {
        const struct effect *end = program_model_effect(p, f, call, EFFECT_JOIN_OWNER);
        e = end && expr_same(end->b, expr_const(p->exprs, 0)) ? end : NULL;
    }
    uint32_t arg = e ? handle_argument(p->exprs, e->a) : UINT32_MAX;
    uint64_t slots = 0;
    if (arg < c->arg_count) {
        slots = slots_of_handle(p, n, f->args.data[c->first_arg.v + arg]);
    }
    return !e ? 0 : slots ? slots : UINT64_MAX;
}

static uint64_t joined_at(const struct program *p, node_id n, op_id op) {
    const struct facts *f = p->nodes.data[n].ref.facts;
    const struct ir_op *x = &f->ops.data[op.v];
    if (x->kind != OP_CALL || !op_joins(p, f, x) || op_spawns(p, f, x)) {
        return 0; // what it starts itself, it waits for itself
    }
    node_id to = call_target(p, f, x->call);
    return joined_by_model(p, n, x->call) | (to != NODE_NONE ? p->runs.joined[to] : 0);
}

static void find_joined(struct program *p, node_id n) {
    struct fn_ref fn = p->nodes.data[n].ref;
    for (uint32_t i = 0; p->runs.joins[n] && i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            uint64_t slots = joined_at(p, n, (op_id){b->first_op.v + k});
            if (slots) {
                vec_push(p->arena, &p->nodes.data[n].joining,
                         ((struct slots_at){b->first_op.v + k, slots}));
            }
            p->runs.joined[n] |= slots;
        }
    }
}

// --- who is left ---

static uint64_t slots_at(const struct slots_at *items, uint32_t count, uint32_t op) {
    uint64_t slots = 0;
    for (uint32_t i = 0; i < count; i++) {
        slots |= items[i].op == op ? items[i].slots : 0;
    }
    return slots;
}

static struct live_threads after_op(const struct node *x, uint32_t op, struct live_threads live) {
    uint64_t joined = slots_at(x->joining.data, x->joining.len, op);
    live.entered &= ~joined;
    live.left = (live.left & ~joined) | slots_at(x->leaving.data, x->leaving.len, op);
    return live;
}

// Threads that the loops joined which this edge leaves: also when it might have gone round no time.
static uint64_t joined_by_loops(const struct node *x, const struct loops *loops, uint32_t from,
                                uint32_t to) {
    uint64_t joined = 0;
    for (uint32_t i = 0; i < loops->count; i++) {
        const struct loop *loop = &loops->items[i];
        bool leaves = loop->inside[from] && !loop->inside[to];
        for (uint32_t k = 0; leaves && k < x->joining.len; k++) {
            op_id op = {x->joining.data[k].op};
            joined |= loop->inside[facts_block_of_op(x->ref.facts, x->ref.fn, op)]
                          ? x->joining.data[k].slots
                          : 0;
        }
    }
    return joined;
}

static struct live_threads after_block(const struct node *x, const struct ir_block *b,
                                       struct live_threads live) {
    for (uint32_t k = 0; k < b->op_count; k++) {
        live = after_op(x, b->first_op.v + k, live);
    }
    return live;
}

static bool join_into(struct live_threads *to, struct live_threads from, uint64_t joined) {
    struct live_threads before = *to;
    to->entered |= from.entered & ~joined;
    to->left |= from.left & ~joined;
    return to->entered != before.entered || to->left != before.left;
}

void leaving_solve(struct program *p, node_id n) {
    struct node *x = &p->nodes.data[n];
    uint32_t count = x->ref.facts->fns.data[x->ref.fn.v].block_count;
    if (!x->leaving.len && !x->joining.len) {
        return;
    }
    struct arena_mark mark = arena_mark(&p->scratch);
    struct loops loops = joining_loops(p, x->ref, &p->scratch);
    x->live = x->live ? x->live : ARENA_ARRAY(p->arena, struct live_threads, count + 1);
    x->live[0].entered = UINT64_MAX;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < count; i++) {
            const struct ir_block *b = graph_block(x->ref, i);
            struct live_threads out = after_block(x, b, x->live[i]);
            for (uint32_t k = 0; k < b->edge_count; k++) {
                uint32_t to = graph_target(x->ref, b, k);
                changed |= join_into(&x->live[to], out, joined_by_loops(x, &loops, i, to));
            }
        }
    }
    arena_reset(&p->scratch, mark);
}

uint64_t leaving_at_exit(const struct program *p, node_id n) {
    const struct node *x = &p->nodes.data[n];
    uint64_t left = 0;
    for (uint32_t i = 0; x->live && i < x->ref.facts->fns.data[x->ref.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(x->ref, i);
        left |= b->edge_count ? 0 : after_block(x, b, x->live[i]).left;
    }
    return left;
}

uint64_t leaving_at_op(const struct program *p, node_id n, uint32_t op, uint64_t at_entry) {
    const struct node *x = &p->nodes.data[n];
    if (!x->live) {
        return at_entry;
    }
    uint32_t at = facts_block_of_op(x->ref.facts, x->ref.fn, (op_id){op});
    struct live_threads live = x->live[at];
    for (uint32_t k = graph_block(x->ref, at)->first_op.v; k < op; k++) {
        live = after_op(x, k, live);
    }
    return (live.entered & at_entry) | live.left;
}

void leaving_find_joined(struct program *p) {
    p->runs.joined = ARENA_ARRAY(p->arena, uint64_t, p->nodes.len + 1);
    find_homes(p);
    for (uint32_t i = 0; i < p->order.len; i++) {
        find_joined(p, p->order.data[i]);
    }
}
