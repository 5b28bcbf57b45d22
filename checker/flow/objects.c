// Thread and descriptor states: spawn, join, detach, open, close, and the ends of what they use.
#include "checker/flow/run.h"

static expr_id thread_field(struct run *r, expr_id object) {
    return expr_field(r->c->exprs, object, STR("$thread"), STR(""));
}

static bool is_const(const struct run *r, expr_id e, int64_t *ret_num) {
    const struct expr *x = expr_get(r->c->exprs, e);
    *ret_num = x->num;
    return x->kind == EX_CONST;
}

// How many places of the world hold this value.
static unsigned holders(const struct world *w, expr_id value, expr_id except) {
    unsigned n = 0;
    for (uint16_t i = 0; i < w->mem_count; i++) {
        n += expr_same(w->mem[i].val, value) && !expr_same(w->mem[i].loc, except);
    }
    return n;
}

static bool is_private(struct run *r, expr_id loc) {
    return loc.v && run_local_root(r, loc).v != 0;
}

// The ghost field of a container that threads are added to.
static bool is_container(const struct run *r, expr_id loc) {
    const struct expr *x = expr_get(r->c->exprs, loc);
    return x->kind == EX_FIELD &&
           str_eq(intern_text(&r->c->exprs->names, x->name), STR("$elements"));
}

void object_escape(struct run *r, struct world *w, expr_id value) {
    for (uint16_t i = 0; i < w->object_count; i++) {
        struct object_state *o = &w->objects[i];
        if (o->kind == OBJECT_SYNC) {
            continue; // has no owner who ends it
        }
        bool by_value = expr_same(o->value, value);
        bool by_home = o->home.v && expr_get(r->c->exprs, value)->kind == EX_ADDR &&
                       expr_contains(r->c->exprs, o->home, expr_get(r->c->exprs, value)->a);
        const struct expr *v = expr_get(r->c->exprs, value);
        bool by_copy = o->home.v && v->kind == EX_LOAD && expr_contains(r->c->exprs, o->home, v->a);
        bool by_field = by_copy || (expr_contains(r->c->exprs, value, o->value) && o->value.v);
        if (by_value || by_home || by_field) {
            o->escaped = true;
        }
    }
}

// The place is about to get another value.
static void overwrite(struct run *r, struct world *w, expr_id loc, call_id call) {
    expr_id old = world_read(&r->space, w, loc);
    struct object_state *o = world_object(w, old);
    if (!o || o->kind != OBJECT_THREAD || o->status != OBJECT_LIVE || holders(w, old, loc) ||
        (o->escaped && (is_private(r, loc) || r->c->registers(r->c->ctx, o->entry))) ||
        is_container(r, loc)) {
        return;
    }
    run_event(r, w,
              (struct flow_event){.kind = FLOW_HANDLE_OVERWRITTEN,
                                  .subject = loc,
                                  .call = call,
                                  .other = o->site,
                                  .entry = o->entry,
                                  .home = o->home});
    world_object(w, old)->status = OBJECT_UNKNOWN;
}

void thread_store(struct run *r, struct world *w, expr_id loc, expr_id val, call_id call) {
    if (r->domain == FLOW_THREADS && call.v) {
        overwrite(r, w, loc, call);
    }
    if (r->domain != FLOW_LOCKS && !is_private(r, loc)) {
        object_escape(r, w, val);
    }
    struct object_state *o = r->domain == FLOW_THREADS ? world_object(w, val) : NULL;
    if (o && o->home.v && is_private(r, o->home)) {
        o->home = loc; // moved
    }
}

// A thread whose attribute says detached; *ret_unknown when it cannot be told.
static bool detached_by_attribute(struct run *r, struct world *w, expr_id detached,
                                  bool *ret_unknown) {
    int64_t n = 0;
    *ret_unknown = false;
    if (!detached.v) {
        return false;
    }
    if (is_const(r, detached, &n)) {
        return n != 0;
    }
    const struct expr *x = expr_get(r->c->exprs, detached);
    if (x->kind == EX_LOAD) { // a field of the attribute object: a null attribute means joinable
        expr_id root = expr_root(r->c->exprs, x->a);
        if (is_const(r, root, &n) && n == 0) {
            return false;
        }
        struct range range = world_range(&r->space, w, root);
        if (range.lo == 0 && range.hi == 0) {
            return false;
        }
    }
    *ret_unknown = true;
    return false;
}

