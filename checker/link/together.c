// Which threads run a function, as far as deadlocks need it: two ways of taking locks block each
// other only in two threads.
#include "checker/link/program_private.h"

enum { MAX_ROOTS = 8 };

// Where the threads that run a function begin.
struct roots {
    node_id items[MAX_ROOTS];
    uint32_t count;
    bool anyone; // called by somebody unknown, or by too many
};

static void add_root(struct roots *r, node_id n) {
    for (uint32_t i = 0; i < r->count; i++) {
        if (r->items[i] == n) {
            return;
        }
    }
    if (r->count == MAX_ROOTS) {
        r->anyone = true;
        return;
    }
    r->items[r->count++] = n;
}

static void find_roots(struct program *p, node_id from, struct roots *out) {
    struct arena_mark mark = arena_mark(&p->scratch);
    bool *seen = ARENA_ARRAY(&p->scratch, bool, p->nodes.len);
    node_id *stack = ARENA_ARRAY(&p->scratch, node_id, p->nodes.len + 1);
    uint32_t top = 0;
    stack[top++] = from;
    seen[from] = true;
    while (top && !out->anyone) {
        node_id id = stack[--top];
        const struct node *n = &p->nodes.data[id];
        if (n->is_entry || program_is_main(p, id)) {
            add_root(out, id);
        }
        bool stored = n->mentions > n->spawn_calls; // as a callback, say
        out->anyone |= stored || (!n->is_entry && !program_is_main(p, id) && n->callers.len == 0);
        for (uint32_t i = 0; i < n->callers.len; i++) {
            if (!seen[n->callers.data[i]]) {
                seen[n->callers.data[i]] = true;
                stack[top++] = n->callers.data[i];
            }
        }
    }
    arena_reset(&p->scratch, mark);
}

static bool starts_threads(const struct program *p) {
    for (node_id n = 0; n < p->nodes.len; n++) {
        if (p->nodes.data[n].is_entry) {
            return true;
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

bool program_is_alone(struct program *p, node_id n, call_id call) {
    struct roots own = {0};
    find_roots(p, n, &own);
    bool only_main = !own.anyone && own.count == 1 && program_is_main(p, own.items[0]);
    return only_main && starts_threads(p) && has_no_company(p, n, call);
}

// Code that takes locks has threads; when none is started in sight, they come from elsewhere.
bool program_may_run_together(struct program *p, const struct program_order *ways, uint32_t count) {
    struct roots all = {0};
    for (uint32_t i = 0; i < count; i++) {
        if (program_is_alone(p, ways[i].node, ways[i].act->call)) {
            return false;
        }
        find_roots(p, ways[i].node, &all);
    }
    if (all.anyone || all.count > 1 || !starts_threads(p)) {
        return true;
    }
    return all.count == 1 && !program_is_main(p, all.items[0]) &&
           program_has_many_threads(p, all.items[0]);
}
