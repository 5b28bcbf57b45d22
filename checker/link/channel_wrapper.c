// Functions of the project that wait for a condition or signal it for their callers, such as
// `int os_wait(os_cond *c, os_mutex *m)` or `Cond::Wait()`: their calls count as waits and signals
// of the place that they are given. One level deep.
#include "checker/flow/graph.h"
#include "checker/link/channel_private.h"

struct wrapping {
    struct program *p;
    struct arena *arena;
    struct conditions *out;
};

static struct program_condition *condition(struct wrapping *x, expr_id class) {
    for (uint32_t i = 0; i < x->out->items.len; i++) {
        if (expr_same(x->out->items.data[i].cond, class)) {
            return &x->out->items.data[i];
        }
    }
    vec_push(x->arena, &x->out->items, ((struct program_condition){.cond = class}));
    return &vec_last(&x->out->items);
}

// The parameter whose target the place is, or lies in, UINT32_MAX for none. *ret_inner: it lies in
// it.
static uint32_t parameter_of(const struct expr_table *t, expr_id place, bool *ret_inner) {
    const struct expr *e = expr_get(t, place);
    while (e->kind == EX_FIELD) {
        *ret_inner = true;
        e = expr_get(t, e->a);
    }
    const struct expr *v = expr_get(t, e->kind == EX_DEREF ? e->a : (expr_id){0});
    return v->kind == EX_PARAM ? (uint32_t)v->num : UINT32_MAX;
}

// Nothing but a condition of the project: no loop, and nothing is changed that others see.
static bool is_plain(struct wrapping *x, node_id n) {
    struct fn_ref fn = x->p->nodes.data[n].ref;
    struct changes changes = {0};
    bool *closed = ARENA_ARRAY(x->arena, bool, x->p->nodes.len + 1);
    struct loops loops = graph_loops(fn, x->arena);
    channel_changes(x->p, n, 0, closed, x->arena, &changes);
    return loops.count == 0 && changes.items.len == 0;
}

static expr_id argument_class(const struct program *p, const struct facts *f, call_id call,
                              uint32_t index) {
    const struct ir_call *c = &f->calls.data[call.v];
    const struct ir_val *v =
        &f->vals.data[index < c->arg_count ? f->args.data[c->first_arg.v + index].v : 0];
    return v->kind == VAL_ADDR ? program_path_class(p, f, v->path) : (expr_id){0};
}

// What a wrapper does to its parameters: numbers of the condition and of the lock, UINT32_MAX when
// it has none.
struct wrapper {
    node_id node;
    uint32_t cond;
    uint32_t lock;
    bool waits;
};

static void add_wrapper_call(struct wrapping *x, const struct wrapper *w, node_id by,
                             call_id call) {
    struct fn_ref fn = x->p->nodes.data[by].ref;
    expr_id cond = argument_class(x->p, fn.facts, call, w->cond);
    struct program_condition *c = cond.v ? condition(x, cond) : NULL;
    if (!c) {
        return;
    }
    if (!w->waits) {
        vec_push(x->arena, &c->signalled, ((struct program_use){fn, call}));
        return;
    }
    expr_id lock =
        w->lock == UINT32_MAX ? (expr_id){0} : argument_class(x->p, fn.facts, call, w->lock);
    c->mixed |= w->lock != UINT32_MAX && (!lock.v || (c->lock.v && !expr_same(c->lock, lock)));
    c->lock = lock.v ? lock : c->lock;
    conditions_add_loop(x->p, c, by, call);
}

static void add_wrapper(struct wrapping *x, const struct wrapper *w) {
    const struct node *n = &x->p->nodes.data[w->node];
    for (uint32_t i = 0; w->cond != UINT32_MAX && i < n->callers.len; i++) {
        node_id by = n->callers.data[i];
        const struct node_calls *calls = &x->p->runs.calls[by];
        for (uint32_t k = 0; k < calls->items.len; k++) {
            if (calls->items.data[k].to == w->node) {
                const struct facts *f = x->p->nodes.data[by].ref.facts;
                add_wrapper_call(x, w, by, f->ops.data[calls->items.data[k].op.v].call);
            }
        }
    }
}

void channel_add_wrappers(struct program *p, struct arena *arena, struct conditions *conditions) {
    struct wrapping wrapping = {p, arena, conditions};
    struct wrapping *x = &wrapping;
    const struct expr_table *t = x->p->exprs;
    for (node_id n = 0; n < x->p->nodes.len; n++) {
        const struct flow_result *r = x->p->nodes.data[n].flow[FLOW_LOCKS];
        if (!r || !(r->waits.len || r->signals.len)) {
            continue;
        }
        bool waits = r->waits.len != 0;
        bool inner = false;
        struct wrapper w = {.node = n, .waits = waits};
        w.cond = parameter_of(t, waits ? r->waits.data[0].cond : r->signals.data[0].cond, &inner);
        w.lock = waits ? parameter_of(t, r->waits.data[0].lock, &inner) : UINT32_MAX;
        bool same = w.cond == w.lock; // a method that knows its lock
        w.lock = same ? UINT32_MAX : w.lock;
        if (!inner || is_plain(x, n)) {
            add_wrapper(x, &w);
        }
    }
}
