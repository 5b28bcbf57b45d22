// Applying the summary of a callee: parameters are replaced by arguments, cases fork the world.
#include "checker/flow/apply.h"

enum { MAX_CALLBACK_DEPTH = 3 };

static expr_id replace(void *ctx, struct expr_table *t, expr_id e) {
    struct application *a = ctx;
    const struct expr *x = expr_get(t, e);
    switch (x->kind) {
    case EX_PARAM:
        return x->num < (int64_t)a->arg_count
                   ? a->args[x->num]
                   : expr_numbered(t, EX_UNKNOWN, (int64_t)a->call.v << 8 | x->num);
    case EX_RET:
        return a->result;
    case EX_LOAD:
        return world_read(&a->r->space, a->world, x->a);
    default:
        return (expr_id){0};
    }
}

expr_id apply_instantiate(struct application *a, const struct world *w, expr_id e) {
    if (!e.v) {
        return e;
    }
    a->world = a->before ? a->before : w;
    static const uint32_t replaced = EXPR_KIND(EX_PARAM) | EXPR_KIND(EX_RET) | EXPR_KIND(EX_LOAD);
    return expr_rewrite(a->r->c->exprs, e, replaced, replace, a);
}

static void apply_case(struct application *a, struct world *w, const struct summary_case *c);

// A callback runs within the call: its own effects happen here. Only what all its cases agree on is
// applied.
static void apply_callback(struct application *a, struct world *w, expr_id fn, expr_id arg) {
    const struct summary *s = a->r->c->function(a->r->c->ctx, fn, a->r->domain);
    if (!s || s->case_count != 1 || a->depth >= MAX_CALLBACK_DEPTH) {
        return;
    }
    struct application inner = *a;
    const struct expr *x = expr_get(a->r->c->exprs, fn);
    inner.arg_count = 1;
    inner.args[0] = x->kind == EX_FN && x->a.v ? x->a : arg;
    inner.depth++;
    inner.inferred = true;
    inner.before = NULL;
    inner.tries = false;
    inner.result = expr_numbered(a->r->c->exprs, EX_UNKNOWN, a->call.v);
    apply_acts_of_function(&inner, w, fn, false);
    apply_case(&inner, w, &s->cases[0]);
}

// Other threads run while this one waits: what was known of shared memory no longer holds.
static void others_ran(struct run *r, struct world *w) {
    w->handshake = true;
    for (uint16_t i = 0; i < w->known_count;) {
        expr_id v = w->known[i].val;
        const struct expr *x = expr_get(r->c->exprs, v);
        bool shared = expr_has_kind(r->c->exprs, v, EX_LOAD) &&
                      !(x->kind == EX_LOAD && run_local_root(r, x->a).v);
        if (shared) {
            world_forget_known(w, v);
        } else {
            i++;
        }
    }
    uint16_t kept = 0;
    for (uint16_t i = 0; i < w->mem_count; i++) {
        bool shared = !run_local_root(r, w->mem[i].loc).v;
        bool plain = expr_get(r->c->exprs, w->mem[i].val)->kind == EX_CONST;
        if (!shared || !plain) {
            w->mem[kept++] = w->mem[i];
        }
    }
    w->mem_count = kept;
}

// The callee takes or releases the lock and leaves it so, in some case.
static bool has_half(const struct summary *s, expr_id lock) {
    for (uint32_t i = 0; s && i < s->case_count; i++) {
        for (uint32_t k = 0; k < s->cases[i].effect_count; k++) {
            const struct effect *e = &s->cases[i].effects[k];
            if (expr_same(e->a, lock) && (e->kind == EFFECT_ACQUIRE || e->kind == EFFECT_RELEASE)) {
                return true;
            }
        }
    }
    return false;
}

// "Locked" is a state kept in memory, by which the callee goes: when that is not known here, what
// contradicts the state of the lock says only that it is another one.
static bool is_other_state(struct application *a, struct world *w, const struct effect *e,
                           expr_id place) {
    const struct lock_state *l = world_lock(w, place);
    bool contradicts = l && l->status == (e->kind == EFFECT_RELEASE ? LOCK_FREE : LOCK_HELD);
    return contradicts && a->unproved && e->kind != EFFECT_WAIT && has_half(a->summary, e->a);
}

