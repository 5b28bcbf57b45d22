// What a function does before it starts a thread, when nobody is known to call it twice: the object
// is being made ready. `lib_init() { state.n = 0; pthread_create(...); }`
#include "checker/link/initial.h"

#include "checker/link/threads.h"

enum order { ORDER_OPEN, ORDER_BEFORE, ORDER_AFTER };

// Where the op stands to the start of threads in `slot`, when this run of the function starts them.
static enum order order_at(struct program *p, node_id n, uint32_t op, uint8_t slot) {
    if (parallel_within(p, n, op) >> slot & 1) {
        return ORDER_AFTER;
    }
    return (p->nodes.data[n].leaves >> slot & 1) ? ORDER_BEFORE : ORDER_OPEN;
}

// The innermost function on the way that starts them decides.
static enum order order_of(struct program *p, const struct access *a, const struct run_context *c,
                           uint8_t slot) {
    enum order found = ORDER_OPEN;
    for (const struct access *x = a;; x = &p->accesses.data[x->inner - 1]) {
        enum order o = order_at(p, x->node, x->op, slot);
        found = o == ORDER_OPEN ? found : o;
        if (!x->inner) {
            break;
        }
    }
    for (; found == ORDER_OPEN && c && c->from != NODE_NONE;
         c = &p->nodes.data[c->from].contexts.data[c->from_context]) {
        found = order_at(p, c->from, c->via, slot);
    }
    return found;
}

bool access_follows_start(struct program *p, const struct access *a, const struct run_context *c,
                          uint8_t slot) {
    return order_of(p, a, c, slot) == ORDER_AFTER;
}

bool access_precedes_start(struct program *p, const struct access *a, const struct run_context *c,
                           uint8_t slot) {
    node_id first = a->node;
    for (const struct run_context *x = c; x && x->from != NODE_NONE;
         x = &p->nodes.data[x->from].contexts.data[x->from_context]) {
        first = x->from;
    }
    return !program_is_main(p, first) && order_of(p, a, c, slot) == ORDER_BEFORE;
}
