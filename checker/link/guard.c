// Which lock guards which field, by what most accesses do, and the accesses that do without:
// beliefs as in Engler et al., "Bugs as Deviant Behavior" (SOSP 2001); for classes that own their
// lock, as in RacerD (Blackshear et al., OOPSLA 2018), one write under the lock is evidence enough
// against a read without.
#include "checker/link/guard.h"

#include "checker/base/hash.h"
#include "checker/link/instance.h"
#include "checker/link/maker.h"
#include "checker/link/namer.h"

enum { MAX_SITES = 200, MIN_GUARDED = 4, MIN_SHARE = 80, SURE_GUARDED = 4, SURE_SHARE = 80 };

// One op that touches the field, with what holds there in every context.
struct site {
    const struct access *access;
    const struct access *deepest; // the access itself, through callees
    struct instance instance;     // of the context that holds least
    bool twin;                    // told by another site
    bool api;                     // callers outside this program may come here at any time
};

struct group {
    expr_id class;
    VEC(uint32_t) accesses;
    bool written;
};

struct finder {
    struct program *p;
    VEC(struct group) groups;
    struct map by_class;
    bool has_main;
    bool *lifecycle; // [nodes]: makes or ends a lock, or fills an object for the first time
};

static const struct ir_sym *symbol(const struct program *p, node_id n) {
    struct fn_ref ref = p->nodes.data[n].ref;
    return &ref.facts->syms.data[ref.facts->fns.data[ref.fn.v].sym.v];
}

// Nobody in the program calls it: what its callees do for it is told here.
static bool is_outermost(const struct program *p, node_id n) {
    const struct node *x = &p->nodes.data[n];
    return !x->callers.len || x->is_entry;
}

static bool ends_or_makes(const struct summary *s) {
    for (uint32_t i = 0; s && i < s->case_count; i++) {
        for (uint32_t k = 0; k < s->cases[i].effect_count; k++) {
            uint8_t kind = s->cases[i].effects[k].kind;
            if (kind == EFFECT_LOCK_INIT || kind == EFFECT_LOCK_DESTROY) {
                return true;
            }
        }
    }
    return false;
}

// Makes or ends a lock, itself or by a wrapper: the object is not shared yet, or no longer.
static bool handles_lifecycle(const struct program *p, node_id n) {
    struct fn_ref ref = p->nodes.data[n].ref;
    const struct ir_fn *fn = &ref.facts->fns.data[ref.fn.v];
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &ref.facts->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &ref.facts->ops.data[b->first_op.v + k];
            node_id to = op->kind == OP_CALL ? program_callee(p, ref.facts, op->call) : NODE_NONE;
            const struct flow_result *r =
                to != NODE_NONE ? p->nodes.data[to].flow[FLOW_LIFE] : NULL;
            if (op->kind == OP_CALL && (ends_or_makes(program_model(p, ref.facts, op->call)) ||
                                        (r && ends_or_makes(&r->summary)))) {
                return true;
            }
        }
    }
    return false;
}

static void sort_in(struct finder *s, uint32_t index) {
    struct program *p = s->p;
    const struct access *a = &p->accesses.data[index];
    bool listed = !a->inner || is_outermost(p, a->node);
    if (!listed || a->owned || a->atomic || a->volatile_ || a->slot) {
        return;
    }
    expr_id class = expr_class(p->exprs, a->place);
    if (!class.v || (expr_get(p->exprs, class)->kind != EX_FIELD &&
                     expr_get(p->exprs, class)->kind != EX_GLOBAL)) {
        return;
    }
    uint32_t i = 0;
    if (!map_get(&s->by_class, class.v, &i)) {
        vec_push(&p->scratch, &s->groups, ((struct group){.class = class}));
        i = s->groups.len - 1;
        map_put(&s->by_class, class.v, i);
    }
    vec_push(&p->scratch, &s->groups.data[i].accesses, index);
    s->groups.data[i].written |= a->write;
}

static bool holds(const struct instance *i, expr_id lock) {
    for (uint32_t k = 0; k < i->lock_count; k++) {
        if (expr_same(i->locks[k], lock)) {
            return true;
        }
    }
    return false;
}

// Of several contexts the one that holds least.
static bool fill_site(struct finder *s, const struct access *a, struct site *ret_site) {
    struct program *p = s->p;
    const struct node *n = &p->nodes.data[a->node];
    *ret_site = (struct site){.access = a, .deepest = a};
    while (ret_site->deepest->inner) {
        ret_site->deepest = &p->accesses.data[ret_site->deepest->inner - 1];
    }
    bool found = false;
    for (uint32_t i = 0; i < n->contexts.len; i++) {
        struct instance now;
        instance_fill(p, &now, a, &n->contexts.data[i], false);
        bool alone = p->runs.by_slot.len && !now.live; // before any thread starts
        if (!alone && (!found || now.lock_count < ret_site->instance.lock_count)) {
            ret_site->instance = now;
            found = true;
        }
    }
    ret_site->api = !s->has_main && found && ret_site->instance.slot == SLOT_MAIN;
    return found && !ret_site->instance.unnamed;
}

