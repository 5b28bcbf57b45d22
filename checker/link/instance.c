#include "checker/link/instance.h"

#include "checker/link/namer.h"

static void add_lock(struct program *p, struct instance *i, expr_id lock, uint8_t flags) {
    expr_id class = lock_identity(p, lock);
    bool doubt = (flags & (EF_MAYBE | FACT_SOMETIMES)) != 0;
    i->unnamed |= doubt || (expr_same(class, unnamed_lock(p)) &&
                            expr_get(p->exprs, namer_root(p->exprs, lock))->kind != EX_LOCAL);
    if (!doubt && i->lock_count < INSTANCE_MAX_LOCKS) {
        i->locks[i->lock_count++] = expr_same(class, unnamed_lock(p)) ? lock : class;
    }
}

static void fill(struct program *p, struct instance *i, const struct access *a,
                 const struct run_context *c, bool frame) {
    *i = (struct instance){.access = a, .unnamed = a->doubtful};
    for (uint16_t k = 0; k < a->held_count; k++) {
        add_lock(p, i, a->held[k].e, a->held[k].flags);
    }
    if (a->slot) {
        i->slot = a->slot;
        i->live = p->runs.pairs[a->slot];
        return;
    }
    i->context = c;
    i->slot = c->slot;
    i->live = frame ? parallel_within(p, a->node, a->op) : parallel_at(p, a->node, c, a->op);
    for (uint32_t k = 0; k < c->held.len; k++) {
        add_lock(p, i, c->held.data[k], 0);
    }
}

// What this function does with its own object to threads of its own does not depend on who calls
// it.
static bool is_far(const struct program *p, const struct instance *i, bool frame) {
    uint32_t n = 0;
    for (const struct run_context *c = frame ? NULL : i->context;
         c && c->from != NODE_NONE && n <= INSTANCE_MAX_CALLS; n++) {
        c = &p->nodes.data[c->from].contexts.data[c->from_context];
    }
    for (const struct access *a = i->access; a->inner && n <= INSTANCE_MAX_CALLS; n++) {
        a = &p->accesses.data[a->inner - 1];
    }
    return n > INSTANCE_MAX_CALLS;
}

void instance_fill(struct program *p, struct instance *ret_instance, const struct access *a,
                   const struct run_context *c, bool frame) {
    fill(p, ret_instance, a, c, frame);
    ret_instance->far = is_far(p, ret_instance, frame);
    ret_instance->unnamed |= parallel_is_bracketed(p, a->node, a->op);
}

bool instances_run_in_parallel(const struct program *p, const struct instance *a,
                               const struct instance *b) {
    bool job = (a->context && a->context->job) || (b->context && b->context->job);
    if (job && (a->slot == SLOT_MAIN || b->slot == SLOT_MAIN)) {
        return false; // who hands jobs over also waits for them, in ways that are not seen
    }
    if (a->slot == b->slot) {
        return slots_run_in_parallel(p, a->slot, b->slot);
    }
    return (a->live >> b->slot & 1) && (b->live >> a->slot & 1);
}

bool instances_share_lock(const struct instance *a, const struct instance *b) {
    for (uint32_t i = 0; i < a->lock_count; i++) {
        for (uint32_t k = 0; k < b->lock_count; k++) {
            if (expr_same(a->locks[i], b->locks[k])) {
                return true;
            }
        }
    }
    return a->unnamed || b->unnamed;
}
