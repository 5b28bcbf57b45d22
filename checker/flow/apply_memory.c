// What a call does to memory: what it is given escapes, what it may have written is forgotten.
#include "checker/flow/apply.h"

// Arguments the callee may keep.
void apply_escape_arguments(struct application *a, struct world *w, expr_id target) {
    struct run *r = a->r;
    for (uint32_t i = 0; i < a->arg_count; i++) {
        if (r->c->keeps(r->c->ctx, r->f, a->call, target, i)) {
            object_escape(r, w, a->args[i]);
        }
        if (r->domain == FLOW_THREADS && r->c->frees(r->c->ctx, r->f, a->call, target, i)) {
            thread_freed(r, w, a->args[i], (expr_id){0}, a->call);
        }
        if (r->domain == FLOW_CHANNELS && r->c->uses(r->c->ctx, r->f, a->call, target, i)) {
            descriptor_use(r, w, a->args[i], a->call);
        }
    }
}

// Nobody knows what the callee does to what it is given: it may open again what was closed here.
void apply_doubt_closed(struct application *a, struct world *w) {
    const struct expr_table *t = a->r->c->exprs;
    for (uint16_t i = 0; i < w->object_count; i++) {
        struct object_state *o = &w->objects[i];
        for (uint32_t k = 0; k < a->arg_count && o->kind == OBJECT_DESCRIPTOR; k++) {
            bool through = expr_get(t, a->args[k])->kind != EX_CONST &&
                           !expr_same(o->value, a->args[k]) &&
                           expr_contains(t, o->value, a->args[k]);
            o->status = (uint8_t)(through ? OBJECT_UNKNOWN : o->status);
        }
    }
}

static bool is_ghost(const struct run *r, expr_id loc) {
    const struct expr *x = expr_get(r->c->exprs, loc);
    struct str name = intern_text(&r->c->exprs->names, x->name);
    return x->kind == EX_FIELD && name.len && name.ptr[0] == '$';
}

// What a cell keeps over the call: ghost fields, handles, what the summary stored, fields the
// callee never writes.
static bool survives(struct application *a, struct world *w, struct mem_cell m, expr_id target,
                     bool known) {
    struct run *r = a->r;
    const struct object_state *o = world_object(w, m.val);
    if (is_ghost(r, m.loc) || (o && !(o->kind == OBJECT_DESCRIPTOR && o->status == OBJECT_DONE))) {
        return true;
    }
    for (uint32_t i = 0; i < a->stored_count; i++) {
        if (expr_same(a->stored[i], m.loc)) {
            return true;
        }
    }
    const struct expr *x = expr_get(r->c->exprs, m.loc);
    return known && x->kind == EX_FIELD && !r->c->writes(r->c->ctx, r->f, a->call, target, x->name);
}

// Locals whose address was handed out may have been changed.
void apply_forget_pointed(struct application *a, struct world *w, expr_id target, bool known) {
    struct run *r = a->r;
    for (uint32_t i = 0; i < a->arg_count; i++) {
        const struct expr *x = expr_get(r->c->exprs, a->args[i]);
        if (x->kind != EX_ADDR || !run_local_root(r, x->a).v) {
            continue;
        }
        expr_id place = x->a;
        bool is_object = world_object(w, world_read(&r->space, w, place)) != NULL;
        uint16_t kept = 0;
        for (uint16_t k = 0; k < w->mem_count; k++) {
            struct mem_cell m = w->mem[k];
            if (!expr_contains(r->c->exprs, m.loc, place) || survives(a, w, m, target, known)) {
                w->mem[kept++] = m;
            }
        }
        w->mem_count = kept;
        for (uint16_t k = 0; k < w->known_count;) {
            if (expr_contains(r->c->exprs, w->known[k].val, place)) {
                world_forget_known(w, w->known[k].val);
            } else {
                k++;
            }
        }
        if (!is_object) {
            expr_id fresh =
                run_fresh(r, w, EX_RESULT,
                          (int64_t)a->call.v << 8 | i | 1LL << 44); // what the call put there
            world_forget_known(w, fresh);
            world_put(&r->space, w, place, fresh);
        }
    }
}

