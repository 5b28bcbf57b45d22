// Locks several threads ask for, and what threads that are waited for need: queries for rules about
// acts.
#include "checker/link/program_private.h"

enum { MAX_TAKERS = 8 };

// Places that take a lock.
struct takers {
    struct program_order ways[MAX_TAKERS];
    uint32_t count;
    expr_id lock;
};

struct taker_list {
    struct map index; // identity -> items
    VEC(struct takers) items;
};

static void add_taker(struct program *p, struct taker_list *list, node_id n,
                      const struct flow_act *act) {
    expr_id lock = program_lock_identity(p->exprs, act->subject);
    uint32_t i = 0;
    if (!lock.v || act->kind != ACT_TAKE || act->chain_count) {
        return;
    }
    if (!map_get(&list->index, lock.v, &i)) {
        vec_push(&p->scratch, &list->items, ((struct takers){.lock = lock}));
        i = list->items.len - 1;
        map_put(&list->index, lock.v, i);
    }
    struct takers *t = &list->items.data[i];
    for (uint32_t k = 0; k < t->count; k++) {
        if (t->ways[k].act->site == act->site) {
            return;
        }
    }
    if (t->count < MAX_TAKERS) {
        t->ways[t->count++] = (struct program_order){n, act, 0};
    }
}

static bool meet(struct program *p, const struct takers *t) {
    for (uint32_t i = 0; i < t->count; i++) {
        for (uint32_t k = i; k < t->count; k++) {
            struct program_order both[2] = {t->ways[i], t->ways[k]};
            if (program_may_run_together(p, both, 2)) {
                return true;
            }
        }
    }
    return false;
}

// Asked of each act when the program is linked, since it needs scratch memory.
static void note_alone(struct program *p, node_id n, const struct flow_result *r) {
    for (uint32_t i = 0; i < r->acts.items.len; i++) {
        const struct flow_act *a = &r->acts.items.data[i];
        bool waits = a->kind == ACT_SLEEP || a->kind == ACT_BLOCK || a->kind == ACT_JOIN ||
                     a->kind == ACT_WAIT;
        if (waits && a->held_count && program_is_alone(p, n, a->call)) {
            map_put(&p->alone, (uint64_t)n << 32 | a->call.v, 1);
        }
    }
}

void program_find_contended(struct program *p) {
    struct arena_mark mark = arena_mark(&p->scratch);
    struct taker_list list = {0};
    map_init(&list.index, &p->scratch);
    for (node_id n = 0; n < p->nodes.len; n++) {
        const struct flow_result *r = p->nodes.data[n].flow[FLOW_LOCKS];
        for (uint32_t i = 0; r && i < r->acts.items.len; i++) {
            add_taker(p, &list, n, &r->acts.items.data[i]);
        }
        if (r) {
            note_alone(p, n, r);
        }
    }
    for (uint32_t i = 0; i < list.items.len; i++) {
        if (meet(p, &list.items.data[i])) {
            map_put(&p->contended, list.items.data[i].lock.v, 1);
        }
    }
    arena_reset(&p->scratch, mark);
}

bool program_is_contended(const struct program *p, expr_id lock) {
    uint32_t x = 0;
    expr_id e = program_lock_identity(p->exprs, lock);
    return e.v && map_get(&p->contended, e.v, &x);
}

bool program_same_lock(const struct program *p, expr_id a, expr_id b) {
    expr_id x = program_lock_identity(p->exprs, a);
    return x.v && expr_same(x, program_lock_identity(p->exprs, b));
}

const struct flow_act *program_takes(const struct program *p, node_id n, expr_id lock) {
    const struct flow_acts *acts = p->nodes.data[n].acts;
    for (uint32_t i = 0; acts && i < acts->items.len; i++) {
        const struct flow_act *a = &acts->items.data[i];
        if (a->kind == ACT_TAKE && program_same_lock(p, a->subject, lock)) {
            return a;
        }
    }
    return NULL;
}

bool program_act_is_alone(const struct program *p, node_id n, const struct flow_act *act) {
    uint32_t x = 0;
    return map_get(&p->alone, (uint64_t)n << 32 | act->call.v, &x);
}

// --- who is joined ---

static void add_entry(node_id n, node_id *out, uint32_t *count, uint32_t max) {
    for (uint32_t i = 0; i < *count; i++) {
        if (out[i] == n) {
            return;
        }
    }
    if (n != NODE_NONE && *count < max) {
        out[(*count)++] = n;
    }
}

// Where a handle is kept, in whatever object: the field or global; what a model keeps in an object
// counts as the object.
static expr_id home_of(const struct program *p, expr_id place) {
    const struct expr *x = expr_get(p->exprs, place);
    struct str name = intern_text(&p->exprs->names, x->name);
    bool ghost = x->kind == EX_FIELD && name.len && name.ptr[0] == '$';
    return program_lock_identity(p->exprs, ghost ? x->a : place);
}

// Threads whose handles are kept where this one was read.
static void add_by_home(const struct program *p, expr_id handle, node_id *out, uint32_t *count,
                        uint32_t max) {
    const struct expr *x = expr_get(p->exprs, handle);
    expr_id home = x->kind == EX_LOAD ? home_of(p, x->a) : (expr_id){0};
    for (node_id k = 0; home.v && k < p->nodes.len; k++) {
        const struct flow_result *r = p->nodes.data[k].flow[FLOW_THREADS];
        for (uint32_t i = 0; r && i < r->spawns.len; i++) {
            if (r->spawns.data[i].handle.v &&
                expr_same(home_of(p, r->spawns.data[i].handle), home)) {
                add_entry(program_node_of_value(p, r->spawns.data[i].entry), out, count, max);
            }
        }
    }
}

uint32_t program_joined_entries(const struct program *p, const struct flow_act *join, node_id *out,
                                uint32_t max) {
    uint32_t count = 0;
    struct flow_site at = flow_site_get(&p->sites, join->site);
    node_id joiner = program_node(p, at.at);
    const struct flow_result *own =
        joiner == NODE_NONE ? NULL : p->nodes.data[joiner].flow[FLOW_THREADS];
    for (uint32_t i = 0; own && i < own->exits.len; i++) {
        for (uint32_t k = 0; k < own->exits.data[i].object_count; k++) {
            const struct object_state *o = &own->exits.data[i].objects[k];
            struct flow_site end = flow_site_get(&p->sites, o->end_site);
            if (o->kind == OBJECT_THREAD && o->status == OBJECT_DONE &&
                end.at.facts == at.at.facts && end.loc.v == at.loc.v) {
                add_entry(program_node_of_value(p, o->entry), out, &count, max);
                add_by_home(p, o->value, out, &count, max);
            }
        }
    }
    add_by_home(p, join->subject, out, &count, max);
    return count;
}
