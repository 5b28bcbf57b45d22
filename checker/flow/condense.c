// Exits of a run -> summary: exits with the same effects become one case, told apart by result and
// parameters.
#include "checker/flow/run.h"

enum { MAX_CASES = 6, MAX_CONDITIONS = 4, MAX_RAW_CASES = 24 };

struct exit_case {
    effect_vec effects;
    VEC(struct known_value) knows; // of EX_RET and parameters, by expression
    bool improbable;               // a lock that is nearly always taken was not
};

struct condenser {
    struct run *r;
    VEC(struct exit_case) cases;
    struct map tested; // contents at entry that some exit knows something of
};

static expr_id to_ret(void *ctx, struct expr_table *t, expr_id e) {
    const struct flow_exit *x = ctx;
    const struct expr *ret = expr_get(t, x->ret);
    if (ret->kind == EX_LOAD && expr_get(t, ret->a)->kind == EX_LOCAL && expr_same(e, ret->a)) {
        return expr_deref(t, expr_ret(t)); // a returned object
    }
    return expr_same(e, x->ret) && ret->kind != EX_CONST ? expr_ret(t) : (expr_id){0};
}

// An expression callers understand; none when it speaks of locals or values only this function
// knows.
static expr_id exported(struct condenser *c, const struct flow_exit *x, expr_id e) {
    struct expr_table *t = c->r->c->exprs;
    if (!e.v) {
        return e;
    }
    struct flow_exit copy = *x;
    if (x->ret.v) {
        uint8_t kind = expr_get(t, x->ret)->kind;
        if (kind == EX_RESULT || kind == EX_FRESH || kind == EX_LOAD || kind == EX_MERGE) {
            e = expr_rewrite(t, e, EXPR_KIND(kind) | EXPR_KIND(EX_LOCAL), to_ret, &copy);
        }
    }
    return expr_has_kinds(t, e, EXPR_INNER) ? (expr_id){0} : e;
}

// A function that threads begin with. A closure lies in a local: callers know the function by its
// name, and not what it captured.
static expr_id exported_entry(struct condenser *c, const struct flow_exit *x, expr_id entry) {
    expr_id e = exported(c, x, entry);
    const struct expr *fn = expr_get(c->r->c->exprs, entry);
    return e.v || fn->kind != EX_FN ? e : expr_without_closure(c->r->c->exprs, entry);
}

static void add_effect(struct condenser *c, struct exit_case *k, struct effect e) {
    vec_push(c->r->c->arena, &k->effects, e);
}

static void lock_effects(struct condenser *c, const struct flow_exit *x, struct exit_case *k) {
    for (uint32_t i = 0; i < x->lock_count; i++) {
        const struct lock_state *l = &x->locks[i];
        struct effect e = {.a = exported(c, x, l->lock), .flags = l->flags, .site = l->site};
        k->improbable |= l->improbable;
        if (!e.a.v || (l->required && l->status == LOCK_HELD)) {
            continue; // as the caller left it
        }
        if (l->status == LOCK_MAYBE) {
            e.kind = EFFECT_ACQUIRE;
            e.flags |= EF_MAYBE;
            add_effect(c, k, e);
            continue;
        }
        if (l->entry == ENTRY_HELD) {
            e.kind = EFFECT_RELEASE;
            add_effect(c, k, e);
        }
        if (l->status == LOCK_HELD) {
            e.kind = EFFECT_ACQUIRE;
            add_effect(c, k, e);
        } else if (l->entry == ENTRY_FREE) {
            e.kind = EFFECT_LOCKS;
            add_effect(c, k, e);
        }
    }
}

