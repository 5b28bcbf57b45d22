// Phases of functions and slots that run in parallel: from fork and join, propagated down the call
// graph to a fixed point.
#include "checker/link/run_edges.h"

enum { MAX_ROUNDS = 64, MAX_PHASES = 6, MAX_STARTS = 8 };

static uint64_t bit(uint8_t slot) {
    return 1ULL << slot;
}

// A place that starts threads which the flow of its function does not know.
struct untracked_start {
    struct root_start start;
    uint8_t slot;
};

struct solver {
    struct program *p;
    VEC(struct untracked_start) starts;
    struct run_edges edges;
    bool jobs; // the workers are known
};

// --- threads that run at an op ---

// A thread of which the entry is not known is one of the further ones; an entry that is a parameter
// is known to the callers.
static uint8_t slot_of_entry(const struct program *p, expr_id entry) {
    uint8_t slot = slot_of_value(p, entry);
    return slot || expr_has_kind(p->exprs, entry, EX_PARAM) ? slot : SLOT_LAST;
}

static bool is_tracked(const struct flow_result *r, call_id call, uint8_t slot,
                       const struct program *p) {
    for (uint32_t i = 0; r && i < r->spawns.len; i++) {
        if (r->spawns.data[i].call.v == call.v &&
            slot_of_entry(p, r->spawns.data[i].entry) == slot) {
            return true;
        }
    }
    return false;
}

// Roots a callee leaves running that the flow of the caller does not follow.
static uint64_t untracked(const struct program *p, const struct run_edge *e) {
    const struct node *n = &p->nodes.data[e->from];
    uint64_t left = p->nodes.data[e->to].leaves;
    call_id call = n->ref.facts->ops.data[e->op].call;
    for (uint8_t r = 1; left && r <= SLOT_LAST; r++) {
        if ((left & bit(r)) && is_tracked(n->flow[FLOW_THREADS], call, r, p)) {
            left &= ~bit(r);
        }
    }
    return left;
}

static uint64_t roots_of_point(const struct program *p, const struct flow_point *point,
                               bool even_after_wait) {
    uint64_t live = 0;
    for (uint16_t i = 0; i < point->count; i++) {
        bool waited = (point->items[i].flags & EF_MAYBE) && !even_after_wait;
        uint8_t slot = waited ? 0 : slot_of_entry(p, point->items[i].e);
        live |= slot ? bit(slot) : 0;
    }
    return live;
}

// Threads started by threads that run.
static uint64_t with_descendants(const struct program *p, uint64_t live) {
    for (uint64_t before = 0; before != live;) {
        before = live;
        for (uint8_t r = 1; r <= SLOT_LAST; r++) {
            live |= (live & bit(r)) ? p->runs.children[r] : 0;
        }
    }
    return live;
}

static uint64_t live_at_op(const struct program *p, node_id n, uint32_t op, uint64_t at_entry,
                           bool even_after_wait) {
    const struct node *x = &p->nodes.data[n];
    uint64_t live = 0;
    if (x->flow[FLOW_THREADS]) {
        struct flow_point point = flow_point_at(x->flow[FLOW_THREADS], op);
        live = roots_of_point(p, &point, even_after_wait);
    }
    bool alone = program_is_in_child(p, n, (op_id){op}); // other threads stay with the parent
    return live | leaving_at_op(p, n, op, alone ? 0 : at_entry);
}

uint64_t parallel_within(const struct program *p, node_id n, uint32_t op) {
    return with_descendants(p, live_at_op(p, n, op, 0, false));
}

uint64_t parallel_at(const struct program *p, node_id n, const struct run_context *c, uint32_t op) {
    return with_descendants(p, live_at_op(p, n, op, c->live, true));
}

static void add_leaving(struct program *p, struct node *n, uint32_t op, uint64_t slots) {
    if (slots) {
        vec_push(p->arena, &n->leaving, ((struct slots_at){op, slots}));
    }
}

bool program_main_has_company(const struct program *p, node_id n, op_id op) {
    const struct node *x = &p->nodes.data[n];
    for (uint32_t i = 0; i < x->contexts.len; i++) {
        const struct run_context *c = &x->contexts.data[i];
        if (c->slot == SLOT_MAIN && parallel_at(p, n, c, op.v)) {
            return true;
        }
    }
    return false;
}