// The entry detaches itself.
static bool detaches_itself(struct run *r, expr_id entry) {
    const struct summary *s = r->c->function(r->c->ctx, entry, FLOW_THREADS);
    expr_id self = expr_str(r->c->exprs, STR("$self"));
    for (uint32_t i = 0; s && i < s->case_count; i++) {
        for (uint32_t k = 0; k < s->cases[i].effect_count; k++) {
            const struct effect *e = &s->cases[i].effects[k];
            if (e->kind == EFFECT_DETACH && expr_same(e->a, self)) {
                return true;
            }
        }
    }
    return false;
}

enum { MAX_WRAPPERS = 4 };

static bool is_function_or_object(const struct expr_table *t, expr_id value) {
    uint8_t kind = expr_get(t, value)->kind;
    return kind == EX_FN || kind == EX_ADDR || kind == EX_PARAM;
}

static bool is_bound_place(const struct expr_table *t, expr_id load) {
    const struct expr *place = expr_get(t, expr_get(t, load)->a);
    return place->kind == EX_FIELD && str_eq(intern_text(&t->names, place->name), STR("$bound"));
}

// What an object that wraps a function holds: std::function, what std::bind returns. *ret_bound:
// the first argument that is bound to it.
static expr_id unwrapped(const struct run *r, const struct world *w, expr_id value,
                         expr_id *ret_bound) {
    struct expr_table *t = r->c->exprs;
    for (unsigned n = 0; n < MAX_WRAPPERS && expr_get(t, value)->kind == EX_ADDR; n++) {
        expr_id object = expr_get(t, value)->a;
        expr_id fn = world_read(&r->space, w, expr_field(t, object, STR("$fn"), STR("")));
        expr_id bound = world_read(&r->space, w, expr_field(t, object, STR("$bound"), STR("")));
        if (!is_function_or_object(t, fn)) {
            fn = world_read(&r->space, w, object); // a pointer to a function, std::ref
        }
        if (!is_function_or_object(t, fn)) {
            break;
        }
        bool unset = expr_get(t, bound)->kind == EX_LOAD && is_bound_place(t, bound);
        *ret_bound = unset ? *ret_bound : bound;
        value = fn;
    }
    return value;
}

// A functor or closure kept in a local: its operator().
static expr_id callable(struct run *r, expr_id value) {
    const struct expr *x = expr_get(r->c->exprs, value);
    if (x->kind != EX_ADDR || expr_get(r->c->exprs, x->a)->kind != EX_LOCAL) {
        return value;
    }
    int64_t number = expr_get(r->c->exprs, x->a)->num;
    if (number >= (int64_t)r->f->vars.len) {
        return value;
    }
    type_id t = facts_strip_typedefs(r->f, r->f->vars.data[number].type, NULL);
    sym_id op = r->f->records.data[r->f->types.data[t.v].record.v].call_op;
    const struct ir_sym *s = &r->f->syms.data[op.v];
    return op.v ? expr_fn(r->c->exprs, facts_text(r->f, s->key), facts_text(r->f, s->name), value)
                : value;
}

enum {
    GIVEN_BASE = 1 << 25
}; // EX_LOCAL numbers from here on keep what spawn calls gave to their threads

static expr_id given_object(struct run *r, call_id call) {
    return expr_local(r->c->exprs, GIVEN_BASE + call.v, STR("arguments"));
}