// A thread or descriptor that began here and lives on.
static void made_object_effects(struct condenser *c, const struct flow_exit *x, struct exit_case *k,
                                const struct object_state *o) {
    if (o->kind == OBJECT_THREAD && o->status == OBJECT_LIVE && o->home.v) {
        struct effect e = {.kind = EFFECT_SPAWN,
                           .a = exported_entry(c, x, o->entry),
                           .b = exported(c, x, o->arg),
                           .c = exported(c, x, o->home),
                           .site = o->site};
        if (e.c.v && e.a.v) {
            add_effect(c, k, e);
        }
    } else if (o->kind == OBJECT_DESCRIPTOR && o->status == OBJECT_LIVE && x->ret.v &&
               expr_same(x->ret, o->value)) {
        add_effect(
            c, k,
            (struct effect){.kind = EFFECT_OPEN, .a = expr_ret(c->r->c->exprs), .site = o->site});
    }
}

static void object_effects(struct condenser *c, const struct flow_exit *x, struct exit_case *k) {
    for (uint32_t i = 0; i < x->object_count; i++) {
        const struct object_state *o = &x->objects[i];
        struct effect e = {.site = o->end_site};
        bool made_here = expr_get(c->r->c->exprs, o->value)->kind == EX_FRESH ||
                         (o->kind == OBJECT_DESCRIPTOR && o->site);
        if (made_here) {
            made_object_effects(c, x, k, o);
            continue;
        }
        e.a = exported(c, x, o->value);
        if (!e.a.v || o->status == OBJECT_LIVE) {
            continue;
        }
        e.flags = o->status == OBJECT_UNKNOWN ? EF_MAYBE : 0;
        e.kind = o->kind == OBJECT_DESCRIPTOR   ? EFFECT_CLOSE
                 : o->status == OBJECT_DETACHED ? EFFECT_DETACH
                                                : EFFECT_JOIN;
        add_effect(c, k, e);
    }
}

// Used as it came, initialised, destroyed: in this order.
static void life_effects(struct condenser *c, const struct flow_exit *x, struct exit_case *k) {
    for (uint32_t i = 0; i < x->object_count; i++) {
        const struct object_state *o = &x->objects[i];
        expr_id place = exported(c, x, o->value);
        if (!place.v) {
            continue;
        }
        if (o->escaped && o->status != OBJECT_UNKNOWN) {
            add_effect(c, k,
                       (struct effect){.kind = EFFECT_USE,
                                       .a = place,
                                       .site = o->site ? o->site : o->end_site});
        }
        if (o->status == OBJECT_UNKNOWN) {
            add_effect(c, k,
                       (struct effect){.kind = EFFECT_LOCK_INIT, .a = place, .flags = EF_MAYBE});
        } else if (o->status == OBJECT_LIVE && o->site) {
            add_effect(c, k,
                       (struct effect){.kind = EFFECT_LOCK_INIT, .a = place, .site = o->site});
        } else if (o->status == OBJECT_DONE) {
            add_effect(
                c, k,
                (struct effect){.kind = EFFECT_LOCK_DESTROY, .a = place, .site = o->end_site});
        }
    }
}

enum { MAX_STORES = 12 };

// A pointer kept in an object of the caller's: `this->mu_ = mu` of a guard class.
static bool is_kept_pointer(const struct condenser *c, expr_id place, expr_id val) {
    const struct expr_table *t = c->r->c->exprs;
    uint8_t kind = expr_get(t, val)->kind;
    const struct expr *root = expr_get(t, expr_root(t, place));
    bool constructor = (c->r->f->syms.data[c->r->ir->sym.v].flags & SYM_CTOR) != 0;
    bool is_pointer = kind == EX_PARAM || kind == EX_ADDR;
    return expr_get(t, place)->kind == EX_FIELD && root->kind == EX_PARAM &&
           (is_pointer || (constructor && kind == EX_CONST));
}

// A state the function looks at and changes: `if (!it->locked) { lock(); it->locked = true; }`. The
// next call depends on it.
static bool is_state(const struct condenser *c, expr_id place, expr_id stored_at, expr_id val) {
    struct expr_table *t = c->r->c->exprs;
    uint32_t tested = 0;
    uint8_t root = expr_get(t, expr_root(t, place))->kind;
    return expr_get(t, val)->kind == EX_CONST && (root == EX_PARAM || root == EX_GLOBAL) &&
           map_get(&c->tested, expr_load(t, stored_at).v, &tested);
}