// Handles kept in an array or structure whose address goes to a function that joins threads: it may
// join these.
void apply_hand_over_handles(struct application *a, struct world *w) {
    struct run *r = a->r;
    for (uint32_t i = 0; i < a->arg_count; i++) {
        const struct expr *x = expr_get(r->c->exprs, a->args[i]);
        expr_id place = x->kind == EX_ADDR ? x->a : (expr_id){0};
        for (uint16_t k = 0; place.v && k < w->object_count; k++) {
            struct object_state *o = &w->objects[k];
            if (o->home.v && !expr_same(o->home, place) &&
                expr_contains(r->c->exprs, o->home, place)) {
                o->status = o->status == OBJECT_DONE ? OBJECT_DONE : OBJECT_UNKNOWN;
                vec_push(r->kept.arena, &r->joined_arrays, place);
            }
        }
    }
}

struct expr_set {
    VEC(expr_id) items;
    struct map seen;
};

static void add_written(struct application *a, expr_id target, expr_id place,
                        struct expr_set *ret_places) {
    struct run *r = a->r;
    const struct expr_table *t = r->c->exprs;
    const struct expr *x = expr_get(t, place);
    if (!place.v || run_local_root(r, place).v || (x->kind != EX_FIELD && x->kind != EX_GLOBAL)) {
        return;
    }
    uint32_t number = x->kind == EX_FIELD ? x->name : x->aux;
    struct str name = intern_text(&t->names, number);
    if (name.len && name.ptr[0] != '$' && r->c->writes(r->c->ctx, r->f, a->call, target, number)) {
        uint32_t seen = 0;
        if (!map_get(&ret_places->seen, place.v, &seen)) {
            map_put(&ret_places->seen, place.v, 1);
            vec_push(r->space.arena, &ret_places->items, place);
        }
    }
}

// What the summary says of memory at entry, `if (!q->open)` or ids[pool->count], is another value
// when the callee changes it.
static void add_loads(struct application *a, const struct world *w, expr_id target, expr_id e,
                      struct expr_set *ret_places) {
    const struct expr *x = expr_get(a->r->c->exprs, e);
    if (!e.v || x->kind == EX_FN) {
        return;
    }
    expr_id left = x->a;
    expr_id right = x->b;
    if (x->kind == EX_LOAD) {
        add_written(a, target, apply_instantiate(a, w, left), ret_places);
    }
    add_loads(a, w, target, left, ret_places);
    add_loads(a, w, target, right, ret_places);
}

// Fields and globals the callee writes: what was read from them before is no longer what they hold.
void apply_forget_written(struct application *a, struct world *w, expr_id target,
                          const struct summary *s) {
    struct run *r = a->r;
    const struct expr_table *t = r->c->exprs;
    struct expr_set places = {0};
    if (!r->c->has_body(r->c->ctx, r->f, a->call, target)) {
        return;
    }
    map_init(&places.seen, r->space.arena);
    for (uint16_t i = 0; i < w->known_count; i++) {
        add_written(a, target, expr_place_of_load(t, w->known[i].val), &places);
    }
    for (uint16_t i = 0; i < w->object_count; i++) {
        add_written(a, target, expr_place_of_load(t, w->objects[i].value), &places);
    }
    for (uint16_t i = 0; i < w->mem_count; i++) {
        add_written(a, target, w->mem[i].loc, &places);
    }
    for (uint32_t i = 0; s && i < s->case_count; i++) {
        const struct summary_case *c = &s->cases[i];
        for (uint32_t k = 0; k < c->when_count; k++) {
            add_loads(a, w, target, c->when[k].e, &places);
        }
        for (uint32_t k = 0; k < c->effect_count; k++) {
            add_loads(a, w, target, c->effects[k].a, &places);
            add_loads(a, w, target, c->effects[k].c, &places);
        }
    }
    for (uint32_t i = 0; i < places.items.len; i++) {
        int64_t num =
            (int64_t)a->call.v << 16 | (int64_t)(places.items.data[i].v & 0xffff) | 1LL << 41;
        expr_id fresh = run_fresh(r, w, EX_UNKNOWN, num);
        world_put(&r->space, w, places.items.data[i], fresh);
    }
}