void thread_give(struct run *r, struct world *w, expr_id entry, call_id call, uint32_t index,
                 expr_id value) {
    char name[] = {'$', 'a', 'r', 'g', (char)('0' + index % 10), 0};
    expr_id place = expr_field(r->c->exprs, given_object(r, call), str_from(name), STR(""));
    int64_t number = 0;
    bool again = expr_same(world_read(&r->space, w, place), value) && !is_const(r, value, &number);
    if (again &&
        r->c->entry_frees(r->c->ctx, entry, index)) { // the thread of the round before does so too
        run_event(r, w,
                  (struct flow_event){.kind = FLOW_FREED_TWICE,
                                      .subject = value,
                                      .entry = entry,
                                      .call = call,
                                      .other = run_site(r, run_call_loc(r, call))});
    }
    world_put(&r->space, w, place, value);
}

// Call that started the thread; 0 when it was started in another round of a loop or elsewhere.
static call_id spawn_call(const struct run *r, const struct object_state *o) {
    const struct expr *x = expr_get(r->c->exprs, o->value);
    return (call_id){x->kind == EX_FRESH ? (uint32_t)x->num : 0};
}

static bool touches(const struct run *r, expr_id entry, expr_id place, bool destroys) {
    uint32_t count = 0;
    const struct touched *t = r->c->touches(r->c->ctx, entry, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (expr_same(t[i].place, place) && (destroys ? t[i].destroys : t[i].uses)) {
            return true;
        }
    }
    return false;
}

static bool may_run(const struct object_state *o) {
    return o->kind == OBJECT_THREAD && (o->status == OBJECT_LIVE || o->status == OBJECT_DETACHED);
}

// `killer` destroys a global lock that `user` uses, and neither is known to have ended.
static void compare_threads(struct run *r, struct world *w, const struct object_state *killer,
                            const struct object_state *user) {
    uint32_t count = 0;
    const struct touched *t = r->c->touches(r->c->ctx, killer->entry, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (t[i].destroys && touches(r, user->entry, t[i].place, false)) {
            run_event(r, w,
                      (struct flow_event){.kind = FLOW_DESTROYED_BY_OTHER,
                                          .subject = t[i].place,
                                          .entry = killer->entry,
                                          .loc = flow_site_get(r->c->sites, killer->site).loc,
                                          .other = user->site});
        }
    }
}

// A thread that was just started, against those that still run.
static void compare_with_others(struct run *r, struct world *w, expr_id thread) {
    for (uint16_t i = 0; i < w->object_count; i++) {
        const struct object_state *o = &w->objects[i];
        const struct object_state *new = world_object(w, thread);
        if (o == new || o->kind != OBJECT_THREAD || !o->entry.v) {
            continue;
        }
        if (may_run(o)) {
            compare_threads(r, w, new, o);
            compare_threads(r, w, o, new);
        }
        int64_t number = 0;
        if (new->arg.v && !is_const(r, new->arg, &number) && expr_same(o->arg, new->arg) &&
            r->c->entry_frees(r->c->ctx, o->entry, 0) &&
            r->c->entry_frees(r->c->ctx, new->entry, 0)) {
            run_event(r, w,
                      (struct flow_event){.kind = FLOW_FREED_TWICE,
                                          .subject = new->arg,
                                          .entry = new->entry,
                                          .loc = flow_site_get(r->c->sites, new->site).loc,
                                          .other = o->site});
        }
    }
}

void thread_touches(struct run *r, struct world *w, expr_id place, call_id call) {
    for (uint16_t i = 0; i < w->object_count &&
                         expr_get(r->c->exprs, expr_root(r->c->exprs, place))->kind == EX_GLOBAL;
         i++) {
        const struct object_state *o = &w->objects[i];
        if (may_run(o) && o->entry.v && touches(r, o->entry, place, true)) {
            run_event(r, w,
                      (struct flow_event){.kind = FLOW_DESTROYED_BY_OTHER,
                                          .subject = place,
                                          .entry = o->entry,
                                          .loc = flow_site_get(r->c->sites, o->site).loc,
                                          .other = run_site(r, run_call_loc(r, call))});
        }
    }
}