// Ghost fields, and pointers and handles stored where the caller sees them.
static void memory_effects(struct condenser *c, const struct flow_exit *x, struct exit_case *k) {
    const struct expr_table *t = c->r->c->exprs;
    uint32_t stores = 0;
    for (uint32_t i = 0; i < x->mem_count; i++) {
        const struct expr *loc = expr_get(t, x->mem[i].loc);
        bool ghost = loc->kind == EX_FIELD && intern_text(&t->names, loc->name).ptr[0] == '$';
        expr_id place = exported(c, x, x->mem[i].loc);
        expr_id val = exported(c, x, x->mem[i].val);
        if (place.v && val.v && stores < MAX_STORES &&
            (ghost || is_kept_pointer(c, place, val) || is_state(c, place, x->mem[i].loc, val))) {
            stores++;
            add_effect(c, k, (struct effect){.kind = EFFECT_SET, .a = place, .b = val});
        }
    }
}

// A result that callers know by another name: a parameter, something reached from it.
static void return_effect(struct condenser *c, const struct flow_exit *x, struct exit_case *k) {
    const struct expr_table *t = c->r->c->exprs;
    if (!x->ret.v || expr_get(t, x->ret)->kind == EX_CONST) {
        return;
    }
    struct flow_exit plain = *x;
    plain.ret = (expr_id){0};
    expr_id e = exported(c, &plain, x->ret);
    if (e.v && (expr_has_kind(t, e, EX_PARAM) || expr_has_kind(t, e, EX_GLOBAL)) &&
        expr_get(t, e)->kind != EX_BINARY && expr_get(t, e)->kind != EX_UNARY) {
        add_effect(c, k, (struct effect){.kind = EFFECT_RETURN, .a = e});
    }
}

static void learn(struct condenser *c, struct exit_case *k, expr_id e, struct range r) {
    vec_push(c->r->c->arena, &k->knows, ((struct known_value){e, r}));
}

static void knowledge(struct condenser *c, const struct flow_exit *x, struct exit_case *k) {
    struct expr_table *t = c->r->c->exprs;
    struct world w = {0};
    w.known_count = (uint16_t)x->known_count;
    w.known_bits = UINT64_MAX;
    struct known_value *copy = ARENA_ARRAY(c->r->c->arena, struct known_value, x->known_count + 1);
    for (uint32_t i = 0; i < x->known_count; i++) {
        copy[i] = x->known[i];
    }
    w.known = copy;
    if (x->ret.v) {
        learn(c, k, expr_ret(t), world_range(&c->r->space, &w, x->ret));
    }
    for (uint32_t i = 0; i < x->known_count; i++) {
        expr_id e = exported(c, x, x->known[i].val);
        if (e.v && !expr_has_kind(t, e, EX_RET) &&
            (expr_has_kind(t, e, EX_PARAM) || expr_has_kind(t, e, EX_GLOBAL))) {
            learn(c, k, e, x->known[i].range);
        }
    }
}

static bool same_effect(const struct effect *a, const struct effect *b) {
    return a->kind == b->kind && a->flags == b->flags && a->a.v == b->a.v && a->b.v == b->b.v &&
           a->c.v == b->c.v && a->d.v == b->d.v;
}

static bool same_effects(const struct exit_case *a, const struct exit_case *b) {
    if (a->effects.len != b->effects.len) {
        return false;
    }
    for (uint32_t i = 0; i < a->effects.len; i++) {
        if (!same_effect(&a->effects.data[i], &b->effects.data[i])) {
            return false;
        }
    }
    return true;
}

// Keeps only what both know, widened to cover both.
static void join_knowledge(struct exit_case *a, const struct exit_case *b) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < a->knows.len; i++) {
        for (uint32_t j = 0; j < b->knows.len; j++) {
            if (expr_same(a->knows.data[i].val, b->knows.data[j].val)) {
                struct range r = range_join(a->knows.data[i].range, b->knows.data[j].range);
                a->knows.data[kept++] = (struct known_value){a->knows.data[i].val, r};
                break;
            }
        }
    }
    a->knows.len = kept;
}

