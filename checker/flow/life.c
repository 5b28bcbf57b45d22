// Life of locks, conditions, semaphores and barriers at a place: initialised, used, destroyed.
//
// The place is the object's identity. `site` is where it was initialised (0: not by this function),
// `end_site` where it was destroyed, `escaped` tells that it was used before this function did
// either.
#include "checker/flow/run.h"

static bool is_trackable(const struct run *r, expr_id place) {
    const struct expr_table *t = r->c->exprs;
    if (!place.v || !expr_is_location(t, place) || expr_has_kind(t, place, EX_OLD) ||
        expr_has_kind(t, place, EX_UNKNOWN)) {
        return false;
    }
    const struct expr *x = expr_get(t, place);
    return x->kind != EX_DEREF || expr_get(t, x->a)->kind != EX_CONST;
}

static struct object_state *find(struct world *w, expr_id place) {
    struct object_state *o = world_object(w, place);
    return o && o->kind == OBJECT_SYNC ? o : NULL;
}

static struct object_state *add(struct run *r, struct world *w, expr_id place,
                                enum object_status status) {
    struct object_state *o = find(w, place);
    if (!o) {
        o = world_object_add(&r->space, w, place);
        *o = (struct object_state){.value = place, .kind = OBJECT_SYNC};
    }
    o->status = (uint8_t)status;
    return o;
}

static uint32_t site_of(struct run *r, call_id call, uint32_t inner) {
    return inner ? inner : run_site(r, run_call_loc(r, call));
}

static bool is_same_site(const struct run *r, uint32_t a, uint32_t b) {
    struct flow_site x = flow_site_get(r->c->sites, a);
    struct flow_site y = flow_site_get(r->c->sites, b);
    return x.loc.v == y.loc.v && x.at.facts == y.at.facts;
}

static bool is_c(const struct run *r) {
    return str_ends(facts_text(r->f, r->f->main_file), STR(".c"));
}

// Memory this function got from an allocation that leaves it as it is; in C++ `new` runs a
// constructor.
static bool is_fresh_memory(struct run *r, expr_id place) {
    const struct expr *root = expr_get(r->c->exprs, expr_root(r->c->exprs, place));
    if (!is_c(r) || root->kind != EX_RESULT || root->num <= 0 ||
        root->num >= (int64_t)r->f->calls.len) {
        return false;
    }
    call_id call = {(uint32_t)root->num};
    const struct summary *s = r->c->callee(r->c->ctx, r->f, call, (expr_id){0}, r->domain);
    for (uint32_t i = 0; s && i < s->case_count; i++) {
        for (uint32_t k = 0; k < s->cases[i].effect_count; k++) {
            const struct effect *e = &s->cases[i].effects[k];
            if (e->kind == EFFECT_ALLOC && !e->b.v) {
                return true;
            }
        }
    }
    return false;
}

// An automatic variable of C that is declared without an initialiser; in C++ a constructor may have
// run.
static bool is_bare_local(struct run *r, expr_id place) {
    expr_id local = run_local_root(r, place);
    int64_t number = expr_get(r->c->exprs, local)->num;
    if (!local.v || number <= 0 || number >= (int64_t)r->f->vars.len) {
        return false;
    }
    const struct ir_var *v = &r->f->vars.data[number];
    return v->kind == VAR_LOCAL && !(v->flags & VAR_HAS_INIT) && is_c(r);
}

// Nothing was ever stored at the place: it holds whatever the memory held.
static bool is_raw(struct run *r, const struct world *w, expr_id place) {
    const struct expr_table *t = r->c->exprs;
    if (!is_bare_local(r, place) && !is_fresh_memory(r, place)) {
        return false;
    }
    for (uint16_t i = 0; i < w->mem_count; i++) {
        if (expr_contains(t, w->mem[i].loc, place) || expr_contains(t, place, w->mem[i].loc)) {
            return false;
        }
    }
    for (uint16_t i = 0; i < w->object_count; i++) {
        const struct object_state *o = &w->objects[i];
        if (o->kind == OBJECT_SYNC && o->status == OBJECT_UNKNOWN &&
            expr_contains(t, place, o->value)) {
            return false;
        }
    }
    return true;
}

static void unready(struct run *r, struct world *w, expr_id place, call_id call, uint32_t inner) {
    add(r, w, place, OBJECT_UNKNOWN); // one mistake is told once
    run_event(r, w,
              (struct flow_event){
                  .kind = FLOW_USE_UNREADY, .subject = place, .call = call, .inner = inner});
}