void thread_spawn(struct run *r, struct world *w, const struct effect *e, call_id call) {
    bool unknown = false;
    bool detached = detached_by_attribute(r, w, e->d, &unknown);
    if (e->c.v) {
        overwrite(r, w, e->c, call);
    }
    expr_id thread = run_fresh(r, w, EX_FRESH, call.v);
    expr_id arg = e->b;
    expr_id entry = callable(r, unwrapped(r, w, e->a, &arg));
    detached = detached || detaches_itself(r, entry);
    run_trace(r, w, FLOW_STEP_SPAWN, true, run_call_loc(r, call), entry);
    struct object_state *o = world_object(w, thread);
    if (!o) {
        o = world_object_add(&r->space, w, thread);
    }
    *o = (struct object_state){.value = thread,
                               .kind = OBJECT_THREAD,
                               .home = e->c,
                               .arg = arg,
                               .entry = entry,
                               .escaped = (e->c.v && !is_private(r, e->c)) ||
                                          r->c->registers(r->c->ctx, entry),
                               .site = run_site(r, run_call_loc(r, call))};
    o->status = (uint8_t)(unknown ? OBJECT_UNKNOWN : detached ? OBJECT_DETACHED : OBJECT_LIVE);
    w->handshake = false;
    if (e->c.v) {
        world_write(&r->space, w, e->c, thread);
    }
    struct flow_spawn spawn = {.call = call,
                               .entry = entry,
                               .arg = arg,
                               .handle = e->c,
                               .detached = detached,
                               .in_loop = r->blocks[r->block].in_loop};
    vec_push(r->c->arena, &r->out->spawns, spawn);
    compare_with_others(r, w, thread);
}

// Array an element or a field of an element lies in; none for other places.
static expr_id array_of(const struct run *r, expr_id place) {
    const struct expr *x = expr_get(r->c->exprs, place);
    while (x->kind == EX_FIELD && x->a.v) {
        x = expr_get(r->c->exprs, x->a);
    }
    return x->kind == EX_INDEX ? x->a : (expr_id){0};
}

// A handle whose origin is lost may be any of the threads started here: nothing is claimed of them
// any more.
static void end_unknown(struct run *r, struct world *w, expr_id handle) {
    const struct expr *h = expr_get(r->c->exprs, handle);
    expr_id array = h->kind == EX_LOAD ? array_of(r, h->a) : (expr_id){0};
    if (array.v) {
        vec_push(r->kept.arena, &r->joined_arrays, array);
    }
    for (uint16_t i = 0; i < w->object_count; i++) {
        struct object_state *o = &w->objects[i];
        if (o->kind != OBJECT_THREAD || o->status != OBJECT_LIVE) {
            continue;
        }
        const struct expr *home = expr_get(r->c->exprs, o->home);
        bool same_array = array.v && expr_same(array_of(r, o->home), array);
        bool vague = home->kind != EX_LOCAL;
        if (same_array || (vague && !array.v) || expr_get(r->c->exprs, o->value)->kind == EX_OLD) {
            o->status = OBJECT_UNKNOWN;
        }
    }
}

// The content of a local handle nothing was stored in.
static bool is_unset_local(struct run *r, const struct world *w, expr_id handle) {
    const struct expr *h = expr_get(r->c->exprs, handle);
    (void)w;
    return h->kind == EX_LOAD && expr_get(r->c->exprs, h->a)->kind == EX_LOCAL;
}

static void join_present(struct run *r, struct world *w, struct object_state *o, call_id call,
                         uint32_t inner, enum object_status to) {
    struct flow_event e = {.subject = o->home.v ? o->home : o->value,
                           .call = call,
                           .inner = inner,
                           .other = o->end_site,
                           .entry = o->entry};
    if (o->status == OBJECT_DONE) {
        e.kind = FLOW_JOIN_TWICE;
        run_event(r, w, e);
    } else if (o->status == OBJECT_DETACHED) {
        e.kind = FLOW_JOIN_DETACHED;
        e.other = o->end_site ? o->end_site : o->site;
        run_event(r, w, e);
    }
    o->status = (uint8_t)to;
    o->end_site = inner ? inner : run_site(r, run_call_loc(r, call));
    run_trace(r, w, to == OBJECT_DONE ? FLOW_STEP_JOIN : FLOW_STEP_DETACH, true,
              run_call_loc(r, call), o->home);
}