static bool distinguishable(const struct exit_case *a, const struct exit_case *b) {
    for (uint32_t i = 0; i < a->knows.len; i++) {
        for (uint32_t j = 0; j < b->knows.len; j++) {
            if (expr_same(a->knows.data[i].val, b->knows.data[j].val) &&
                range_disjoint(a->knows.data[i].range, b->knows.data[j].range)) {
                return true;
            }
        }
    }
    return false;
}

static bool has_effect(const struct exit_case *k, const struct effect *e) {
    for (uint32_t i = 0; i < k->effects.len; i++) {
        if (same_effect(&k->effects.data[i], e)) {
            return true;
        }
    }
    return false;
}

// Cases callers cannot tell apart: what only one of them does is marked as not certain.
static void blend(struct condenser *c, struct exit_case *a, const struct exit_case *b) {
    for (uint32_t i = 0; i < a->effects.len; i++) {
        if (!has_effect(b, &a->effects.data[i])) {
            a->effects.data[i].flags |= EF_MAYBE;
        }
    }
    for (uint32_t i = 0; i < b->effects.len; i++) {
        struct effect e = b->effects.data[i];
        if (!has_effect(a, &e)) {
            e.flags |= EF_MAYBE;
            if (!has_effect(a, &e)) {
                add_effect(c, a, e);
            }
        }
    }
    join_knowledge(a, b);
}

static void add_exit(struct condenser *c, const struct flow_exit *x) {
    struct exit_case k = {0};
    if (c->r->domain == FLOW_LOCKS) {
        lock_effects(c, x, &k);
    } else if (c->r->domain == FLOW_LIFE) {
        life_effects(c, x, &k);
    } else {
        object_effects(c, x, &k);
    }
    memory_effects(c, x, &k);
    return_effect(c, x, &k);
    knowledge(c, x, &k);
    for (uint32_t i = 0; i < c->cases.len && c->cases.len >= MAX_RAW_CASES; i++) {
        if (c->cases.data[i].improbable == k.improbable && same_effects(&c->cases.data[i], &k)) {
            join_knowledge(&c->cases.data[i], &k);
            return;
        }
    }
    vec_push(c->r->c->arena, &c->cases, k);
}

// Joined, A and B are still told from every other case that each of them is told from.
static bool joins_harmlessly(struct condenser *c, uint32_t a, uint32_t b) {
    struct exit_case joined = {0};
    for (uint32_t i = 0; i < c->cases.data[a].knows.len; i++) {
        vec_push(c->r->space.arena, &joined.knows, c->cases.data[a].knows.data[i]);
    }
    join_knowledge(&joined, &c->cases.data[b]);
    for (uint32_t i = 0; i < c->cases.len; i++) {
        const struct exit_case *k = &c->cases.data[i];
        if (!same_effects(k, &c->cases.data[a]) && !distinguishable(&joined, k) &&
            distinguishable(&c->cases.data[a], k) && distinguishable(&c->cases.data[b], k)) {
            return false;
        }
    }
    return true;
}

static void remove_case(struct condenser *c, uint32_t index) {
    c->cases.data[index] = vec_last(&c->cases);
    c->cases.len--;
}

// Exits that do the same become one case, unless that hides from callers which other case they are
// in.
static void join_cases(struct condenser *c, bool always) {
    for (uint32_t i = 0; i < c->cases.len; i++) {
        for (uint32_t j = i + 1; j < c->cases.len;) {
            if (same_effects(&c->cases.data[i], &c->cases.data[j]) &&
                (always || joins_harmlessly(c, i, j))) {
                join_knowledge(&c->cases.data[i], &c->cases.data[j]);
                remove_case(c, j);
                j = i + 1;
            } else {
                j++;
            }
        }
    }
}