// One access seen twice, in its function and in those that nobody calls: where all callers hold the
// same its own function tells, else they do.
static uint32_t drop_twins(struct site *sites, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < n; k++) {
            struct site *own = &sites[i];
            struct site *caller = &sites[k];
            if (!own->access->inner && caller->access->inner && caller->deepest == own->access) {
                bool bare = !own->instance.lock_count;
                own->twin |= bare;
                caller->twin |= !bare;
            }
        }
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!sites[i].twin) {
            sites[kept++] = sites[i];
        }
    }
    return kept;
}

static uint32_t sites_of(struct finder *s, const struct group *g, struct site *out) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < g->accesses.len && n < MAX_SITES; i++) {
        const struct access *a = &s->p->accesses.data[g->accesses.data[i]];
        if (!s->lifecycle[a->node] && fill_site(s, a, &out[n])) {
            n++;
        }
    }
    return drop_twins(out, n);
}

static bool may_meet(const struct program *p, const struct site *a, const struct site *b) {
    return (a->api && b->api) || instances_run_in_parallel(p, &a->instance, &b->instance);
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

// The lock is a member of the class that the place lies in.
static bool is_own_lock(const struct program *p, expr_id place, expr_id lock) {
    const struct expr *l = expr_get(p->exprs, lock);
    return l->kind == EX_FIELD && l->aux && l->aux == own_record(p->exprs, place);
}

// A method of a class that keeps a lock for its members.
static bool is_method_of_guarded_class(const struct finder *s, const struct site *x,
                                       const struct belief *b) {
    const struct program *p = s->p;
    const struct expr *root = expr_get(p->exprs, namer_root(p->exprs, x->access->place));
    return (symbol(p, x->access->node)->flags & SYM_METHOD) && root->kind == EX_PARAM &&
           root->num == 0 && is_outermost(p, x->access->node) &&
           is_own_lock(p, x->access->place, b->lock) && (x->api || p->runs.by_slot.len);
}

// The lock and the place are parts of one structure, or the lock is global.
static bool belong_together(const struct program *p, const struct site *x, expr_id lock) {
    const struct expr *l = expr_get(p->exprs, lock);
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

static bool is_deviant(const struct finder *s, const struct site *x, const struct belief *b) {
    const struct program *p = s->p;
    if (x->instance.lock_count || x->instance.far ||
        op_is_doomed(p, p->nodes.data[x->access->node].ref, x->access->op) ||
        !may_meet(p, x, b->writer)) {
        return false;
    }
    uint32_t share = b->guarded * 100 / (b->guarded + b->bare);
    bool together = belong_together(p, x, b->lock);
    bool most = together ? b->guarded >= MIN_GUARDED && share >= MIN_SHARE
                         : b->guarded >= SURE_GUARDED && share >= SURE_SHARE;
    bool beside =
        together && b->guarded >= 2 && b->guarded > b->bare && takes(p, x->access->node, b->lock);
    return most || beside || is_method_of_guarded_class(s, x, b);
}

static void tell(struct finder *s, const struct site *x, const struct belief *b, expr_id class) {
    struct program *p = s->p;
    struct fn_ref at = p->nodes.data[x->access->node].ref;
    struct program_unguarded u = {.place = x->access->place,
                                  .class = class,
                                  .lock = b->lock,
                                  .write = x->access->write,
                                  .guarded = b->guarded,
                                  .total = b->guarded + b->bare};
    u.at = (struct flow_site){at, at.facts->ops.data[x->access->op].loc};
    u.inner = x->access->inner ? access_site(p, x->access) : (struct flow_site){0};
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

void program_find_unguarded(struct program *p) {
    struct finder s = {.p = p};
    map_init(&s.by_class, &p->scratch);
    s.has_main = program_has_main(p);
    s.lifecycle = ARENA_ARRAY(&p->scratch, bool, p->nodes.len);
    bool *makers = ARENA_ARRAY(&p->scratch, bool, p->nodes.len + 1);
    program_find_makers(p, makers);
    for (node_id n = 0; n < p->nodes.len; n++) {
        s.lifecycle[n] = makers[n] || handles_lifecycle(p, n);
    }
    for (uint32_t i = 0; i < p->accesses.len; i++) {
        sort_in(&s, i);
    }
    struct site *sites = ARENA_ARRAY(&p->scratch, struct site, MAX_SITES);
    for (uint32_t i = 0; i < s.groups.len; i++) {
        const struct group *g = &s.groups.data[i];
        uint32_t n = g->written ? sites_of(&s, g, sites) : 0;
        struct belief b = best_belief(sites, n);
        for (uint32_t k = 0; b.guarded && k < n; k++) {
            if (is_deviant(&s, &sites[k], &b)) {
                tell(&s, &sites[k], &b, g->class);
            }
        }
    }
}

uint32_t program_unguarded_count(const struct program *p) {
    return p->unguarded.len;
}

const struct program_unguarded *program_unguarded(const struct program *p, uint32_t index) {
    return &p->unguarded.data[index];
}