void life_use(struct run *r, struct world *w, expr_id place, call_id call, uint32_t inner) {
    if (!is_trackable(r, place)) {
        return;
    }
    struct object_state *o = find(w, place);
    if (!o && is_raw(r, w, place)) {
        unready(r, w, place, call, inner);
    } else if (!o) {
        o = add(r, w, place, OBJECT_LIVE);
        o->escaped = true;
        o->end_site = run_site(r, run_call_loc(r, call)); // of the use, until it is destroyed
    } else if (o->status == OBJECT_DONE) {
        run_event(r, w,
                  (struct flow_event){.kind = FLOW_USE_DESTROYED,
                                      .subject = place,
                                      .call = call,
                                      .inner = inner,
                                      .other = o->end_site});
        o->status = OBJECT_UNKNOWN;
    }
}

// Which element it is cannot be told from the others any more.
static void doubt_elements(struct run *r, struct world *w, expr_id place) {
    const struct expr *x = expr_get(r->c->exprs, place);
    while (x->kind == EX_FIELD && x->a.v) {
        x = expr_get(r->c->exprs, x->a);
    }
    if (x->kind != EX_INDEX || expr_get(r->c->exprs, x->b)->kind == EX_CONST) {
        return;
    }
    expr_id array = x->a;
    for (uint16_t i = 0; i < w->object_count; i++) {
        struct object_state *o = &w->objects[i];
        if (o->kind == OBJECT_SYNC && !expr_same(o->value, place) &&
            expr_contains(r->c->exprs, o->value, array)) {
            o->status = OBJECT_UNKNOWN;
        }
    }
    add(r, w, array, OBJECT_UNKNOWN);
}

void life_init(struct run *r, struct world *w, expr_id place, call_id call, uint32_t inner) {
    if (!is_trackable(r, place)) {
        return;
    }
    doubt_elements(r, w, place);
    uint32_t here = site_of(r, call, inner);
    struct object_state *o = find(w, place);
    if (o && o->status == OBJECT_LIVE && o->site && !is_same_site(r, o->site, here)) {
        run_event(r, w,
                  (struct flow_event){.kind = FLOW_INIT_AGAIN,
                                      .subject = place,
                                      .call = call,
                                      .inner = inner,
                                      .other = o->site});
    } else if (o && o->status == OBJECT_LIVE && !o->site) {
        struct flow_site use = flow_site_get(r->c->sites, o->end_site);
        run_event(r, w,
                  (struct flow_event){
                      .kind = FLOW_USE_UNREADY, .subject = place, .loc = use.loc, .other = here});
    }
    o = add(r, w, place, OBJECT_LIVE);
    o->site = here;
    o->end_site = 0;
}

void life_destroy(struct run *r, struct world *w, expr_id place, call_id call, uint32_t inner) {
    if (!is_trackable(r, place)) {
        return;
    }
    uint32_t here = site_of(r, call, inner);
    struct object_state *o = find(w, place);
    if (!o && is_raw(r, w, place)) {
        unready(r, w, place, call, inner);
    } else if (o && o->status == OBJECT_DONE && !is_same_site(r, o->end_site, here)) {
        run_event(r, w,
                  (struct flow_event){.kind = FLOW_DESTROY_AGAIN,
                                      .subject = place,
                                      .call = call,
                                      .inner = inner,
                                      .other = o->end_site});
    }
    o = add(r, w, place, OBJECT_DONE);
    o->end_site = here;
}

void life_doubt(struct run *r, struct world *w, expr_id place) {
    if (run_is_class(r, place)) {
        for (uint16_t i = 0; i < w->object_count; i++) {
            if (w->objects[i].kind == OBJECT_SYNC &&
                expr_same(expr_class(r->c->exprs, w->objects[i].value), place)) {
                w->objects[i].status = OBJECT_UNKNOWN;
            }
        }
        add(r, w, place, OBJECT_UNKNOWN)->any = true;
    } else if (is_trackable(r, place)) {
        add(r, w, place, OBJECT_UNKNOWN);
    }
}

void life_memory(struct run *r, struct world *w, expr_id pointer, bool gone) {
    const struct expr_table *t = r->c->exprs;
    if (!pointer.v || expr_get(t, pointer)->kind == EX_CONST ||
        expr_get(t, pointer)->kind == EX_UNKNOWN) {
        return;
    }
    expr_id place = expr_deref(r->c->exprs, pointer);
    for (uint16_t i = 0; i < w->object_count;) {
        struct object_state *o = &w->objects[i];
        if (o->kind != OBJECT_SYNC || !expr_contains(t, o->value, place)) {
            i++;
        } else if (gone) {
            world_object_remove(w, i);
        } else {
            o->status = OBJECT_UNKNOWN;
            i++;
        }
    }
    if (!gone && is_fresh_memory(r, place)) {
        add(r, w, place, OBJECT_UNKNOWN);
    }
}

void life_scope(struct run *r, struct world *w, expr_id local) {
    for (uint16_t i = 0; i < w->object_count;) {
        if (w->objects[i].kind == OBJECT_SYNC &&
            expr_same(run_local_root(r, w->objects[i].value), local)) {
            world_object_remove(w, i);
        } else {
            i++;
        }
    }
}
