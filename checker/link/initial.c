// What a function does before it starts a thread, when nobody is known to call it twice: the object
// is being made ready. `lib_init() { state.n = 0; pthread_create(...); }`
#include "checker/link/initial.h"

#include "checker/link/threads.h"

// This run of the function starts the thread after `op`, not before.
static bool starts_later(struct program *p, node_id n, uint32_t op, uint8_t slot) {
    return (p->nodes.data[n].leaves >> slot & 1) && !(parallel_within(p, n, op) >> slot & 1);
}

bool access_precedes_start(struct program *p, const struct access *a, const struct run_context *c,
                           uint8_t slot) {
    bool found = false;
    for (const struct access *x = a;; x = &p->accesses.data[x->inner - 1]) {
        found |= starts_later(p, x->node, x->op, slot);
        if (!x->inner) {
            break;
        }
    }
    node_id first = a->node;
    for (; c && c->from != NODE_NONE; c = &p->nodes.data[c->from].contexts.data[c->from_context]) {
        first = c->from;
        found |= starts_later(p, c->from, c->via, slot);
    }
    return found && !program_is_main(p, first);
}
