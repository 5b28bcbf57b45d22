// Deadlocks by the order in which locks are taken: a graph of lock identities with an edge from
// each lock held to each lock waited for, and its shortest cycles (Coffman, Elphick, Shoshani:
// "System Deadlocks", Computing Surveys 1971; filters after Naik, Park, Sen, Gay: "Effective Static
// Deadlock Detection", ICSE 2009: threads that are not the same, gate locks, aliasing).
#include "checker/base/hash.h"
#include "checker/link/program_private.h"

// A way further down than FAR goes through reference counts and destructors more often than through
// anything that happens.
enum { MAX_WAYS = 24, MAX_LENGTH = 6, MAX_TRIES = 4096, FAR = 4 };

// All ways to take lock `to` while `from` is held.
struct pair {
    expr_id from;
    expr_id to;
    VEC(struct program_order) ways;
};

struct order_graph {
    struct program *p;
    struct map index; // from, to -> pairs
    VEC(struct pair) pairs;
    struct map told; // sets of locks of cycles that were found
};

// --- identity ---

// The same place in every function: a global, its fields and numbered elements.
static bool is_constant_place(const struct expr_table *t, expr_id e) {
    for (;;) {
        const struct expr *x = expr_get(t, e);
        if (x->kind == EX_GLOBAL) {
            return true;
        }
        bool steps =
            x->kind == EX_FIELD || (x->kind == EX_INDEX && expr_get(t, x->b)->kind == EX_CONST);
        if (!steps) {
            return false;
        }
        e = x->a;
    }
}

expr_id program_lock_identity(struct expr_table *t, expr_id lock) {
    return is_constant_place(t, lock) ? lock : expr_class(t, lock);
}

// The object was made by this function and nobody else knows it yet, as far as can be seen.
static bool is_fresh(const struct program *p, const struct flow_result *r, expr_id lock) {
    const struct expr *root = expr_get(p->exprs, expr_root(p->exprs, lock));
    if (root->kind != EX_RESULT || root->num <= 0 || root->num >= (int64_t)r->fn.facts->calls.len) {
        return false;
    }
    return program_model_effect(p, r->fn.facts, (call_id){(uint32_t)root->num}, EFFECT_ALLOC) !=
           NULL;
}

// Known by its class only: some object's field, nobody can say which.
static bool is_vague(const struct expr_table *t, expr_id lock) {
    return expr_root(t, lock).v == 0;
}

// --- the graph ---

static struct pair *pair_of(struct order_graph *g, expr_id from, expr_id to) {
    uint64_t key = (uint64_t)from.v << 32 | to.v;
    uint32_t i = 0;
    if (!map_get(&g->index, key, &i)) {
        struct pair fresh = {.from = from, .to = to};
        vec_push(&g->p->scratch, &g->pairs, fresh);
        i = g->pairs.len - 1;
        map_put(&g->index, key, i);
    }
    return &g->pairs.data[i];
}

static const struct pair *find_pair(const struct order_graph *g, expr_id from, expr_id to) {
    uint32_t i = 0;
    return map_get(&g->index, (uint64_t)from.v << 32 | to.v, &i) ? &g->pairs.data[i] : NULL;
}

// How far the function is from the two acquisitions: those that show both come first.
static uint32_t distance(const struct order_graph *g, const struct program_order *way) {
    struct flow_site held = flow_site_get(&g->p->sites, way->act->held[way->held].site);
    const struct fn_ref *fn = &g->p->nodes.data[way->node].ref;
    bool takes_first = held.at.facts == fn->facts && held.at.fn.v == fn->fn.v;
    return way->act->chain_count + (takes_first ? 0 : 16) + (way->act->in_thread ? 32 : 0);
}

// The lock taken lets its holder in again, and this thread may have it already: from a caller, or
// under another name.
static bool may_come_in_again(struct program *p, node_id n, const struct flow_act *act,
                              uint32_t held) {
    if (!program_is_recursive(p, act->subject)) {
        return false;
    }
    expr_id class = expr_class(p->exprs, act->subject);
    for (uint32_t i = 0; class.v && i < act->held_count; i++) {
        if (i != held && expr_same(expr_class(p->exprs, act->held[i].lock), class)) {
            return true;
        }
    }
    return program_may_hold_at_entry(p, n, act->subject);
}