static void apply_lock_effect(struct application *a, struct world *w, const struct effect *e,
                              uint32_t inner) {
    struct run *r = a->r;
    expr_id place = apply_instantiate(a, w, e->kind == EFFECT_WAIT ? e->b : e->a);
    if (is_other_state(a, w, e, place)) {
        lock_doubt(w, place);
        return;
    }
    switch (e->kind) {
    case EFFECT_ACQUIRE:
        lock_acquire(r, w, place, (uint8_t)e->flags, a->call, inner);
        break;
    case EFFECT_RELEASE:
        lock_release(r, w, place, a->call, inner);
        break;
    case EFFECT_LOCKS:
        lock_touch(r, w, place, (uint8_t)e->flags, a->call, inner);
        break;
    case EFFECT_LOCK_INIT:
        vec_push(r->c->arena, &r->out->inits,
                 ((struct flow_lock_init){place, apply_instantiate(a, w, e->b), a->call}));
        break;
    case EFFECT_LOCK_DESTROY:
        lock_destroy(r, w, place, a->call);
        break;
    case EFFECT_SIGNAL:
        apply_signal(a, w, e);
        break;
    default:
        lock_wait(r, w, place, a->call, inner);
        if (!a->inferred) {
            vec_push(r->c->arena, &r->out->waits,
                     ((struct flow_wait){apply_instantiate(a, w, e->a), place, a->call,
                                         (uint8_t)e->flags}));
        }
        break;
    }
}

static void apply_channel_effect(struct application *a, struct world *w, const struct effect *e,
                                 uint32_t inner) {
    expr_id value = apply_instantiate(a, w, e->a);
    switch ((int)e->kind) {
    case EFFECT_OPEN:
        descriptor_open(a->r, w, value, a->call);
        break;
    case EFFECT_CLOSE:
        descriptor_close(a->r, w, value, a->call, inner);
        break;
    default:
        descriptor_use(a->r, w, value, a->call);
        break;
    }
}

// Place a handle is read from.
static expr_id read_from(struct application *a, struct world *w, expr_id value) {
    return apply_instantiate(a, w, expr_place_of_load(a->r->c->exprs, value));
}

// Arguments that go to the thread by reference to a copy, after the first one: std::thread(f, x, y,
// z).
static void give_arguments(struct application *a, struct world *w, const struct effect *e,
                           expr_id entry) {
    const struct expr_table *t = a->r->c->exprs;
    const struct expr *first = expr_get(t, expr_place_of_load(t, e->b));
    const struct expr param =
        *expr_get(t, first->kind == EX_DEREF ? first->a : (expr_id){0}); // the table moves
    for (int64_t i = param.num + 1;
         param.kind == EX_PARAM && i < (int64_t)a->arg_count && i < param.num + 9; i++) {
        expr_id place = expr_deref(a->r->c->exprs, a->args[i]);
        thread_give(a->r, w, entry, a->call, (uint32_t)(i - param.num),
                    world_read(&a->r->space, w, place));
    }
}

static void apply_thread_effect(struct application *a, struct world *w, const struct effect *e,
                                uint32_t inner) {
    struct run *r = a->r;
    struct effect x = *e;
    x.a = apply_instantiate(a, w, e->a);
    x.b = apply_instantiate(a, w, e->b);
    x.c = apply_instantiate(a, w, e->c);
    x.d = apply_instantiate(a, w, e->d);
    switch (e->kind) {
    case EFFECT_SPAWN:
        give_arguments(a, w, e, x.a);
        thread_spawn(r, w, &x, a->call);
        break;
    case EFFECT_JOIN:
        thread_join(r, w, x.a, read_from(a, w, e->a), a->call, inner);
        break;
    case EFFECT_DETACH:
        thread_detach(r, w, x.a, read_from(a, w, e->a), a->call, inner);
        break;
    case EFFECT_JOIN_OWNER:
        thread_owner_ends(r, w, x.a, (int)expr_get(r->c->exprs, x.b)->num, a->call);
        break;
    case EFFECT_FREE:
        thread_freed(r, w, x.a, (expr_id){0}, a->call);
        break;
    case EFFECT_LOCK_DESTROY:
        thread_freed(r, w, (expr_id){0}, x.a, a->call);
        break;
    default:
        break;
    }
}