// What a function leaves running: its own threads, and what its callees leave.
static bool find_leaves(struct solver *s, node_id id) {
    struct program *p = s->p;
    struct node *n = &p->nodes.data[id];
    uint64_t leaves = 0;
    const struct flow_result *r = n->flow[FLOW_THREADS];
    for (uint32_t i = 0; r && i < r->exits.len; i++) {
        const struct flow_exit *x = &r->exits.data[i];
        for (uint32_t k = 0; k < x->object_count; k++) {
            const struct object_state *o = &x->objects[k];
            uint8_t slot = o->kind == OBJECT_THREAD && o->status != OBJECT_DONE
                               ? slot_of_entry(p, o->entry)
                               : 0;
            leaves |= slot ? bit(slot) : 0;
        }
    }
    n->leaving.len = 0;
    for (uint32_t i = s->edges.first[id]; i < s->edges.first[id + 1]; i++) {
        const struct run_edge *e = &s->edges.items.data[i];
        add_leaving(p, n, e->op, e->child ? 0 : untracked(p, e));
    }
    for (uint32_t i = 0; i < s->starts.len; i++) {
        const struct untracked_start *x = &s->starts.data[i];
        bool child = x->start.fn == id && program_is_in_child(p, id, x->start.op);
        add_leaving(p, n, x->start.op.v, x->start.fn == id && !child ? bit(x->slot) : 0);
    }
    leaving_solve(p, id);
    leaves |= leaving_at_exit(p, id);
    bool changed = leaves != n->leaves;
    n->leaves = leaves;
    return changed;
}

// --- contexts ---

// The phase `live` of the slot; of more than MAX_PHASES the last stands for all further ones.
static struct run_context *context_of(struct program *p, node_id n, uint8_t slot, uint64_t live) {
    struct node *x = &p->nodes.data[n];
    struct run_context *last = NULL;
    uint32_t phases = 0;
    for (uint32_t i = 0; i < x->contexts.len; i++) {
        struct run_context *c = &x->contexts.data[i];
        if (c->slot == slot && c->live == live) {
            return c;
        }
        phases += c->slot == slot;
        last = c->slot == slot ? c : last;
    }
    if (phases >= MAX_PHASES) {
        return last;
    }
    struct run_context c = {.slot = slot, .live = live, .from = NODE_NONE};
    vec_push(p->arena, &x->contexts, c);
    return &vec_last(&x->contexts);
}

static void came_from(struct run_context *c, const struct run_context *way) {
    c->from = way ? way->from : NODE_NONE;
    c->from_context = way ? way->from_context : 0;
    c->via = way ? way->via : 0;
}

static bool holds(const struct run_context *c, expr_id lock) {
    for (uint32_t i = 0; i < c->held.len; i++) {
        if (expr_same(c->held.data[i], lock)) {
            return true;
        }
    }
    return false;
}

// Locks on this way into the callee, by identity.
static void held_on_the_way(struct program *p, const struct run_edge *e,
                            const struct run_context *from, struct run_context *ret_way) {
    const struct flow_result *r = p->nodes.data[e->from].flow[FLOW_LOCKS];
    for (uint32_t i = 0; i < from->held.len; i++) {
        vec_push(&p->scratch, &ret_way->held, from->held.data[i]);
    }
    if (e->later) {
        ret_way->held.len = 0;
        return;
    }
    struct flow_point point = r ? flow_point_at(r, e->op) : (struct flow_point){0};
    for (uint16_t i = 0; i < point.count; i++) {
        bool doubt = point.items[i].flags & (EF_MAYBE | FACT_SOMETIMES);
        if (parallel_is_held_partly(p, point.items, point.count, i)) {
            continue;
        }
        expr_id lock = doubt ? unnamed_lock(p) : lock_identity(p, point.items[i].e);
        if (!holds(ret_way, lock)) {
            vec_push(&p->scratch, &ret_way->held, lock);
        }
    }
    if (r && r->limited) {
        vec_push(&p->scratch, &ret_way->held, unnamed_lock(p));
    }
}