static void add_way(struct order_graph *g, node_id n, const struct flow_act *act, uint32_t held) {
    struct program *p = g->p;
    const struct flow_result *r = p->nodes.data[n].flow[FLOW_LOCKS];
    expr_id from = program_lock_identity(p->exprs, act->held[held].lock);
    expr_id to = program_lock_identity(p->exprs, act->subject);
    bool fresh = is_fresh(p, r, act->held[held].lock) || is_fresh(p, r, act->subject);
    bool vague = is_vague(p->exprs, act->held[held].lock) || is_vague(p->exprs, act->subject) ||
                 act->chain_count > FAR;
    if (!from.v || !to.v || expr_same(from, to) || fresh || vague ||
        may_come_in_again(p, n, act, held)) {
        return;
    }
    struct pair *pair = pair_of(g, from, to);
    struct program_order way = {n, act, held};
    uint32_t at = pair->ways.len;
    for (uint32_t i = 0; i < pair->ways.len; i++) { // told by a function further in
        const struct program_order *old = &pair->ways.data[i];
        if (old->act->site == act->site && old->act->held[old->held].site == act->held[held].site &&
            old->act->held_count <= act->held_count && distance(g, old) <= distance(g, &way)) {
            return;
        }
    }
    if (pair->ways.len == MAX_WAYS) {
        return;
    }
    vec_push(&p->scratch, &pair->ways, way);
    for (; at > 0 && distance(g, &pair->ways.data[at - 1]) > distance(g, &way); at--) {
        pair->ways.data[at] = pair->ways.data[at - 1];
    }
    pair->ways.data[at] = way;
}

// --- can the ways of a cycle meet? ---

// An element of an array: other threads hold other elements.
static bool is_one_of_many(const struct expr_table *t, expr_id e) {
    const struct expr *x = expr_get(t, e);
    while (x->kind == EX_FIELD) {
        x = expr_get(t, x->a);
    }
    return x->kind == EX_INDEX && expr_get(t, x->b)->kind != EX_CONST;
}

static bool is_gate(struct program *p, const struct program_order *way, expr_id lock) {
    for (uint32_t i = 0; i < way->act->held_count; i++) {
        const struct flow_held *h = &way->act->held[i];
        if (i != way->held && !is_one_of_many(p->exprs, h->lock) &&
            expr_same(program_lock_identity(p->exprs, h->lock), lock)) {
            return true;
        }
    }
    return false;
}

// A third lock that all hold lets only one of them in.
static bool have_common_gate(struct program *p, const struct program_order *ways, uint32_t count) {
    const struct flow_act *first = ways[0].act;
    for (uint32_t i = 0; i < first->held_count; i++) {
        expr_id lock = program_lock_identity(p->exprs, first->held[i].lock);
        bool is_one = !is_one_of_many(p->exprs, first->held[i].lock);
        uint32_t holders = i != ways[0].held && is_one && !(first->held[i].flags & EF_SHARED);
        for (uint32_t k = 1; k < count; k++) {
            holders += holders == k && is_gate(p, &ways[k], lock);
        }
        if (holders == count) {
            return true;
        }
    }
    return false;
}

// Readers do not wait for readers.
static bool only_read(const struct program_order *holder, const struct program_order *taker) {
    return (holder->act->held[holder->held].flags & EF_SHARED) && (taker->act->flags & EF_SHARED);
}

enum relation { OF_ANY, OF_ONE_OBJECT, OF_TWO_OBJECTS };

static enum relation relation_of(const struct program *p, const struct program_order *way) {
    const struct expr_table *t = p->exprs;
    expr_id a = expr_root(t, way->act->held[way->held].lock);
    expr_id b = expr_root(t, way->act->subject);
    if (!a.v || !b.v || expr_get(t, a)->kind == EX_GLOBAL || expr_get(t, b)->kind == EX_GLOBAL) {
        return OF_ANY;
    }
    return expr_same(a, b) ? OF_ONE_OBJECT : OF_TWO_OBJECTS;
}