static bool excludes_zero(const struct world_space *s, const struct world *w, expr_id val) {
    struct range r = world_range(s, w, val);
    for (uint8_t i = 0; i < r.ne_count; i++) {
        if (r.ne[i] == 0) {
            return true;
        }
    }
    return r.lo > 0 || r.hi < 0;
}

// Whether this thread holds any lock of this world is not known from here on.
static void doubt_locks(struct world *w) {
    for (uint16_t i = 0; i < w->lock_count; i++) {
        w->locks[i].status = LOCK_MAYBE;
    }
}

// What the callee does to PLACE on some of its paths only: nothing is claimed of it.
static void apply_maybe(struct application *a, struct world *w, const struct effect *e,
                        expr_id place) {
    struct run *r = a->r;
    if (e->kind == EFFECT_SET || e->kind == EFFECT_RETURN) {
        if (e->kind == EFFECT_SET && expr_is_location(r->c->exprs, place)) {
            int64_t num = (int64_t)a->call.v << 16 | (int64_t)(place.v & 0xffff) | 1LL << 43;
            world_put(&r->space, w, place, run_fresh(r, w, EX_UNKNOWN, num));
        }
        return;
    }
    if (r->domain != FLOW_LOCKS) {
        struct object_state *o = world_object(w, place);
        if (o) {
            o->status = OBJECT_UNKNOWN;
        }
        return;
    }
    if (run_is_class(r, place)) {
        lock_doubt_class(r, w, place);
        return;
    }
    struct lock_state *l = world_lock(w, place);
    if (!l && expr_is_location(r->c->exprs, place)) {
        l = world_lock_add(&r->space, w, place);
    }
    if (l) {
        l->status = LOCK_MAYBE;
    }
    if (e->kind == EFFECT_RELEASE) {
        lock_maybe_released(r, w, place);
    }
}

static void apply_set(struct application *a, struct world *w, expr_id loc, expr_id val) {
    struct run *r = a->r;
    if (!expr_is_location(r->c->exprs, loc)) {
        return;
    }
    thread_store(r, w, loc, val, (call_id){0});
    world_write(&r->space, w, loc, val);
    if (a->stored_count < sizeof a->stored / sizeof *a->stored) {
        a->stored[a->stored_count++] = loc;
    }
}

// Place of a lock or condition an effect is about; none when it speaks of a descriptor.
static expr_id used_place(struct application *a, const struct world *w, const struct effect *e) {
    const struct expr_table *t = a->r->c->exprs;
    expr_id place =
        e->kind == EFFECT_USE && !expr_is_location(t, e->a) ? expr_place_of_load(t, e->a) : e->a;
    bool global = e->kind == EFFECT_USE && !a->inferred && expr_get(t, place)->kind == EX_GLOBAL;
    return global ? (expr_id){0} : apply_instantiate(a, w, place);
}

