// Questions about two points of the program: may they run at the same time?
#include "checker/link/program_private.h"

bool slots_run_in_parallel(const struct program *p, uint8_t a, uint8_t b) {
    if (a == b && a == SLOT_MAIN) {
        return false;
    }
    return p->runs.pairs[a] >> b & 1;
}

// A function that is only called through a pointer nobody knows, or one that callers elsewhere use,
// and all that it calls.
static void find_strangers(struct program *p) {
    p->runs.strangers = ARENA_ARRAY(p->arena, bool, p->nodes.len + 1);
    VEC(node_id) queue = {0};
    for (node_id n = 0; n < p->nodes.len; n++) {
        const struct node *x = &p->nodes.data[n];
        bool stored = x->mentions > x->spawn_calls; // as a callback, say
        if (stored || (!x->is_entry && !program_is_main(p, n) && !x->callers.len)) {
            p->runs.strangers[n] = true;
            vec_push(&p->scratch, &queue, n);
        }
    }
    for (uint32_t at = 0; at < queue.len; at++) {
        const struct node *x = &p->nodes.data[queue.data[at]];
        for (uint32_t i = 0; i < x->callees.len; i++) {
            if (!p->runs.strangers[x->callees.data[i]]) {
                p->runs.strangers[x->callees.data[i]] = true;
                vec_push(&p->scratch, &queue, x->callees.data[i]);
            }
        }
    }
}

// Started by code of which nobody knows when it runs: beside everything, as far as is known.
static void find_unclear(struct program *p) {
    for (uint32_t i = 0; i < p->runs.roots.len; i++) {
        uint8_t slot = p->runs.roots.data[i].slot;
        for (uint32_t k = 0; slot && k < p->runs.starts.data[i].items.len; k++) {
            node_id by = p->runs.starts.data[i].items.data[k].fn;
            bool unclear = p->runs.strangers[by] || !p->nodes.data[by].contexts.len;
            p->runs.unclear |= unclear ? 1ULL << slot : 0;
        }
    }
}

static bool roots_meet(const struct program *p, const struct program_root *a,
                       const struct program_root *b) {
    if (a == b) {
        return a->many;
    }
    if (!a->slot || !b->slot) {
        return a->kind != CONTEXT_EXIT && b->kind != CONTEXT_EXIT;
    }
    return slots_run_in_parallel(p, a->slot, b->slot) ||
           ((p->runs.unclear >> a->slot | p->runs.unclear >> b->slot) & 1);
}

void together_find(struct program *p) {
    uint32_t count = p->runs.roots.len;
    find_strangers(p);
    find_unclear(p);
    p->runs.overlap = ARENA_ARRAY(p->arena, bool, count *count + 1);
    for (uint32_t a = 0; a < count; a++) {
        for (uint32_t b = 0; b < count; b++) {
            p->runs.overlap[a * count + b] =
                roots_meet(p, &p->runs.roots.data[a], &p->runs.roots.data[b]);
        }
    }
}

bool program_roots_overlap(const struct program *p, uint32_t a, uint32_t b) {
    return p->runs.overlap[a * p->runs.roots.len + b];
}

// --- points ---

static bool contexts_meet(struct program *p, const struct program_order *a,
                          const struct run_context *x, const struct program_order *b,
                          const struct run_context *y) {
    if (x->slot == y->slot) { // one that may have been started twice is not enough
        const struct program_root *root = root_of_slot(p, x->slot);
        return root ? root->many : x->slot == SLOT_LAST;
    }
    if ((p->runs.unclear >> x->slot | p->runs.unclear >> y->slot) & 1) {
        return true;
    }
    return (parallel_at(p, a->node, x, program_op_of_call(p, a->node, a->act->call)) >> y->slot &
            1) &&
           (parallel_at(p, b->node, y, program_op_of_call(p, b->node, b->act->call)) >> x->slot &
            1);
}

static bool ways_meet(struct program *p, const struct program_order *a,
                      const struct program_order *b) {
    const struct node *x = &p->nodes.data[a->node];
    const struct node *y = &p->nodes.data[b->node];
    if (p->runs.strangers[a->node] || p->runs.strangers[b->node] || !x->contexts.len ||
        !y->contexts.len) {
        return true;
    }
    for (uint32_t i = 0; i < x->contexts.len; i++) {
        for (uint32_t k = 0; k < y->contexts.len; k++) {
            if (contexts_meet(p, a, &x->contexts.data[i], b, &y->contexts.data[k])) {
                return true;
            }
        }
    }
    return false;
}

// Main does this while no other thread runs: before it starts them, or after it joined them.
static bool has_no_company(const struct program *p, node_id n, call_id call) {
    struct fn_ref fn = p->nodes.data[n].ref;
    op_id op = facts_op_of_call(fn.facts, fn.fn, call);
    return op.v && !program_main_has_company(p, n, op);
}

static bool only_main_runs(const struct program *p, node_id n) {
    const struct node *x = &p->nodes.data[n];
    bool only = !p->runs.strangers[n] && x->contexts.len;
    for (uint32_t i = 0; i < x->contexts.len; i++) {
        only &= x->contexts.data[i].slot == SLOT_MAIN;
    }
    return only;
}

bool program_is_alone(struct program *p, node_id n, call_id call) {
    return p->runs.by_slot.len && only_main_runs(p, n) && has_no_company(p, n, call);
}

// Code that takes locks has threads; when none is started in sight, they come from elsewhere.
bool program_may_run_together(struct program *p, const struct program_order *ways, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (program_is_alone(p, ways[i].node, ways[i].act->call)) {
            return false;
        }
    }
    for (uint32_t i = 0; p->runs.by_slot.len && i < count; i++) {
        for (uint32_t k = count == 1 ? i : i + 1; k < count; k++) {
            if (!ways_meet(p, &ways[i], &ways[k])) {
                return false;
            }
        }
    }
    return true;
}