// Two locks of one object here, of two objects there: not the same two locks.
static bool are_of_other_objects(const struct program *p, const struct program_order *ways,
                                 uint32_t count) {
    bool one = false;
    bool two = false;
    for (uint32_t i = 0; i < count; i++) {
        enum relation r = relation_of(p, &ways[i]);
        one |= r == OF_ONE_OBJECT;
        two |= r == OF_TWO_OBJECTS;
    }
    return one && two;
}

// Field that keeps the object a lock lies in, or a pointer to it; none when it is reached in
// another way.
static const struct expr *keeper(const struct expr_table *t, expr_id lock) {
    const struct expr *x = expr_get(t, lock);
    x = x->kind == EX_FIELD ? expr_get(t, x->a) : x;
    if (x->kind == EX_DEREF && expr_get(t, x->a)->kind == EX_LOAD) {
        x = expr_get(t, expr_get(t, x->a)->a);
    }
    return x->kind == EX_FIELD ? x : NULL;
}

// The two are kept in different fields: locks of one kind for different purposes.
static bool are_kept_apart(const struct expr_table *t, expr_id a, expr_id b) {
    const struct expr *x = keeper(t, a);
    const struct expr *y = keeper(t, b);
    return x && y && (x->name != y->name || x->aux != y->aux);
}

// Longer circles need certainty about each lock: a global, or one of a single object.
static bool is_certain(const struct program *p, const struct program_order *way) {
    expr_id held = expr_root(p->exprs, way->act->held[way->held].lock);
    expr_id taken = expr_root(p->exprs, way->act->subject);
    bool globals =
        expr_get(p->exprs, held)->kind == EX_GLOBAL && expr_get(p->exprs, taken)->kind == EX_GLOBAL;
    return globals || relation_of(p, way) == OF_ONE_OBJECT;
}

static bool can_block(struct program *p, const struct program_order *ways, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const struct program_order *next = &ways[(i + 1) % count];
        if (only_read(next, &ways[i]) ||
            are_kept_apart(p->exprs, next->act->held[next->held].lock, ways[i].act->subject) ||
            (count > 2 && !is_certain(p, &ways[i]))) {
            return false;
        }
    }
    return !have_common_gate(p, ways, count) && !are_of_other_objects(p, ways, count) &&
           program_may_run_together(p, ways, count);
}

// --- cycles ---

// The same two functions with other locks: one mistake.
static bool is_told(const struct order_graph *g, const struct program_order *ways, uint32_t count) {
    for (uint32_t i = 0; i < g->p->cycles.len; i++) {
        const struct program_cycle *c = &g->p->cycles.data[i];
        bool same = c->count == count && count == 2;
        bool forth = same && c->ways[0].node == ways[0].node && c->ways[1].node == ways[1].node;
        bool back = same && c->ways[0].node == ways[1].node && c->ways[1].node == ways[0].node;
        if (forth || back) {
            return true;
        }
    }
    return false;
}

static void tell(struct order_graph *g, const struct program_order *ways, uint32_t count) {
    if (is_told(g, ways, count)) {
        return;
    }
    struct program_cycle c = {.count = count};
    struct program_order *copy = ARENA_ARRAY(g->p->arena, struct program_order, count);
    for (uint32_t i = 0; i < count; i++) {
        copy[i] = ways[i];
    }
    c.ways = copy;
    vec_push(g->p->arena, &g->p->cycles, c);
}

// Chooses a way for each edge so that they can block each other.
static bool choose(struct order_graph *g, const struct pair *const *edges, uint32_t count,
                   uint32_t at, struct program_order *ways, uint32_t *tries) {
    if (at == count) {
        return can_block(g->p, ways, count);
    }
    for (uint32_t i = 0; i < edges[at]->ways.len && *tries < MAX_TRIES; i++) {
        ways[at] = edges[at]->ways.data[i];
        ++*tries;
        if (choose(g, edges, count, at + 1, ways, tries)) {
            return true;
        }
    }
    return false;
}