// Of cases callers cannot tell apart, the ones in which a lock was not taken that nearly always is
// say nothing: `if (pthread_mutex_lock(&q->mu)) log("...");` locks.
static void drop_improbable(struct condenser *c) {
    for (uint32_t i = 0; i < c->cases.len;) {
        bool hidden = false;
        for (uint32_t j = 0; c->cases.data[i].improbable && j < c->cases.len && !hidden; j++) {
            hidden = !c->cases.data[j].improbable &&
                     !distinguishable(&c->cases.data[i], &c->cases.data[j]);
        }
        if (hidden) {
            remove_case(c, i);
        } else {
            i++;
        }
    }
}

// Callers that do not look at the result of `bool lock()` count on the lock. True when there are
// cases that are improbable, and others.
static bool put_probable_first(struct condenser *c) {
    bool improbable = false;
    for (uint32_t i = 0; i < c->cases.len; i++) {
        struct exit_case k = c->cases.data[i];
        improbable |= k.improbable;
        if (!k.improbable && c->cases.data[0].improbable) {
            c->cases.data[i] = c->cases.data[0];
            c->cases.data[0] = k;
        }
    }
    return improbable && !c->cases.data[0].improbable;
}

static void blend_cases(struct condenser *c) {
    for (uint32_t i = 0; i < c->cases.len; i++) {
        for (uint32_t j = i + 1; j < c->cases.len;) {
            bool same = same_effects(&c->cases.data[i], &c->cases.data[j]);
            if (c->cases.len > MAX_CASES ||
                (!same && !distinguishable(&c->cases.data[i], &c->cases.data[j]))) {
                blend(c, &c->cases.data[i], &c->cases.data[j]);
                remove_case(c, j);
                j = i + 1;
            } else {
                j++;
            }
        }
    }
}

typedef VEC(struct constraint) constraint_vec;

static void add_bounds(struct condenser *c, const struct known_value *v, constraint_vec *out) {
    const struct range *r = &v->range;
    if (r->lo == r->hi) {
        vec_push(c->r->c->arena, out, ((struct constraint){v->val, OPR_EQ, r->lo}));
        return;
    }
    if (r->lo != INT64_MIN) {
        vec_push(c->r->c->arena, out, ((struct constraint){v->val, OPR_GE, r->lo}));
    }
    if (r->hi != INT64_MAX) {
        vec_push(c->r->c->arena, out, ((struct constraint){v->val, OPR_LE, r->hi}));
    }
    for (uint8_t i = 0; i < r->ne_count; i++) {
        vec_push(c->r->c->arena, out, ((struct constraint){v->val, OPR_NE, r->ne[i]}));
    }
}

// Conditions that matter: those that tell this case from another one.
static void conditions(struct condenser *c, uint32_t index, struct summary_case *out) {
    constraint_vec list = {0};
    const struct exit_case *k = &c->cases.data[index];
    for (uint32_t i = 0; i < k->knows.len && list.len < MAX_CONDITIONS; i++) {
        bool matters = false;
        for (uint32_t j = 0; j < c->cases.len && !matters; j++) {
            struct exit_case one = {
                .knows = {&k->knows.data[i], 1, 1}
            };
            matters = j != index && distinguishable(&one, &c->cases.data[j]);
        }
        if (matters) {
            add_bounds(c, &k->knows.data[i], &list);
        }
    }
    out->when = list.data;
    out->when_count = list.len;
}

static void head(struct run *r, struct summary *s) {
    const struct ir_fn *fn = r->ir;
    s->name = facts_sym_name(r->f, fn->sym);
    s->param_count = fn->param_count < MODEL_MAX_PARAMS ? fn->param_count : MODEL_MAX_PARAMS;
    for (uint32_t i = 0; i < s->param_count; i++) {
        s->params[i] = facts_text(r->f, r->f->vars.data[facts_fn_var(r->f, r->fn.fn, i).v].name);
    }
    if (fn->flags & (FN_PARTIAL | FN_TRUNCATED)) {
        s->flags |= SUMMARY_PARTIAL;
    }
    if (r->out->limited) {
        s->flags |= SUMMARY_UNKNOWN;
    }
}

bool flow_is_local_lock(const struct expr_table *t, expr_id lock) {
    return expr_get(t, expr_root(t, lock))->kind == EX_LOCAL && !expr_has_kind(t, lock, EX_DEREF);
}