// The thread whose handle was kept at `place` before it was joined, detached or moved.
static struct object_state *former_object(struct world *w, expr_id place) {
    for (uint16_t i = 0; place.v && i < w->object_count; i++) {
        struct object_state *o = &w->objects[i];
        bool ended = o->status == OBJECT_DONE || o->status == OBJECT_DETACHED;
        if (o->kind == OBJECT_THREAD && ended && expr_same(o->home, place)) {
            return o;
        }
    }
    return NULL;
}

static void end_thread(struct run *r, struct world *w, expr_id handle, expr_id place, call_id call,
                       uint32_t inner, enum object_status to) {
    int64_t n = 0;
    const struct expr *address = expr_get(r->c->exprs, handle);
    if (address->kind == EX_ADDR) { // some interfaces take the address of the handle
        place = address->a;
        handle = world_read(&r->space, w, place);
    }
    struct object_state *o = world_object(w, handle);
    if (o) {
        join_present(r, w, o, call, inner, to);
        return;
    }
    struct flow_event e = {.subject = handle, .call = call, .inner = inner};
    if (expr_same(handle, expr_str(r->c->exprs, STR("$self")))) {
        if (to == OBJECT_DONE) {
            e.kind = FLOW_JOIN_SELF;
            run_event(r, w, e);
        }
    } else if (is_const(r, handle, &n) || is_unset_local(r, w, handle)) {
        o = former_object(w, place);
        if (o) {
            join_present(r, w, o, call, inner, to);
        } else if (n == 0) {
            e.kind = FLOW_JOIN_UNSTARTED;
            e.subject = place.v ? place : handle;
            run_event(r, w, e);
        }
        return;
    }
    end_unknown(r, w, handle);
    if (expr_has_kind(r->c->exprs, handle, EX_UNKNOWN) ||
        expr_has_kind(r->c->exprs, handle, EX_OLD)) {
        return;
    }
    o = world_object_add(&r->space, w, handle);
    o->kind = OBJECT_THREAD;
    o->status = (uint8_t)to;
    o->escaped = true;
    o->end_site = inner ? inner : run_site(r, run_call_loc(r, call));
    const struct expr *h = expr_get(r->c->exprs, handle);
    o->home = h->kind == EX_LOAD ? h->a : (expr_id){0};
    run_trace(r, w, to == OBJECT_DONE ? FLOW_STEP_JOIN : FLOW_STEP_DETACH, true,
              run_call_loc(r, call), o->home);
}

void thread_join(struct run *r, struct world *w, expr_id handle, expr_id place, call_id call,
                 uint32_t inner) {
    end_thread(r, w, handle, place, call, inner, OBJECT_DONE);
}

void thread_detach(struct run *r, struct world *w, expr_id handle, expr_id place, call_id call,
                   uint32_t inner) {
    end_thread(r, w, handle, place, call, inner, OBJECT_DETACHED);
}

void thread_owner_ends(struct run *r, struct world *w, expr_id object, int how, call_id call) {
    bool terminates = how != 0;
    expr_id place = thread_field(r, object);
    expr_id handle = world_read(&r->space, w, place);
    struct object_state *o = world_object(w, handle);
    if (!terminates) {
        if (o && o->status == OBJECT_LIVE) {
            o->status = OBJECT_DONE;
        }
        return;
    }
    if (o) {
        if (o->status == OBJECT_LIVE && !o->escaped) {
            run_event(r, w,
                      (struct flow_event){.kind = how == 2 ? FLOW_HANDLE_OVERWRITTEN
                                                           : FLOW_JOINABLE_DESTROYED,
                                          .subject = object,
                                          .call = call,
                                          .other = o->site,
                                          .entry = o->entry,
                                          .home = o->home});
            world_object(w, handle)->status = OBJECT_UNKNOWN;
        }
        return;
    }
    const struct expr *h = expr_get(r->c->exprs, handle);
    struct range range = world_range(&r->space, w, handle);
    bool may_be_joinable = !(range.lo == 0 && range.hi == 0);
    if (how == 1 && h->kind == EX_LOAD && may_be_joinable &&
        expr_has_kind(r->c->exprs, object, EX_DEREF)) {
        run_event(
            r, w,
            (struct flow_event){.kind = FLOW_MEMBER_DESTROYED, .subject = object, .call = call});
    }
}

