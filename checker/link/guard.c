// Which lock guards which field, by what most accesses do, and the accesses that do without:
// beliefs as in Engler et al., "Bugs as Deviant Behavior" (SOSP 2001); for classes that own their
// lock, as in RacerD (Blackshear et al., OOPSLA 2018), one write under the lock is evidence enough
// against a read without.
#include "checker/link/guard.h"

#include "checker/link/namer.h"

enum {
    MIN_GUARDED = 4,
    MIN_SHARE = 80,
    SURE_GUARDED = 5,
    APART_GUARDED = 8,
    FEW = 8,
    METHOD_FEW = 6
};

static const struct ir_sym *symbol(const struct program *p, node_id n) {
    struct fn_ref ref = p->nodes.data[n].ref;
    return &ref.facts->syms.data[ref.facts->fns.data[ref.fn.v].sym.v];
}

static bool holds(const struct instance *i, expr_id lock) {
    for (uint32_t k = 0; k < i->lock_count; k++) {
        if (expr_same(i->locks[k], lock)) {
            return true;
        }
    }
    return false;
}

// --- the guard ---

struct belief {
    expr_id lock;
    uint32_t guarded;
    uint32_t bare;
    const struct site *writer; // one that writes under the lock
};

static struct belief believe(const struct site *sites, uint32_t n, expr_id lock) {
    struct belief b = {.lock = lock};
    for (uint32_t i = 0; i < n; i++) {
        bool held = holds(&sites[i].instance, lock);
        b.guarded += held;
        b.bare += !held;
        if (held && sites[i].access->write && !b.writer) {
            b.writer = &sites[i];
        }
    }
    return b;
}

static struct belief best_belief(const struct site *sites, uint32_t n) {
    struct belief best = {0};
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < sites[i].instance.lock_count; k++) {
            struct belief b = believe(sites, n, sites[i].instance.locks[k]);
            if (b.writer && b.guarded > best.guarded) {
                best = b;
            }
        }
    }
    return best;
}

// Record that declares the member of `this` a place lies in; 0 for none.
static uint32_t own_record(const struct expr_table *t, expr_id place) {
    uint32_t record = 0;
    for (const struct expr *x = expr_get(t, place); x->a.v; x = expr_get(t, x->a)) {
        record = x->kind == EX_FIELD ? x->aux : record;
    }
    return record;
}

// The lock, or the field with the pointer or reference to it.
static const struct expr *lock_field(const struct program *p, expr_id lock) {
    const struct expr *l = expr_get(p->exprs, lock);
    if (l->kind == EX_DEREF && expr_get(p->exprs, l->a)->kind == EX_LOAD) {
        l = expr_get(p->exprs, expr_get(p->exprs, l->a)->a);
    }
    return l;
}

// The lock is a member of the class that the place lies in.
static bool is_own_lock(const struct program *p, expr_id place, expr_id lock) {
    const struct expr *l = lock_field(p, lock);
    return l->kind == EX_FIELD && l->aux && l->aux == own_record(p->exprs, place);
}

// A method of a class that keeps a lock for its members; one that returns with it is a lock itself.
static bool is_method_of_guarded_class(const struct fields *s, const struct site *x,
                                       const struct belief *b) {
    const struct program *p = s->p;
    const struct expr *root = expr_get(p->exprs, namer_root(p->exprs, x->access->place));
    uint32_t flags = symbol(p, x->access->node)->flags; // who calls a virtual one is not known
    return (flags & SYM_METHOD) && !(flags & SYM_VIRTUAL) &&
           (b->guarded >= b->bare || b->guarded + b->bare <= METHOD_FEW) &&
           root->kind == EX_PARAM && root->num == 0 && fields_is_outermost(p, x->access->node) &&
           !program_is_left_held(p, b->lock) && is_own_lock(p, x->access->place, b->lock) &&
           (x->api || p->runs.by_slot.len);
}

// The lock and the place are parts of one structure, or the lock is global.
static bool belong_together(const struct program *p, const struct site *x, expr_id lock) {
    const struct expr *l = lock_field(p, lock);
    bool together = l->kind == EX_GLOBAL;
    for (const struct expr *e = expr_get(p->exprs, x->access->place); !together && e->a.v;
         e = expr_get(p->exprs, e->a)) {
        together = l->kind == EX_FIELD && e->kind == EX_FIELD && l->aux && e->aux == l->aux;
    }
    return together;
}

// The function takes the lock itself, around other things.
static bool takes(const struct program *p, node_id n, expr_id lock) {
    const struct flow_result *r = p->nodes.data[n].flow[FLOW_LOCKS];
    for (uint32_t i = 0; r && i < r->acquires.len; i++) {
        if (expr_same(expr_class(p->exprs, r->acquires.data[i].lock), lock)) {
            return true;
        }
    }
    return false;
}

// The function calls one that takes it.
static bool calls_taker(const struct program *p, node_id n, expr_id lock) {
    const struct node *x = &p->nodes.data[n];
    for (uint32_t i = 0; i < x->callees.len; i++) {
        if (takes(p, x->callees.data[i], lock)) {
            return true;
        }
    }
    return false;
}

// Others call it from outside: they may have to hold the lock.
static bool is_contract(const struct program *p, const struct site *x) {
    return x->api && !(symbol(p, x->access->node)->flags & SYM_INTERNAL);
}

// The calls that lead to the access name their functions. Through a pointer it may be another one
// that is called.
static bool is_named_way(const struct program *p, const struct access *a) {
    while (a->inner) {
        const struct facts *f = p->nodes.data[a->node].ref.facts;
        const struct ir_op *op = &f->ops.data[a->op];
        if (op->kind == OP_CALL && f->calls.data[op->call.v].kind != CALL_DIRECT) {
            return false;
        }
        a = &p->accesses.data[a->inner - 1];
    }
    return true;
}

