// The table of roots: where control enters the program, and how many threads of each there are.
#include "checker/flow/graph.h"
#include "checker/link/program_private.h"

static void collect_calls(struct program *p, node_id n) {
    struct fn_ref fn = p->nodes.data[n].ref;
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            op_id op = {b->first_op.v + k};
            const struct ir_op *x = &fn.facts->ops.data[op.v];
            node_id to = x->kind == OP_CALL ? call_target(p, fn.facts, x->call) : NODE_NONE;
            if (to != NODE_NONE) {
                vec_push(p->arena, &p->runs.calls[n].items, ((struct sure_call){to, op}));
            }
        }
    }
}

// --- roots ---

uint32_t roots_add(struct program *p, enum context_kind kind, node_id n, struct flow_site site) {
    struct runs *c = &p->runs;
    for (uint32_t i = 0; i < c->roots.len; i++) {
        if (c->roots.data[i].kind == kind && c->roots.data[i].node == n) {
            return i;
        }
    }
    if (c->roots.len == PROGRAM_ROOTS_MAX) {
        return UINT32_MAX;
    }
    vec_push(p->arena, &c->roots,
             ((struct program_root){.kind = (uint8_t)kind, .node = n, .site = site}));
    vec_push(p->arena, &c->starts, ((struct root_starts){0}));
    return c->roots.len - 1;
}

static uint32_t block_of(struct fn_ref fn, op_id op) {
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        if (op.v >= b->first_op.v && op.v < b->first_op.v + b->op_count) {
            return i;
        }
    }
    return 0;
}

static bool loop_joins(const struct program *p, struct fn_ref fn, const struct loops *loops,
                       const struct loop *loop) {
    for (uint32_t i = 0; i < loops->block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; loop->inside[i] && k < b->op_count; k++) {
            if (op_joins(p, fn.facts, &fn.facts->ops.data[b->first_op.v + k])) {
                return true;
            }
        }
    }
    return false;
}

static bool has_start(const struct root_starts *starts, node_id n, op_id op) {
    for (uint32_t i = 0; i < starts->items.len; i++) {
        if (starts->items.data[i].fn == n && starts->items.data[i].op.v == op.v) {
            return true;
        }
    }
    return false;
}

// `op` of `n` starts threads that begin at `entry`. Several run at once when it does so in a loop,
// or when another place of the function does so too, without waiting for the end in between.
void roots_add_start(struct program *p, node_id n, op_id op, node_id entry, bool pool) {
    struct fn_ref fn = p->nodes.data[n].ref;
    struct flow_site site = {fn, fn.facts->ops.data[op.v].loc};
    uint32_t root = entry == NODE_NONE ? UINT32_MAX : roots_add(p, CONTEXT_THREAD, entry, site);
    if (root == UINT32_MAX || has_start(&p->runs.starts.data[root], n, op)) {
        return;
    }
    struct root_starts *starts = &p->runs.starts.data[root];
    struct loops loops = graph_loops(fn, &p->scratch);
    const struct loop *loop = graph_innermost(&loops, block_of(fn, op));
    // in a loop each child of a fork is a process of its own
    bool many = loop && !loop_joins(p, fn, &loops, loop) && !program_is_in_child(p, n, op);
    many |= pool && p->nodes.data[n].address_taken; // a callback hands jobs over again and again
    for (uint32_t i = 0; i < starts->items.len && !many; i++) {
        const struct root_start *other = &starts->items.data[i];
        many = other->fn == n &&
               (program_goes_on(p, n, other->op, op) || program_goes_on(p, n, op, other->op));
    }
    vec_push(p->arena, &starts->items, ((struct root_start){n, op}));
    struct program_root *r = &p->runs.roots.data[root];
    if (many && !r->many) {
        r->site = site; // the place that tells most
    }
    r->many |= many;
    r->pool |= pool;
}

enum { MAX_OVERRIDERS = 16 };

// The entry, and for a virtual one whatever overrides it.
static void add_entries(struct program *p, node_id n, op_id op, expr_id entry) {
    const struct expr *x = expr_get(p->exprs, entry);
    node_id over[MAX_OVERRIDERS];
    uint32_t count = x->kind == EX_FN ? overriders_of(p, x->name, over, MAX_OVERRIDERS) : 0;
    roots_add_start(p, n, op, program_node_of_value(p, entry), false);
    for (uint32_t i = 0; i < count; i++) {
        roots_add_start(p, n, op, over[i], false);
    }
}

// Threads whose entry only flow could find: members of objects, closures.
static void add_threads(struct program *p) {
    for (node_id n = 0; n < p->nodes.len; n++) {
        const struct flow_result *r = p->nodes.data[n].flow[FLOW_THREADS];
        for (uint32_t i = 0; r && i < r->spawns.len; i++) {
            op_id op = facts_op_of_call(r->fn.facts, r->fn.fn, r->spawns.data[i].call);
            if (op.v) {
                add_entries(p, n, op, r->spawns.data[i].entry);
            }
        }
    }
}

// --- several at once ---

// A function that starts a thread is called in a loop that ends: the loop starts several of them.
static bool is_called_in_loop(struct program *p, node_id n) {
    for (uint32_t i = 0; i < p->nodes.data[n].callers.len; i++) {
        node_id by = p->nodes.data[n].callers.data[i];
        struct fn_ref fn = p->nodes.data[by].ref;
        const struct node_calls *calls = &p->runs.calls[by];
        struct loops loops = graph_loops(fn, &p->scratch);
        for (uint32_t k = 0; k < calls->items.len; k++) {
            const struct loop *loop =
                calls->items.data[k].to == n && !program_is_in_child(p, by, calls->items.data[k].op)
                    ? graph_innermost(&loops, block_of(fn, calls->items.data[k].op))
                    : NULL;
            if (loop && loop->exits && !loop_joins(p, fn, &loops, loop)) {
                return true;
            }
        }
    }
    return false;
}