// The address of `local`, or of what a closure captured by reference, was given to the thread.
bool thread_uses_local(struct run *r, const struct world *w, const struct object_state *o,
                       expr_id local) {
    const struct expr *a = expr_get(r->c->exprs, o->arg);
    if (a->kind == EX_ADDR &&
        (expr_same(run_local_root(r, a->a), local) || expr_same(a->a, local))) {
        return true;
    }
    const struct expr *f = expr_get(r->c->exprs, o->entry);
    bool is_closure = f->kind == EX_FN && f->a.v && expr_get(r->c->exprs, f->a)->kind == EX_ADDR;
    expr_id closure =
        is_closure ? expr_get(r->c->exprs, f->a)->a : given_object(r, spawn_call(r, o));
    for (uint16_t i = 0; i < w->mem_count; i++) {
        const struct expr *v = expr_get(r->c->exprs, w->mem[i].val);
        if (expr_contains(r->c->exprs, w->mem[i].loc, closure) && v->kind == EX_ADDR &&
            expr_same(run_local_root(r, v->a), local)) {
            return true;
        }
    }
    return false;
}

void thread_scope_end(struct run *r, struct world *w, expr_id local, loc_id loc) {
    if (w->handshake || (r->is_main && !r->blocks[r->block].in_loop)) {
        return;
    }
    for (uint16_t i = 0; i < w->object_count; i++) {
        struct object_state *o = &w->objects[i];
        bool joined_with_it = is_container(r, o->home) && is_private(r, o->home);
        if (may_run(o) && !joined_with_it && thread_uses_local(r, w, o, local)) {
            run_event(r, w,
                      (struct flow_event){.kind = FLOW_STACK_ESCAPE,
                                          .subject = local,
                                          .loc = loc,
                                          .other = o->site,
                                          .entry = o->entry,
                                          .home = o->home});
            o->arg = (expr_id){0};
        }
    }
}

// A variable that holds the value, for the message; else the value.
static expr_id holder(struct run *r, const struct world *w, expr_id value) {
    for (uint16_t i = 0; i < w->mem_count; i++) {
        const struct expr *x = expr_get(r->c->exprs, w->mem[i].loc);
        if (expr_same(w->mem[i].val, value) && x->kind == EX_LOCAL &&
            x->num < (int64_t)r->f->vars.len) {
            return w->mem[i].loc;
        }
    }
    return value;
}

// The closure the thread runs captured the value.
static bool closure_holds(struct run *r, const struct world *w, const struct object_state *o,
                          expr_id value) {
    const struct expr *f = expr_get(r->c->exprs, o->entry);
    if (f->kind != EX_FN || expr_get(r->c->exprs, f->a)->kind != EX_ADDR) {
        return false;
    }
    expr_id closure = expr_get(r->c->exprs, f->a)->a;
    for (uint16_t i = 0; i < w->mem_count; i++) {
        if (expr_same(w->mem[i].val, value) && expr_contains(r->c->exprs, w->mem[i].loc, closure)) {
            return true;
        }
    }
    return false;
}