// One more way into a function: it holds only what all ways hold, and may meet what any way meets.
static bool enter(struct program *p, node_id n, uint8_t slot, uint64_t live,
                  const struct run_context *way) {
    struct run_context *c = context_of(p, n, slot, live);
    bool changed = (live & ~c->live) != 0;
    c->live |= live;
    c->job |= way && way->job;
    if (!c->reached) {
        c->reached = true;
        came_from(c, way);
        for (uint32_t i = 0; way && i < way->held.len; i++) {
            vec_push(p->arena, &c->held, way->held.data[i]);
        }
        return true;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < c->held.len; i++) {
        if (way && holds(way, c->held.data[i])) {
            c->held.data[kept++] = c->held.data[i];
        }
    }
    if (kept != c->held.len) {
        c->held.len = kept;
        came_from(c, way);
        changed = true;
    }
    return changed;
}

static bool is_reached_in_flow(const struct program *p, const struct run_edge *e) {
    const struct flow_result *r = p->nodes.data[e->from].flow[FLOW_LOCKS];
    return !r || r->limited || flow_point_at(r, e->op).seen;
}

// A loop of a worker. Where several threads call what is kept, in event loops of their own say, it
// is not known who calls what.
static bool runs_in_one_thread(const struct program *p, node_id n) {
    const struct node *x = &p->nodes.data[n];
    bool one = x->contexts.len && x->contexts.data[0].slot != SLOT_MAIN;
    for (uint32_t i = 1; one && i < x->contexts.len; i++) {
        one = x->contexts.data[i].slot == x->contexts.data[0].slot;
    }
    return one;
}

static bool spread(struct solver *s, node_id id) {
    struct program *p = s->p;
    bool changed = false;
    for (uint32_t i = s->edges.first[id]; i < s->edges.first[id + 1]; i++) {
        const struct run_edge *e = &s->edges.items.data[i];
        if (!is_reached_in_flow(p, e) || e->to == id || e->doomed ||
            (e->job && !(s->jobs && runs_in_one_thread(p, id)))) {
            continue;
        }
        for (uint32_t k = 0; k < p->nodes.data[id].contexts.len; k++) {
            struct run_context from = p->nodes.data[id].contexts.data[k];
            struct arena_mark mark = arena_mark(&p->scratch);
            struct run_context way = {
                .from = id, .from_context = k, .via = e->op, .job = from.job || e->job};
            held_on_the_way(p, e, &from, &way);
            if (e->once || e->bracketed) {
                vec_push(&p->scratch, &way.held, unnamed_lock(p));
            }
            changed |= enter(p, e->to, from.slot, live_at_op(p, id, e->op, from.live, true), &way);
            arena_reset(&p->scratch, mark);
        }
    }
    return changed;
}

// --- roots ---

static bool is_global_init(const struct node *n) {
    return n->ref.facts->fns.data[n->ref.fn.v].flags & FN_GLOBAL_INIT;
}

static bool runs_before_main(const struct node *n) {
    const struct facts *f = n->ref.facts;
    return is_global_init(n) ||
           (f->syms.data[f->fns.data[n->ref.fn.v].sym.v].flags & SYM_CONSTRUCTOR_ATTR);
}

// Called by the function it was given to, under whatever that holds.
static bool is_lambda(const struct node *n) {
    const struct facts *f = n->ref.facts;
    return f->syms.data[f->fns.data[n->ref.fn.v].sym.v].flags & SYM_LAMBDA;
}

