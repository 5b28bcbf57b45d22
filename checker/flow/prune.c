// Keeps the doubts of a summary few.
//
// Each call adds what the callee *may* do to its callers' worlds and to their summaries. Followed
// through pointers, that names more and more places the further up one goes:
// rk->cgrp->coord->rk->cgrp->..., and every one of them tells worlds apart. So names are cut after
// a few pointers (k-limited access paths: Jones, Muchnick, "Flow analysis and optimization of
// LISP-like structures", POPL 1979). What is behind them stands for its class: any lock of the
// class may be another one afterwards. Those tell no worlds apart.
#include "checker/flow/run.h"

enum { MAX_HOPS = 3, MAX_DOUBTS = 24, MAX_STORES_HOPS = 1, MAX_STORES = 12 };

// Pointers followed from a parameter or global to the place.
static unsigned hops(const struct expr_table *t, expr_id place) {
    unsigned n = 0;
    for (const struct expr *x = expr_get(t, place); x->kind != EX_NONE; x = expr_get(t, x->a)) {
        n += x->kind == EX_DEREF;
    }
    return n;
}

// Reached through a null pointer: no run of the program comes there.
static bool is_nowhere(const struct expr_table *t, expr_id place) {
    for (const struct expr *x = expr_get(t, place); x->kind != EX_NONE; x = expr_get(t, x->a)) {
        const struct expr *to = expr_get(t, x->a);
        if (x->kind == EX_DEREF && to->kind == EX_CONST && to->num == 0) {
            return true;
        }
    }
    return false;
}

static bool is_ghost_place(const struct expr_table *t, expr_id place) {
    const struct expr *x = expr_get(t, place);
    struct str name = intern_text(&t->names, x->name);
    return x->kind == EX_FIELD && name.len && name.ptr[0] == '$';
}

struct pruner {
    struct run *r;
    effect_vec *kept;
    unsigned doubts;
    unsigned stores;
};

static void keep_once(struct pruner *p, struct effect e) {
    for (uint32_t i = 0; i < p->kept->len; i++) {
        const struct effect *k = &p->kept->data[i];
        if (k->kind == e.kind && expr_same(k->a, e.a) && (k->flags & EF_MAYBE)) {
            return;
        }
    }
    vec_push(p->r->c->arena, p->kept, e);
}

static void keep_doubt(struct pruner *p, struct effect e) {
    struct expr_table *t = p->r->c->exprs;
    bool is_near = hops(t, e.a) <= MAX_HOPS && p->doubts < MAX_DOUBTS;
    if (!is_near && !run_is_class(p->r, e.a)) {
        e = (struct effect){.kind = p->r->domain == FLOW_LIFE ? EFFECT_LOCK_INIT : EFFECT_ACQUIRE,
                            .flags = EF_MAYBE,
                            .a = expr_class(t, e.a)};
    }
    p->doubts += is_near;
    if (e.a.v) {
        keep_once(p, e);
    }
}

static void keep_store(struct pruner *p, struct effect e) {
    bool is_near = hops(p->r->c->exprs, e.a) <= MAX_STORES_HOPS && p->stores < MAX_STORES;
    if (is_near || is_ghost_place(p->r->c->exprs, e.a)) { // else it is forgotten by name
        p->stores++;
        keep_once(p, e);
    }
}

static void prune_effect(struct pruner *p, const struct effect *e) {
    const struct expr_table *t = p->r->c->exprs;
    bool doubt = (e->flags & EF_MAYBE) != 0;
    bool life = p->r->domain == FLOW_LIFE;
    bool of_locks = life || p->r->domain == FLOW_LOCKS;
    switch ((int)e->kind) {
    case EFFECT_SET:
        if (doubt) {
            keep_store(p, *e);
            return;
        }
        break;
    case EFFECT_USE:
        if (life && (doubt || hops(t, e->a) > MAX_HOPS || is_nowhere(t, e->a))) {
            return;
        }
        break;
    case EFFECT_ACQUIRE:
    case EFFECT_RELEASE:
    case EFFECT_LOCKS:
    case EFFECT_LOCK_INIT:
    case EFFECT_LOCK_DESTROY:
        if (of_locks && is_nowhere(t, e->a)) {
            return;
        }
        if ((of_locks && doubt) || (life && hops(t, e->a) > MAX_HOPS)) {
            keep_doubt(p, *e);
            return;
        }
        break;
    default:
        break;
    }
    vec_push(p->r->c->arena, p->kept, *e);
}

void prune_effects(struct run *r, effect_vec *effects) {
    effect_vec kept = {0};
    struct pruner p = {.r = r, .kept = &kept};
    for (uint32_t i = 0; i < effects->len; i++) {
        prune_effect(&p, &effects->data[i]);
    }
    *effects = kept;
}