void thread_freed(struct run *r, struct world *w, expr_id value, expr_id lock, call_id call) {
    for (uint16_t i = 0; i < w->object_count; i++) {
        struct object_state *o = &w->objects[i];
        if (o->kind != OBJECT_THREAD || o->status != OBJECT_LIVE || !o->entry.v) {
            continue;
        }
        int64_t number = 0;
        bool is_arg = value.v && !is_const(r, value, &number) &&
                      (expr_same(value, o->arg) || closure_holds(r, w, o, value));
        // the object they waited for each other with
        bool heard_of = w->handshake && lock.v && expr_same(o->arg, expr_addr(r->c->exprs, lock));
        bool in_arg = !heard_of && lock.v && o->arg.v &&
                      !expr_same(o->arg, expr_const(r->c->exprs, 0)) &&
                      expr_contains(r->c->exprs, expr_addr(r->c->exprs, lock), o->arg);
        bool is_global = lock.v && touches(r, o->entry, lock, false);
        if (is_arg || in_arg || is_global) {
            run_event(r, w,
                      (struct flow_event){.kind = FLOW_FREED_IN_USE,
                                          .call = call,
                                          .other = o->site,
                                          .subject = lock.v ? lock : holder(r, w, value),
                                          .entry = o->entry,
                                          .home = o->home});
        }
    }
}

void descriptor_open(struct run *r, struct world *w, expr_id value, call_id call) {
    struct object_state *o = world_object(w, value);
    if (!o) {
        o = world_object_add(&r->space, w, value);
    }
    *o = (struct object_state){.value = value,
                               .kind = OBJECT_DESCRIPTOR,
                               .status = OBJECT_LIVE,
                               .site = run_site(r, run_call_loc(r, call))};
    run_trace(r, w, FLOW_STEP_OPEN, true, run_call_loc(r, call), value);
}

void descriptor_use(struct run *r, struct world *w, expr_id value, call_id call) {
    const struct object_state *o = world_object(w, value);
    if (o && o->kind == OBJECT_DESCRIPTOR && o->status == OBJECT_DONE) {
        run_event(r, w,
                  (struct flow_event){.kind = FLOW_USE_AFTER_CLOSE,
                                      .subject = value,
                                      .call = call,
                                      .other = o->end_site});
    }
}

// What a stream was made of, when it was not made here: closing the stream closes it, but it has no
// name.
static bool is_ghost_content(const struct run *r, expr_id value) {
    const struct expr *x = expr_get(r->c->exprs, value);
    const struct expr *place = expr_get(r->c->exprs, x->kind == EX_LOAD ? x->a : (expr_id){0});
    return place->kind == EX_FIELD && intern_text(&r->c->exprs->names, place->name).ptr[0] == '$';
}

static bool is_trackable_descriptor(const struct run *r, const struct world *w, expr_id value) {
    int64_t n = 0;
    return !is_const(r, value, &n) && !expr_has_kind(r->c->exprs, value, EX_UNKNOWN) &&
           !expr_has_kind(r->c->exprs, value, EX_OLD) && !is_ghost_content(r, value) &&
           world_range(&r->space, w, value).hi >= 0;
}

void descriptor_close(struct run *r, struct world *w, expr_id value, call_id call, uint32_t inner) {
    if (!is_trackable_descriptor(r, w, value)) {
        return;
    }
    uint32_t here = inner ? inner : run_site(r, run_call_loc(r, call));
    struct object_state *o = world_object(w, value);
    if (o && o->status == OBJECT_DONE) {
        struct flow_site a = flow_site_get(r->c->sites, o->end_site);
        struct flow_site b = flow_site_get(r->c->sites, here);
        if (a.loc.v != b.loc.v || a.at.facts != b.at.facts) { // a retried close is not a second one
            run_event(r, w,
                      (struct flow_event){.kind = FLOW_CLOSE_TWICE,
                                          .subject = value,
                                          .call = call,
                                          .other = o->end_site,
                                          .inner = inner});
        }
        return;
    }
    if (!o) {
        o = world_object_add(&r->space, w, value);
        o->kind = OBJECT_DESCRIPTOR;
        o->escaped = true;
    }
    o->status = OBJECT_DONE;
    o->end_site = here;
    run_trace(r, w, FLOW_STEP_CLOSE, true, run_call_loc(r, call), value);
}