// Functions nobody calls belong to the main thread, at any time of it. Of one that is called
// through a pointer nobody knows when, or by code that is not there: in a program that is there
// with its main it may be before any thread starts, so nothing is claimed.
static void enter_roots(struct program *p) {
    uint64_t all = 0;
    bool has_main = program_has_main(p);
    for (node_id n = 0; n < p->nodes.len; n++) {
        all |= p->nodes.data[n].leaves;
    }
    for (node_id n = 0; n < p->nodes.len; n++) {
        const struct node *x = &p->nodes.data[n];
        bool called = x->callers.len && !(x->callers.len == 1 && x->callers.data[0] == n);
        if (program_is_main(p, n) || runs_before_main(x)) {
            enter(p, n, SLOT_MAIN, 0, NULL);
        } else if (!called && !x->is_entry && !is_lambda(x) && !has_main) {
            enter(p, n, SLOT_MAIN, all, NULL);
        }
    }
    for (uint32_t i = 0; i < p->runs.by_slot.len; i++) {
        const struct program_root *r = &p->runs.roots.data[p->runs.by_slot.data[i]];
        const struct run_context way = {.from = NODE_NONE, .job = r->pool};
        enter(p, r->node, r->slot, p->runs.pairs[r->slot], &way);
    }
}

static void pair_up(struct program *p, uint8_t slot, uint64_t with) {
    p->runs.pairs[slot] |= with;
    for (uint8_t r = 0; r <= SLOT_LAST; r++) {
        p->runs.pairs[r] |= (with & bit(r)) ? bit(slot) : 0;
    }
}

// A thread runs beside the one that starts it and beside all that run when it is started.
static void pair_started(struct program *p, uint8_t slot, const struct root_start *start) {
    const struct node *n = &p->nodes.data[start->fn];
    const struct program_root *root = root_of_slot(p, slot);
    if (root && root->pool && root->many) {
        pair_up(p, slot, bit(slot));
    }
    for (uint32_t k = 0; k < n->contexts.len; k++) {
        const struct run_context *c = &n->contexts.data[k];
        p->runs.children[c->slot] |= c->slot ? bit(slot) : 0;
        pair_up(p, slot, parallel_at(p, start->fn, c, start->op.v) | bit(c->slot));
    }
}

static void pair_roots(struct program *p) {
    for (uint32_t i = 0; i < p->runs.roots.len; i++) {
        uint8_t slot = p->runs.roots.data[i].slot;
        for (uint32_t k = 0; slot && k < p->runs.starts.data[i].items.len; k++) {
            pair_started(p, slot, &p->runs.starts.data[i].items.data[k]);
        }
    }
}

static void find_untracked_starts(struct solver *s) {
    struct program *p = s->p;
    for (uint32_t i = 0; i < p->runs.roots.len; i++) {
        uint8_t slot = p->runs.roots.data[i].slot;
        for (uint32_t k = 0; slot && k < p->runs.starts.data[i].items.len; k++) {
            struct root_start start = p->runs.starts.data[i].items.data[k];
            const struct node *n = &p->nodes.data[start.fn];
            call_id call = n->ref.facts->ops.data[start.op.v].call;
            if (!is_tracked(n->flow[FLOW_THREADS], call, slot, p)) {
                vec_push(&p->scratch, &s->starts, ((struct untracked_start){start, slot}));
            }
        }
    }
}

static void solve_contexts(struct solver *s) {
    struct program *p = s->p;
    bool changed = true;
    for (unsigned round = 0; changed && round < MAX_ROUNDS; round++) {
        changed = false;
        for (uint32_t i = p->order.len; i > 0; i--) { // callers first
            changed |= spread(s, p->order.data[i - 1]);
        }
    }
}

// Threads that start threads: pairs and contexts feed each other.
static void solve_phases(struct solver *s) {
    uint64_t before[SLOTS];
    for (unsigned round = 0; round < MAX_STARTS; round++) {
        memcpy(before, s->p->runs.pairs, sizeof before);
        enter_roots(s->p);
        solve_contexts(s);
        pair_roots(s->p);
        if (!memcmp(before, s->p->runs.pairs, sizeof before)) {
            return;
        }
    }
}

void program_find_parallel(struct program *p) {
    struct solver s = {.p = p};
    run_edges_find(p, &s.edges);
    leaving_find_joined(p);
    find_untracked_starts(&s);
    bool changed = true;
    for (unsigned round = 0; changed && round < MAX_ROUNDS; round++) {
        changed = false;
        for (uint32_t i = 0; i < p->order.len; i++) {
            changed |= find_leaves(&s, p->order.data[i]);
        }
    }
    solve_phases(&s);
    s.jobs = true;
    solve_phases(&s);
    together_find(p);
}
