// Acts of library functions, callees, callbacks and threads, repeated in the function that calls or
// starts them.
#include "checker/flow/apply.h"

struct renaming {
    struct application *a;
    const struct world *w;
    struct map known; // acts of a callee speak of the same locks again and again
};

static struct renaming renaming_of(struct application *a, const struct world *w) {
    struct renaming n = {.a = a, .w = w};
    map_init(&n.known, a->r->space.arena);
    return n;
}

static expr_id rename_act(void *ctx, expr_id e) {
    struct renaming *n = ctx;
    uint32_t known = 0;
    if (!map_get(&n->known, e.v, &known)) {
        known = apply_instantiate(n->a, n->w, e).v;
        map_put(&n->known, e.v, known);
    }
    return (expr_id){known};
}

void apply_acts_of_callee(struct application *a, const struct world *w, expr_id target) {
    struct run *r = a->r;
    struct renaming n = renaming_of(a, w);
    if (r->domain == FLOW_LOCKS) {
        act_inherit(r, w, r->c->acts(r->c->ctx, r->f, a->call, target), a->call, false, rename_act,
                    &n);
    }
}

void apply_acts_of_function(struct application *a, const struct world *w, expr_id fn,
                            bool in_thread) {
    struct run *r = a->r;
    struct renaming n = renaming_of(a, w);
    if (r->domain == FLOW_LOCKS) {
        act_inherit(r, w, r->c->acts(r->c->ctx, r->f, (call_id){0}, fn), a->call, in_thread,
                    rename_act, &n);
    }
}

// The thread that a model says is started: what it does, with its arguments in terms of this
// function. The arguments after the first are passed on in the same way as the first.
static void inherit_thread_acts(struct application *a, const struct world *w,
                                const struct effect *e) {
    struct run *r = a->r;
    struct expr_table *t = r->c->exprs;
    expr_id entry = apply_instantiate(a, w, e->a);
    expr_id given = expr_get(t, e->b)->kind == EX_LOAD ? expr_root(t, expr_get(t, e->b)->a) : e->b;
    const struct expr *first = expr_get(t, given);
    const struct expr *fn = expr_get(t, entry);
    if (fn->kind != EX_FN) {
        return;
    }
    struct application inner = *a;
    inner.arg_count = 0;
    if (fn->a.v) {
        inner.args[inner.arg_count++] = fn->a;
    }
    for (uint32_t i = first->kind == EX_PARAM ? (uint32_t)first->num : FLOW_MAX_ARGS;
         i < a->arg_count; i++) {
        bool by_place = !expr_same(given, e->b);
        inner.args[inner.arg_count++] =
            by_place ? world_read(&r->space, w, expr_deref(t, a->args[i])) : a->args[i];
    }
    apply_acts_of_function(&inner, w, entry, true);
}

// In nanoseconds, when it is a number of the program.
static expr_id length_of_sleep(struct application *a, const struct world *w,
                               const struct effect *e) {
    struct expr_table *t = a->r->c->exprs;
    const struct expr *count = expr_get(t, apply_instantiate(a, w, e->a));
    const struct expr *unit = expr_get(t, e->b);
    bool is_known = count->kind == EX_CONST && unit->kind == EX_CONST && unit->num > 0 &&
                    count->num >= 0 && count->num < INT64_MAX / unit->num;
    return is_known ? expr_const(t, count->num * unit->num) : (expr_id){0};
}

void apply_act(struct application *a, struct world *w, const struct effect *e) {
    int kind = a->r->domain == FLOW_LOCKS ? flow_act_of_effect(e) : -1;
    if (kind < 0) {
        return;
    }
    expr_id subject = e->kind == EFFECT_SLEEP
                          ? length_of_sleep(a, w, e)
                          : apply_instantiate(a, w, e->kind == EFFECT_WAIT ? e->b : e->a);
    const struct expr *bytes = expr_get(a->r->c->exprs, subject);
    if (kind == ACT_BLOCK) {
        if (bytes->kind == EX_CONST && bytes->num <= TOKEN_BYTES) {
            return;
        }
        subject = (expr_id){0};
    }
    bool waits = kind != ACT_TAKE || !(a->tries || (e->flags & (EF_TIMED | EF_MAYBE)) ||
                                       lock_is_held(a->r, w, subject, (uint8_t)e->flags) ||
                                       lock_is_again(a->r, w, subject, (uint8_t)e->flags, a->call));
    if (!waits) {
        return;
    }
    act_note(a->r, w, (enum flow_act_kind)kind, subject, (uint8_t)e->flags, a->call);
    if (e->kind == EFFECT_SPAWN) {
        inherit_thread_acts(a, w, e);
    }
}

void apply_signal(struct application *a, struct world *w, const struct effect *e) {
    if (a->inferred) {
        return;
    }
    struct flow_signal s = {
        .cond = apply_instantiate(a, w, e->a), .call = a->call, .all = e->b.v != 0};
    struct lock_state *locks = ARENA_ARRAY(a->r->c->arena, struct lock_state, w->lock_count + 1U);
    for (uint16_t i = 0; i < w->lock_count; i++) {
        locks[i] = w->locks[i];
    }
    s.locks = locks;
    s.lock_count = w->lock_count;
    vec_push(a->r->c->arena, &a->r->out->signals, s);
}