static void try_cycle(struct order_graph *g, const struct pair *const *edges, uint32_t count) {
    uint64_t key = count;
    for (uint32_t i = 0; i < count; i++) {
        key += hash_mix(edges[i]->from.v, 0xc0c1e); // whatever the lock it begins with
    }
    uint32_t seen = 0;
    struct program_order ways[MAX_LENGTH];
    uint32_t tries = 0;
    if (map_get(&g->told, key, &seen)) {
        return;
    }
    map_put(&g->told, key, 1);
    if (choose(g, edges, count, 0, ways, &tries)) {
        uint32_t first = 0; // the order that fewer places keep is the one to change
        for (uint32_t i = 1; i < count; i++) {
            first = edges[i]->ways.len < edges[first]->ways.len ? i : first;
        }
        struct program_order turned[MAX_LENGTH];
        for (uint32_t i = 0; i < count; i++) {
            turned[i] = ways[(first + i) % count];
        }
        tell(g, turned, count);
    }
}

// Shortest way back from the end of an edge to its beginning, breadth first.
static void close_cycle(struct order_graph *g, uint32_t first) {
    struct arena_mark mark = arena_mark(&g->p->scratch);
    uint32_t *came_by = ARENA_ARRAY(&g->p->scratch, uint32_t, g->pairs.len); // 1 + edge before
    uint32_t *queue = ARENA_ARRAY(&g->p->scratch, uint32_t, g->pairs.len + 1);
    uint32_t head = 0;
    uint32_t tail = 0;
    queue[tail++] = first;
    came_by[first] = first + 1;
    const struct pair *edges[MAX_LENGTH];
    while (head < tail) {
        uint32_t at = queue[head++];
        if (at != first && expr_same(g->pairs.data[at].to, g->pairs.data[first].from)) {
            uint32_t count = 0;
            for (uint32_t e = at; count < MAX_LENGTH; e = came_by[e] - 1) {
                edges[count++] = &g->pairs.data[e];
                if (e == first) {
                    break;
                }
            }
            bool whole = edges[count - 1] == &g->pairs.data[first];
            for (uint32_t i = 0; i < count / 2; i++) { // forwards
                const struct pair *swap = edges[i];
                edges[i] = edges[count - 1 - i];
                edges[count - 1 - i] = swap;
            }
            if (whole) {
                try_cycle(g, edges, count);
            }
            break;
        }
        for (uint32_t i = 0; i < g->pairs.len; i++) {
            if (!came_by[i] && expr_same(g->pairs.data[i].from, g->pairs.data[at].to)) {
                came_by[i] = at + 1;
                queue[tail++] = i;
            }
        }
    }
    arena_reset(&g->p->scratch, mark);
}

// --- two locks of one class ---

// Names that stand for one object while the function runs.
static bool is_steady(const struct expr_table *t, expr_id e) {
    return !expr_has_kind(t, e, EX_MERGE) && !expr_has_kind(t, e, EX_OLD) &&
           !expr_has_kind(t, e, EX_UNKNOWN) && expr_root(t, e).v;
}

static bool is_one_class(struct expr_table *t, expr_id a, expr_id b) {
    expr_id x = program_lock_identity(t, a);
    expr_id y = program_lock_identity(t, b);
    return !x.v || !y.v || expr_same(x, y);
}