static void find_many(struct program *p) {
    for (uint32_t i = 0; i < p->runs.roots.len; i++) {
        struct program_root *r = &p->runs.roots.data[i];
        for (uint32_t s = 0; !r->many && s < p->runs.starts.data[i].items.len; s++) {
            r->many = is_called_in_loop(p, p->runs.starts.data[i].items.data[s].fn);
        }
    }
}

// A thread that many threads start is many itself.
static void spread_many(struct program *p) {
    struct runs *c = &p->runs;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < c->roots.len; i++) {
            for (uint32_t s = 0; !c->roots.data[i].many && s < c->starts.data[i].items.len; s++) {
                for (uint32_t by = 0; by < c->roots.len && !c->roots.data[i].many; by++) {
                    c->roots.data[i].many =
                        by != i && c->roots.data[by].many &&
                        program_root_reaches(p, by, c->starts.data[i].items.data[s].fn);
                    changed |= c->roots.data[i].many;
                }
            }
        }
    }
}

// Entries in the order of their functions, so that numbers do not depend on how they were found.
static void number_slots(struct program *p) {
    struct runs *c = &p->runs;
    for (uint32_t i = 0; i < c->roots.len; i++) {
        uint32_t at = c->by_slot.len;
        if (c->roots.data[i].kind != CONTEXT_THREAD) {
            continue;
        }
        vec_push(p->arena, &c->by_slot, i);
        for (; at > 0 && c->roots.data[c->by_slot.data[at - 1]].node > c->roots.data[i].node;
             at--) {
            c->by_slot.data[at] = c->by_slot.data[at - 1];
        }
        c->by_slot.data[at] = i;
        p->nodes.data[c->roots.data[i].node].is_entry = true;
    }
    for (uint32_t i = 0; i < c->by_slot.len; i++) {
        c->roots.data[c->by_slot.data[i]].slot = (uint8_t)(i + 1 < SLOT_LAST ? i + 1 : SLOT_LAST);
    }
}

void program_find_roots(struct program *p) {
    children_find(p);
    spins_find(p);
    p->runs.calls = ARENA_ARRAY(p->arena, struct node_calls, p->nodes.len + 1);
    for (node_id n = 0; n < p->nodes.len; n++) {
        collect_calls(p, n);
        if (program_is_main(p, n)) {
            roots_add(p, CONTEXT_MAIN, n, (struct flow_site){0});
        }
    }
    joins_find(p);
    installs_find(p);
    add_threads(p);
    for (uint32_t i = 0; i < p->runs.roots.len; i++) {
        root_find_reach(p, &p->runs.roots.data[i]);
    }
    find_many(p);
    spread_many(p);
    number_slots(p);
}

// --- queries ---

uint8_t slot_of_value(const struct program *p, expr_id fn) {
    node_id n = program_node_of_value(p, fn);
    for (uint32_t i = 0; n != NODE_NONE && i < p->runs.by_slot.len; i++) {
        const struct program_root *r = &p->runs.roots.data[p->runs.by_slot.data[i]];
        if (r->node == n) {
            return r->slot;
        }
    }
    return SLOT_MAIN;
}

uint64_t slots_started_at(const struct program *p, node_id n, call_id call) {
    uint64_t slots = 0;
    op_id op = facts_op_of_call(p->nodes.data[n].ref.facts, p->nodes.data[n].ref.fn, call);
    for (uint32_t i = 0; i < p->runs.by_slot.len; i++) {
        uint32_t root = p->runs.by_slot.data[i];
        slots |= has_start(&p->runs.starts.data[root], n, op)
                     ? 1ULL << p->runs.roots.data[root].slot
                     : 0;
    }
    return slots;
}

const struct program_root *root_of_slot(const struct program *p, uint8_t slot) {
    bool one = slot != SLOT_MAIN && slot != SLOT_LAST && slot <= p->runs.by_slot.len;
    return one ? &p->runs.roots.data[p->runs.by_slot.data[slot - 1]] : NULL;
}

bool program_has_many_threads(const struct program *p, node_id entry) {
    for (uint32_t i = 0; i < program_root_count(p); i++) {
        const struct program_root *r = program_root(p, i);
        if (r->kind == CONTEXT_THREAD && r->node == entry) {
            return r->many;
        }
    }
    return true; // started in a way that cannot be followed
}

uint32_t program_root_count(const struct program *p) {
    return p->runs.roots.len;
}

const struct program_root *program_root(const struct program *p, uint32_t index) {
    return &p->runs.roots.data[index];
}

bool program_runs_twice(const struct program *p, node_id n, op_id op) {
    for (uint32_t a = 0; a < p->runs.roots.len; a++) {
        uint8_t kind = p->runs.roots.data[a].kind;
        bool runs = program_root_runs(p, a, n, op) &&
                    (kind == CONTEXT_THREAD ||
                     (kind == CONTEXT_MAIN && program_main_has_company(p, n, op)));
        for (uint32_t b = 0; runs && b < p->runs.roots.len; b++) {
            if (p->runs.roots.data[b].kind == CONTEXT_THREAD && program_roots_overlap(p, a, b) &&
                program_root_runs(p, b, n, op)) {
                return true;
            }
        }
    }
    return false;
}

uint32_t program_start_count(const struct program *p, uint32_t root) {
    return p->runs.starts.data[root].items.len;
}

struct program_start program_start(const struct program *p, uint32_t root, uint32_t index) {
    const struct root_start *s = &p->runs.starts.data[root].items.data[index];
    return (struct program_start){s->fn, s->op};
}