// Every case of the callee does it.
static bool is_always_done(const struct summary *s, const struct effect *e) {
    for (uint32_t i = 0; i < s->case_count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < s->cases[i].effect_count && !found; k++) {
            const struct effect *x = &s->cases[i].effects[k];
            found = x->kind == e->kind && expr_same(x->a, e->a) && !(x->flags & EF_MAYBE);
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

static void apply_life_effect(struct application *a, struct world *w, const struct effect *e,
                              uint32_t inner) {
    struct run *r = a->r;
    bool maybe = (e->flags & EF_MAYBE) != 0;
    if (a->unproved && !maybe && e->kind != EFFECT_LOCK_INIT && e->kind != EFFECT_FREE &&
        !is_always_done(a->summary, e)) { // a count of owners, "was it made ready?": not known here
        if (e->kind == EFFECT_LOCK_DESTROY) {
            life_doubt(r, w, used_place(a, w, e));
        }
        return;
    }
    switch ((int)e->kind) {
    case EFFECT_LOCK_INIT:
    case EFFECT_LOCK_DESTROY:
        if (maybe) {
            life_doubt(r, w, used_place(a, w, e));
        } else if (e->kind == EFFECT_LOCK_INIT) {
            life_init(r, w, used_place(a, w, e), a->call, inner);
        } else {
            life_destroy(r, w, used_place(a, w, e), a->call, inner);
        }
        break;
    case EFFECT_WAIT:
        life_use(r, w, apply_instantiate(a, w, e->b), a->call, inner);
        life_use(r, w, used_place(a, w, e), a->call, inner);
        break;
    case EFFECT_ACQUIRE:
    case EFFECT_LOCKS:
    case EFFECT_SIGNAL:
    case EFFECT_USE:
        if (!maybe) {
            life_use(r, w, used_place(a, w, e), a->call, inner);
        }
        break;
    case EFFECT_FREE:
        life_memory(r, w, apply_instantiate(a, w, e->a), true);
        break;
    default:
        break;
    }
}

static bool is_life_effect(const struct effect *e) {
    switch ((int)e->kind) {
    case EFFECT_SET:
    case EFFECT_RETURN:
    case EFFECT_CALLBACK:
    case EFFECT_SLEEP:
    case EFFECT_BLOCK:
        return false;
    default:
        return true;
    }
}

// What the domain follows; the rest is nothing to it.
static void apply_domain_effect(struct application *a, struct world *w, const struct effect *e,
                                uint32_t inner) {
    enum flow_domain domain = a->r->domain;
    switch (e->kind) {
    case EFFECT_OPEN:
    case EFFECT_CLOSE:
    case EFFECT_USE:
        if (domain == FLOW_CHANNELS) {
            apply_channel_effect(a, w, e, inner);
        }
        break;
    case EFFECT_WAIT:
    case EFFECT_ACQUIRE:
    case EFFECT_RELEASE:
    case EFFECT_LOCKS:
    case EFFECT_SIGNAL:
    case EFFECT_LOCK_INIT:
        if (domain == FLOW_LOCKS) {
            apply_lock_effect(a, w, e, inner);
        }
        break;
    case EFFECT_LOCK_DESTROY:
        if (domain == FLOW_LOCKS) {
            apply_lock_effect(a, w, e, inner);
        } else if (domain == FLOW_THREADS) {
            apply_thread_effect(a, w, e, inner);
        }
        break;
    default:
        if (domain == FLOW_THREADS) {
            apply_thread_effect(a, w, e, inner);
        }
        break;
    }
}

static void apply_effect(struct application *a, struct world *w, const struct effect *e) {
    struct run *r = a->r;
    uint32_t inner = a->inferred ? e->site : 0;
    if (r->domain == FLOW_LIFE && is_life_effect(e)) {
        apply_life_effect(a, w, e, inner);
        return;
    }
    if (e->flags & EF_MAYBE && e->kind == EFFECT_LOCK_INIT) {
        return; // tried: whether it can be locked is nothing to this domain
    }
    if (!inner) {
        apply_act(a, w, e);
    }
    if (e->flags & EF_MAYBE) {
        apply_maybe(a, w, e, apply_instantiate(a, w, e->a));
        return;
    }
    switch (e->kind) {
    case EFFECT_SET:
        apply_set(a, w, apply_instantiate(a, w, e->a), apply_instantiate(a, w, e->b));
        break;
    case EFFECT_RETURN:
        if (excludes_zero(&r->space, w, a->result)) {
            (void)world_assume(&r->space, w, apply_instantiate(a, w, e->a), OPR_NE, 0);
        }
        a->result = apply_instantiate(a, w, e->a);
        world_put(&r->space, w, run_result_loc(r, a->call), a->result);
        break;
    case EFFECT_CALLBACK:
        apply_callback(a, w, apply_instantiate(a, w, e->a), apply_instantiate(a, w, e->b));
        break;
    case EFFECT_ESCAPE:
        object_escape(r, w, apply_instantiate(a, w, e->a));
        break;
    case EFFECT_SLEEP:
    case EFFECT_BLOCK:
        others_ran(r, w);
        break;
    case EFFECT_WAIT:
        others_ran(r, w);
        apply_domain_effect(a, w, e, inner);
        break;
    default:
        apply_domain_effect(a, w, e, inner);
        break;
    }
}

static void apply_case(struct application *a, struct world *w, const struct summary_case *c) {
    for (uint32_t i = 0; i < c->effect_count; i++) {
        apply_effect(a, w, &c->effects[i]);
    }
}

// Conditions of a case in this world; false when it cannot apply.
static bool assume_case(struct application *a, struct world *w, const struct summary_case *c) {
    for (uint32_t i = 0; i < c->when_count; i++) {
        const struct constraint *k = &c->when[i];
        expr_id e = apply_instantiate(a, w, k->e);
        if (!world_assume(&a->r->space, w, e, k->cmp, k->num)) {
            return false;
        }
        if (k->cmp == OPR_EQ && expr_get(a->r->c->exprs, k->e)->kind == EX_RET) {
            a->result = expr_const(a->r->c->exprs, k->num);
            world_put(&a->r->space, w, run_result_loc(a->r, a->call), a->result);
        }
    }
    return true;
}

// Some condition of the case is about memory that may or may not be so here.
static bool is_unproved(struct application *a, struct world *w, const struct summary_case *c) {
    for (uint32_t i = 0; a->inferred && i < c->when_count; i++) {
        const struct constraint *k = &c->when[i];
        if (expr_has_kind(a->r->c->exprs, k->e, EX_LOAD) &&
            world_can_be(&a->r->space, w, apply_instantiate(a, w, k->e), ir_negated(k->cmp),
                         k->num)) {
            return true;
        }
    }
    return false;
}

static bool has_domain_effect(const struct summary *s, enum flow_domain domain) {
    for (uint32_t i = 0; i < s->case_count; i++) {
        for (uint32_t k = 0; k < s->cases[i].effect_count; k++) {
            if (flow_effect_in_domain((enum effect_kind)s->cases[i].effects[k].kind, domain)) {
                return true;
            }
        }
    }
    return false;
}

static bool is_used(const struct run *r, call_id call) {
    uint32_t x = 0;
    return map_get(&r->used, call.v, &x);
}

// Someone else looks at the result of this try and may act on it: whether the lock is held cannot
// be followed.
static bool is_judged_elsewhere(const struct run *r, call_id call) {
    uint32_t x = 0;
    return map_get(&r->used, call.v, &x) && x == 2;
}

static const struct effect *acquisition(const struct summary_case *c) {
    for (uint32_t i = 0; i < c->effect_count; i++) {
        if (c->effects[i].kind == EFFECT_ACQUIRE) {
            return &c->effects[i];
        }
    }
    return NULL;
}

// A try to take what this thread holds does not succeed.
static bool is_hopeless_try(struct application *a, struct world *w, const struct summary *s,
                            const struct summary_case *c) {
    const struct effect *e = acquisition(c);
    return e && !a->inferred && s->case_count > 1 && !c->usually && a->r->domain == FLOW_LOCKS &&
           lock_is_held(a->r, w, apply_instantiate(a, w, e->a), (uint8_t)e->flags);
}

// A try whose acquiring case is not the one taken leaves the lock known to be free.
static void note_failed_try(struct application *a, struct world *w, const struct summary *s,
                            const struct summary_case *taken) {
    if (acquisition(taken)) {
        return;
    }
    for (uint32_t i = 0; i < s->case_count; i++) {
        const struct effect *e = acquisition(&s->cases[i]);
        if (e) {
            lock_try_failed(a->r, w, apply_instantiate(a, w, e->a), a->call, s->cases[0].usually);
            return;
        }
    }
}

static void doubt_try(struct application *a, struct world *w, const struct summary *s) {
    for (uint32_t i = 0; i < s->case_count; i++) {
        const struct effect *e = acquisition(&s->cases[i]);
        if (e) {
            lock_doubt(w, apply_instantiate(a, w, e->a));
        }
    }
}

// The cases do not differ in what concerns the domain: what is done is what the first that can
// apply does.
static void note_model_acts(struct application *a, const struct world *w, const struct summary *s) {
    for (uint32_t i = 0; i < s->case_count && (s->flags & SUMMARY_MODEL); i++) {
        struct world n = world_copy(&a->r->space, w);
        const struct summary_case *c = &s->cases[i];
        if (!assume_case(a, &n, c)) {
            continue;
        }
        for (uint32_t k = 0; k < c->effect_count; k++) {
            apply_act(a, &n, &c->effects[k]);
        }
        return;
    }
}

static void apply_summary(struct application *a, const struct world *w, const struct summary *s,
                          world_vec *out) {
    struct run *r = a->r;
    bool used = is_used(r, a->call);
    bool fork = has_domain_effect(s, r->domain);
    a->tries = !a->inferred && s->case_count > 1 && !s->cases[0].usually;
    expr_id symbol = a->result;
    a->summary = s;
    uint32_t taken = 0;
    for (uint32_t i = 0; i < s->case_count; i++) {
        const struct summary_case *c = &s->cases[i];
        bool only_usual = s->cases[0].usually &&
                          (!used || (acquisition(&s->cases[0]) && lock_failed_improbably(w)));
        if (only_usual && !c->usually) {
            continue;
        }
        struct world n = world_copy(&r->space, w);
        a->result = symbol;
        a->unproved = is_unproved(a, &n, c);
        bool unforked = !fork && s->case_count > 1;
        if (!unforked && (is_hopeless_try(a, &n, s, c) || !assume_case(a, &n, c))) {
            continue;
        }
        if (s->case_count > 1 && fork && used) {
            run_trace(r, &n, FLOW_STEP_CALL_RESULT, c->effect_count != 0, run_call_loc(r, a->call),
                      symbol);
        }
        if (unforked && r->domain == FLOW_THREADS && !a->inferred && acquisition(c)) {
            thread_touches(r, &n, apply_instantiate(a, &n, acquisition(c)->a), a->call);
        }
        if (unforked) {
            note_model_acts(a, &n, s);
            taken = 1;
            vec_push(r->space.arena, out, n);
            break;
        }
        apply_case(a, &n, c);
        if (r->domain == FLOW_LOCKS && !a->inferred && s->case_count > 1) {
            note_failed_try(a, &n, s, c);
            if (is_judged_elsewhere(r, a->call)) {
                doubt_try(a, &n, s);
            }
        }
        taken++;
        vec_push(r->space.arena, out, n);
    }
    if (!taken && s->case_count == 0) {
        vec_push(r->space.arena, out, *w);
    }
}

static bool is_modelled_end(const struct summary *s) {
    bool ends = (s->flags & SUMMARY_MODEL) && s->case_count == 1;
    for (uint32_t k = 0; ends && k < s->cases[0].effect_count; k++) {
        if (s->cases[0].effects[k].kind == EFFECT_NORETURN) {
            return true;
        }
    }
    return false;
}

// A C function of a library that is modelled may still fill what its arguments point to.
static bool fills_arguments(const struct summary *s) {
    if (!(s->flags & SUMMARY_MODEL) || str_find(s->name, STR("::"), 0) != SIZE_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < s->case_count; i++) {
        for (uint32_t k = 0; k < s->cases[i].effect_count; k++) {
            if (s->cases[i].effects[k].kind == EFFECT_SPAWN) {
                return false; // the handle is all it fills, and that is modelled
            }
        }
    }
    return true;
}

// One symbol for all calls with these arguments: `if (on()) lock(); ... if (on()) unlock();` agrees
// with itself.
static expr_id pure_result(struct application *a) {
    expr_id e = expr_numbered(a->r->c->exprs, EX_RESULT, (int64_t)a->ir->callee.v | 1LL << 40);
    for (uint32_t i = 0; i < a->arg_count; i++) {
        e = expr_binary(a->r->c->exprs, OPR_NONE, e, a->args[i]);
    }
    return e;
}

// Records a call under locks, for the queries that go up to callers.
static void note_held_at(struct run *r, const struct world *w, call_id call, expr_id target) {
    VEC(struct lock_state) held = {0};
    for (uint16_t i = 0; i < w->lock_count; i++) {
        if (w->locks[i].status == LOCK_HELD) {
            vec_push(r->c->arena, &held, w->locks[i]);
        }
    }
    if (held.len) {
        struct flow_call fc = {call, target, held.data, held.len};
        vec_push(r->c->arena, &r->out->calls, fc);
    }
}

void run_call(struct run *r, const struct world *w, call_id call, world_vec *out) {
    struct application a = {.r = r, .call = call, .ir = &r->f->calls.data[call.v]};
    struct world n = world_copy(&r->space, w);
    struct world before = {0};
    a.arg_count = a.ir->arg_count < FLOW_MAX_ARGS ? a.ir->arg_count : FLOW_MAX_ARGS;
    for (uint32_t i = 0; i < a.arg_count; i++) {
        a.args[i] = run_value(r, &n, r->f->args.data[a.ir->first_arg.v + i]);
    }
    expr_id target = a.ir->kind == CALL_INDIRECT ? run_value(r, &n, a.ir->target) : (expr_id){0};
    const struct summary *s = r->c->callee(r->c->ctx, r->f, call, target, r->domain);
    a.inferred = s && !(s->flags & SUMMARY_MODEL);
    world_forget(&r->space, &n, run_result_loc(r, call));
    if (r->c->is_pure(r->c->ctx, r->f, call, target)) {
        a.result = pure_result(&a);
    } else {
        a.result = run_fresh(r, &n, EX_RESULT, call.v);
        world_forget_known(&n, a.result);
    }
    world_put(&r->space, &n, run_result_loc(r, call), a.result);
    if (r->domain == FLOW_LOCKS && !(s && (s->flags & SUMMARY_MODEL))) {
        note_held_at(r, &n, call, target);
    }
    if (!s || a.inferred) {
        apply_acts_of_callee(&a, &n, target);
    }
    if (!s || a.inferred) {
        before = world_copy(&r->space, &n);
        a.before = s ? &before : NULL;
        apply_escape_arguments(&a, &n, target);
        apply_forget_written(&a, &n, target, s);
    }
    if (!s && !r->c->has_body(r->c->ctx, r->f, call, target)) {
        apply_doubt_closed(&a, &n);
    }
    if (r->domain == FLOW_LIFE && (s ? fills_arguments(s) && !has_domain_effect(s, FLOW_LIFE)
                                     : !r->c->has_body(r->c->ctx, r->f, call, target))) {
        for (uint32_t i = 0; i < a.arg_count; i++) {
            life_memory(r, &n, a.args[i], false);
        }
    }
    bool ends = (s && (s->flags & SUMMARY_NORETURN || is_modelled_end(s))) ||
                r->c->ends(r->c->ctx, r->f, call);
    bool told = a.ir->callee.v && (r->f->syms.data[a.ir->callee.v].flags & SYM_NORETURN);
    if (ends && !told) {
        return; // nothing comes after it; calls the facts know to end have their own terminator
    }
    bool callee_known = r->c->has_body(r->c->ctx, r->f, call, target);
    uint32_t first = out->len;
    if (!s || (s->flags & SUMMARY_UNKNOWN)) {
        if (s) { // the analysis of the callee gave up: it may release what is held here
            doubt_locks(&n);
        }
        vec_push(r->space.arena, out, n);
    } else {
        apply_summary(&a, &n, s, out);
    }
    for (uint32_t i = first; i < out->len && (!s || a.inferred || fills_arguments(s)); i++) {
        if (a.inferred && r->domain == FLOW_THREADS) {
            apply_hand_over_handles(&a, &out->data[i]);
        }
        apply_forget_pointed(&a, &out->data[i], target, a.inferred || callee_known);
    }
}
