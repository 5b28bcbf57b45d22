// Writes under a lock that is held for reading only, to places that are written with the same lock
// held for writing elsewhere: readers run beside each other.
#include "checker/link/access.h"
#include "checker/link/namer.h"

// The lock held for reading when nothing is held for writing; none when something is, or when it
// cannot be told.
static expr_id read_lock_of(const struct access *a) {
    expr_id lock = {0};
    for (uint16_t i = 0; i < a->held_count; i++) {
        const struct flow_fact *h = &a->held[i];
        if (!(h->flags & EF_SHARED) || (h->flags & (EF_MAYBE | FACT_SOMETIMES))) {
            return (expr_id){0};
        }
        lock = h->e;
    }
    return lock;
}

static bool holds_for_writing(const struct program *p, const struct access *a, expr_id class) {
    for (uint16_t i = 0; i < a->held_count; i++) {
        const struct flow_fact *h = &a->held[i];
        if (!(h->flags & (EF_SHARED | EF_MAYBE | FACT_SOMETIMES)) &&
            expr_same(expr_class(p->exprs, h->e), class)) {
            return true;
        }
    }
    return false;
}

static bool concerns(const struct access *a) {
    return a->write && !a->inner && !a->slot && !a->owned && !a->atomic && !a->doubtful &&
           a->held_count;
}

static const struct access *exclusive_write(const struct program *p, expr_id place, expr_id lock) {
    for (uint32_t i = 0; i < p->accesses.len; i++) {
        const struct access *a = &p->accesses.data[i];
        if (concerns(a) && expr_same(expr_class(p->exprs, a->place), place) &&
            holds_for_writing(p, a, lock)) {
            return a;
        }
    }
    return NULL;
}

static bool is_told(const struct program *p, struct fn_ref fn, expr_id place) {
    for (uint32_t i = 0; i < p->shared_writes.len; i++) {
        const struct program_shared_write *x = &p->shared_writes.data[i];
        if (x->fn.facts == fn.facts && x->fn.fn.v == fn.fn.v && expr_same(x->place, place)) {
            return true;
        }
    }
    return false;
}

void program_find_shared_writes(struct program *p) {
    for (uint32_t i = 0; i < p->accesses.len; i++) {
        const struct access *a = &p->accesses.data[i];
        expr_id lock = concerns(a) ? read_lock_of(a) : (expr_id){0};
        expr_id class = lock.v ? expr_class(p->exprs, lock) : lock;
        expr_id place = class.v ? expr_class(p->exprs, a->place) : class;
        const struct access *other = place.v ? exclusive_write(p, place, class) : NULL;
        struct fn_ref fn = p->nodes.data[a->node].ref;
        if (other && !is_told(p, fn, a->place)) {
            vec_push(p->arena, &p->shared_writes,
                     ((struct program_shared_write){.fn = fn,
                                                    .loc = fn.facts->ops.data[a->op].loc,
                                                    .place = a->place,
                                                    .lock = lock,
                                                    .exclusive = access_site(p, other)}));
        }
    }
}

uint32_t program_shared_write_count(const struct program *p) {
    return p->shared_writes.len;
}

const struct program_shared_write *program_shared_write(const struct program *p, uint32_t index) {
    return &p->shared_writes.data[index];
}