// A field of the object that is returned.
static bool is_returned_field(const struct expr_table *t, const struct flow_exit *x, expr_id loc) {
    const struct expr *ret = expr_get(t, x->ret);
    const struct expr *place = expr_get(t, loc);
    return ret->kind == EX_LOAD && place->kind == EX_FIELD && expr_same(place->a, ret->a);
}

bool flow_is_returned_guard(struct expr_table *t, const struct flow_exit *exit, expr_id lock) {
    const struct expr *ret = expr_get(t, exit->ret);
    expr_id address = expr_addr(t, lock);
    for (uint32_t i = 0; ret->kind == EX_LOAD && i < exit->mem_count; i++) {
        if (is_returned_field(t, exit, exit->mem[i].loc) && expr_same(exit->mem[i].val, address)) {
            return true;
        }
    }
    return false;
}

static void *moved(struct arena *arena, const void *from, uint32_t count, size_t size) {
    void *to = arena_alloc(arena, size, count);
    if (count) {
        memcpy(to, from, size * count);
    }
    return to;
}

// Exits outlive the run with their property; of memory, only what is asked of guards, of values,
// what is known of parameters.
static void keep_exits(struct run *r) {
    for (uint32_t i = 0; i < r->out->exits.len; i++) {
        struct flow_exit *x = &r->out->exits.data[i];
        VEC(struct mem_cell) cells = {0};
        for (uint32_t k = 0; k < x->mem_count; k++) {
            if (is_returned_field(r->c->exprs, x, x->mem[k].loc)) {
                vec_push(r->c->arena, &cells, x->mem[k]);
            }
        }
        x->mem = cells.data;
        x->mem_count = cells.len;
        VEC(struct known_value) params = {0};
        for (uint32_t k = 0; k < x->known_count; k++) {
            if (expr_has_kind(r->c->exprs, x->known[k].val, EX_PARAM) &&
                !expr_has_kind(r->c->exprs, x->known[k].val, EX_LOAD)) {
                vec_push(r->c->arena, &params, x->known[k]);
            }
        }
        x->known = params.data;
        x->known_count = params.len;
        x->locks = moved(r->c->arena, x->locks, x->lock_count, sizeof *x->locks);
        x->objects = moved(r->c->arena, x->objects, x->object_count, sizeof *x->objects);
    }
}

static void condense(struct run *r) {
    struct summary *s = &r->out->summary;
    head(r, s);
    if (r->out->limited) {
        return;
    }
    struct condenser c = {.r = r};
    map_init(&c.tested, c.r->space.arena);
    for (uint32_t i = 0; i < r->out->exits.len; i++) {
        for (uint32_t k = 0; k < r->out->exits.data[i].known_count; k++) {
            map_put(&c.tested, r->out->exits.data[i].known[k].val.v, 1);
        }
    }
    for (uint32_t i = 0; i < r->out->exits.len; i++) {
        if (r->out->exits.data[i].kind == EXIT_RETURN) {
            add_exit(&c, &r->out->exits.data[i]);
        }
    }
    if (!c.cases.len) {
        s->flags |= SUMMARY_NORETURN;
        return;
    }
    drop_improbable(&c);
    join_cases(&c, false);
    if (c.cases.len > MAX_CASES) {
        join_cases(&c, true);
    }
    blend_cases(&c);
    join_cases(&c, false);
    bool told = put_probable_first(&c);
    struct summary_case *cases = ARENA_ARRAY(r->c->arena, struct summary_case, c.cases.len);
    for (uint32_t i = 0; i < c.cases.len; i++) {
        prune_effects(r, &c.cases.data[i].effects);
        conditions(&c, i, &cases[i]);
        cases[i].effects = c.cases.data[i].effects.data;
        cases[i].effect_count = c.cases.data[i].effects.len;
        cases[i].usually = told && !c.cases.data[i].improbable;
    }
    s->cases = cases;
    s->case_count = c.cases.len;
}

void run_condense(struct run *r) {
    condense(r);
    keep_exits(r);
}