// Told at a call: certain that it gets there, and not a helper that fills what another function may
// just have made.
static bool may_be_told(const struct program *p, const struct access *a) {
    bool fills = a->inner && a->write && expr_has_kind(p->exprs, a->place, EX_RESULT);
    return is_named_way(p, a) && !fills;
}

static bool is_deviant(const struct fields *s, const struct site *x, const struct belief *b) {
    const struct program *p = s->p;
    if (x->instance.lock_count || x->instance.far ||
        op_is_doomed(p, p->nodes.data[x->access->node].ref, x->access->op) ||
        !may_be_told(p, x->access) || !fields_may_meet(p, x, b->writer)) {
        return false;
    }
    uint32_t share = b->guarded * 100 / (b->guarded + b->bare);
    bool together = belong_together(p, x, b->lock);
    bool few = b->bare <= 1 + b->guarded / FEW;
    bool most = !together           ? b->guarded >= APART_GUARDED && few
                : is_contract(p, x) ? b->guarded >= SURE_GUARDED && few
                                    : b->guarded >= MIN_GUARDED && share >= MIN_SHARE;
    bool beside = together && b->guarded >= 2 && few &&
                  (takes(p, x->access->node, b->lock) || calls_taker(p, x->access->node, b->lock));
    return most || beside || is_method_of_guarded_class(s, x, b);
}

static void tell(struct fields *s, const struct site *x, const struct belief *b, expr_id class) {
    struct program *p = s->p;
    struct fn_ref at = p->nodes.data[x->access->node].ref;
    struct program_unguarded u = {.place = x->access->place,
                                  .class = class,
                                  .lock = b->lock,
                                  .write = x->access->write,
                                  .question = !belong_together(p, x, b->lock),
                                  .guarded = b->guarded,
                                  .total = b->guarded + b->bare};
    u.at = (struct flow_site){at, at.facts->ops.data[x->access->op].loc};
    u.inner = fields_inner(p, x);
    u.guarded_at = access_site(p, b->writer->access);
    u.writer = p->nodes.data[b->writer->access->node].ref;
    for (uint32_t i = 0; i < p->unguarded.len; i++) { // once per function and lock
        const struct program_unguarded *old = &p->unguarded.data[i];
        if (old->at.at.facts == at.facts && old->at.at.fn.v == at.fn.v &&
            expr_same(old->lock, u.lock)) {
            return;
        }
    }
    vec_push(p->arena, &p->unguarded, u);
}

// Some write may happen beside another access.
static bool is_shared(const struct program *p, const struct site *sites, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; sites[i].access->write && k < n; k++) {
            if (fields_may_meet(p, &sites[i], &sites[k])) {
                return true;
            }
        }
    }
    return false;
}

static void count_shared(struct fields *s, const struct field_group *g, const struct site *sites,
                         uint32_t n, const struct belief *b) {
    struct program_shared *count = &s->p->shared;
    bool only_atomic = g->written && g->atomic && !n;
    if (only_atomic || is_shared(s->p, sites, n)) {
        count->places++;
        count->guarded += b->guarded && !b->bare;
        count->atomic += only_atomic;
    }
}

void guard_find(struct fields *fields) {
    struct program *p = fields->p;
    struct site *sites = ARENA_ARRAY(&p->scratch, struct site, FIELDS_MAX_SITES);
    for (uint32_t i = 0; i < fields->groups.len; i++) {
        const struct field_group *g = &fields->groups.data[i];
        uint32_t n = g->written ? fields_sites(fields, g, false, sites) : 0;
        struct belief b = best_belief(sites, n);
        count_shared(fields, g, sites, n, &b);
        if (n) {
            const struct program_belief told = {g->class, b.lock, b.guarded, n};
            vec_push(p->arena, &p->beliefs, told);
        }
        for (uint32_t k = 0; b.guarded && k < n; k++) {
            if (is_deviant(fields, &sites[k], &b)) {
                tell(fields, &sites[k], &b, g->class);
            }
        }
    }
}

void program_find_unguarded(struct program *p) {
    struct fields fields;
    fields_collect(&fields, p);
    guard_find(&fields);
    mixed_find(&fields);
}

bool program_is_written_under(const struct program *p, uint32_t n, expr_id place, expr_id lock,
                              struct flow_site *ret_write) {
    expr_id class = expr_class(p->exprs, place);
    expr_id guard = expr_class(p->exprs, lock);
    for (uint32_t i = 0; class.v && guard.v && i < p->accesses.len; i++) {
        const struct access *a = &p->accesses.data[i];
        bool other = a->write && !a->owned && !a->inner && a->node != n;
        for (uint16_t k = 0; other && k < a->held_count; k++) {
            if (!(a->held[k].flags & (EF_MAYBE | FACT_SOMETIMES)) &&
                expr_same(expr_class(p->exprs, a->held[k].e), guard) &&
                expr_same(expr_class(p->exprs, a->place), class)) {
                *ret_write = access_site(p, a);
                return true;
            }
        }
    }
    return false;
}

struct program_shared program_shared(const struct program *p) {
    return p->shared;
}

uint32_t program_unguarded_count(const struct program *p) {
    return p->unguarded.len;
}

const struct program_unguarded *program_unguarded(const struct program *p, uint32_t index) {
    return &p->unguarded.data[index];
}

uint32_t program_belief_count(const struct program *p) {
    return p->beliefs.len;
}

const struct program_belief *program_belief(const struct program *p, uint32_t index) {
    return &p->beliefs.data[index];
}