// The function, or threads it starts, take two locks it can name in both orders.
static void find_swapped(struct order_graph *g, node_id n) {
    const struct flow_result *r = g->p->nodes.data[n].flow[FLOW_LOCKS];
    struct expr_table *t = g->p->exprs;
    VEC(struct program_order) ways = {0};
    for (uint32_t i = 0; i < r->acts.items.len; i++) {
        const struct flow_act *a = &r->acts.items.data[i];
        for (uint32_t k = 0; a->kind == ACT_TAKE && k < a->held_count; k++) {
            expr_id held = a->held[k].lock;
            if (is_steady(t, a->subject) && is_steady(t, held) && !a->held[k].ordered &&
                is_one_class(t, held, a->subject) && !expr_same(held, a->subject)) {
                vec_push(&g->p->scratch, &ways, ((struct program_order){n, a, k}));
            }
        }
    }
    for (uint32_t i = 0; i < ways.len; i++) {
        for (uint32_t k = i + 1; k < ways.len; k++) {
            struct program_order both[2] = {ways.data[i], ways.data[k]};
            bool swapped = expr_same(both[0].act->subject, both[1].act->held[both[1].held].lock) &&
                           expr_same(both[1].act->subject, both[0].act->held[both[0].held].lock);
            bool threads = both[0].act->in_thread && both[1].act->in_thread;
            bool blocks = swapped && !only_read(&both[0], &both[1]) &&
                          !only_read(&both[1], &both[0]) && !have_common_gate(g->p, both, 2);
            if (blocks && (threads || program_may_run_together(g->p, both, 2))) {
                tell(g, both, 2);
                return;
            }
        }
    }
}

// Two objects that play the same part: parameters, fields of the thread's argument, elements under
// numbers.
static bool are_alike(const struct expr_table *t, expr_id a, expr_id b) {
    expr_id x = {0};
    expr_id y = {0};
    if (!is_steady(t, a) || !is_steady(t, b) || !expr_difference(t, a, b, &x, &y)) {
        return false;
    }
    const struct expr *part = expr_get(t, x);
    return part->kind == EX_PARAM ||
           (part->kind == EX_FIELD && expr_same(part->a, expr_get(t, y)->a));
}

// Several threads run the entry with arguments of their own: the order of two alike is the order of
// arguments.
static void find_alike(struct order_graph *g, node_id n) {
    const struct flow_result *r = g->p->nodes.data[n].flow[FLOW_LOCKS];
    struct expr_table *t = g->p->exprs;
    for (uint32_t i = 0; i < r->acts.items.len; i++) {
        const struct flow_act *a = &r->acts.items.data[i];
        for (uint32_t k = 0; a->kind == ACT_TAKE && !a->in_thread && k < a->held_count; k++) {
            struct program_order way = {n, a, k};
            struct program_order both[2] = {way, way};
            expr_id class = expr_class(t, a->subject);
            bool same_class = class.v && expr_same(class, expr_class(t, a->held[k].lock));
            if (same_class && !a->held[k].ordered && are_alike(t, a->subject, a->held[k].lock) &&
                !only_read(&way, &way) && !have_common_gate(g->p, both, 2)) {
                tell(g, &way, 1);
                return;
            }
        }
    }
}

void program_find_cycles(struct program *p) {
    struct arena_mark mark = arena_mark(&p->scratch);
    struct order_graph g = {.p = p};
    map_init(&g.index, &p->scratch);
    map_init(&g.told, p->arena); // grows while close_cycle has a mark in the scratch arena
    for (node_id n = 0; n < p->nodes.len; n++) {
        const struct flow_result *r = p->nodes.data[n].flow[FLOW_LOCKS];
        for (uint32_t i = 0; r && i < r->acts.items.len; i++) {
            const struct flow_act *a = &r->acts.items.data[i];
            for (uint32_t k = 0; a->kind == ACT_TAKE && k < a->held_count; k++) {
                add_way(&g, n, a, k);
            }
        }
    }
    for (uint32_t i = 0; i < g.pairs.len; i++) {
        const struct pair *back = find_pair(&g, g.pairs.data[i].to, g.pairs.data[i].from);
        if (!back) {
            close_cycle(&g, i);
        } else if (back > &g.pairs.data[i]) {
            const struct pair *edges[2] = {&g.pairs.data[i], back};
            try_cycle(&g, edges, 2);
        }
    }
    for (node_id n = 0; n < p->nodes.len; n++) {
        if (!p->nodes.data[n].flow[FLOW_LOCKS]) {
            continue;
        }
        uint32_t before = p->cycles.len;
        find_swapped(&g, n);
        if (before == p->cycles.len && p->nodes.data[n].is_entry &&
            program_has_many_threads(p, n)) {
            find_alike(&g, n);
        }
    }
    arena_reset(&p->scratch, mark);
}
