// Fields that are changed by atomic operations, and the few accesses that are not atomic: the
// belief that several threads come there (Engler et al., "Bugs as Deviant Behavior", SOSP 2001)
// without any lock. ISO C17 5.1.2.4: one atomic and one plain access are a data race.
#include "checker/link/guard.h"

enum { MIN_CHANGES_FOR_UPDATE = 2, MIN_CHANGES_FOR_READ = 4, READ_SHARE = 4, UPDATE_SHARE = 2 };

struct mix {
    struct program *p;
    expr_id class;
    struct site *atomics;
    uint32_t atomic_count;
    uint32_t changes;            // atomic ones that write
    const struct site *change;   // one of them
    const struct site *far_from; // one in another function
    bool loads;                  // the operations used are of a family that can also load
    uint32_t reads;              // plain ones
    uint32_t updates;
};

static const struct ir_op *op_of(const struct program *p, const struct site *x) {
    struct fn_ref ref = p->nodes.data[x->deepest->node].ref;
    return &ref.facts->ops.data[x->deepest->op];
}

static bool is_legacy(const struct program *p, const struct site *x) {
    const struct ir_op *op = op_of(p, x);
    struct fn_ref ref = p->nodes.data[x->deepest->node].ref;
    const struct model_function *m =
        op->kind == OP_CALL ? program_library(p, ref.facts, op->call) : NULL;
    return m && (m->flags & FN_ATOMIC_LEGACY);
}

static void look_at_atomics(struct mix *m) {
    for (uint32_t i = 0; i < m->atomic_count; i++) {
        const struct site *x = &m->atomics[i];
        m->loads |= !is_legacy(m->p, x);
        m->changes += x->access->write;
        if (x->access->write && !m->change) {
            m->change = x;
        } else if (x->access->write && !m->far_from && x->access->node != m->change->access->node) {
            m->far_from = x;
        }
    }
}

// `n++`, `n += k`. What writes a value of its own is an initialisation as far as anybody can tell.
static bool is_update(const struct program *p, const struct site *x) {
    return op_of(p, x)->kind == OP_UPDATE;
}

static bool is_read(const struct program *p, const struct site *x) {
    return op_of(p, x)->kind == OP_READ;
}

static bool is_deviant(const struct mix *m, const struct site *x) {
    const struct program *p = m->p;
    if (x->instance.lock_count || x->instance.far || !fields_may_meet(p, x, m->change) ||
        op_is_doomed(p, p->nodes.data[x->access->node].ref, x->access->op)) {
        return false;
    }
    if (is_update(p, x)) {
        return m->changes >= MIN_CHANGES_FOR_UPDATE && m->updates * UPDATE_SHARE <= m->changes;
    }
    return is_read(p, x) && m->loads && m->far_from && m->changes >= MIN_CHANGES_FOR_READ &&
           !m->updates && m->reads * READ_SHARE <= m->atomic_count;
}

static void tell(const struct mix *m, const struct site *x) {
    struct program *p = m->p;
    struct fn_ref at = p->nodes.data[x->access->node].ref;
    struct program_unguarded u = {
        .place = x->access->place,
        .class = m->class,
        .write = x->access->write,
        .guarded = m->atomic_count,
        .total = m->atomic_count + m->reads + m->updates,
        .at = {at, at.facts->ops.data[x->access->op].loc},
        .inner = fields_inner(p, x),
        .guarded_at = access_site(p, m->change->access),
        .writer = p->nodes.data[m->change->access->node].ref
    };
    vec_push(p->arena, &p->unguarded, u);
}

static void judge(struct fields *fields, const struct field_group *g, struct site *atomics,
                  struct site *plain) {
    struct mix m = {.p = fields->p, .class = g->class, .atomics = atomics};
    m.atomic_count = fields_sites(fields, g, true, atomics);
    look_at_atomics(&m);
    uint32_t n = m.change ? fields_sites(fields, g, false, plain) : 0;
    for (uint32_t i = 0; i < n; i++) {
        m.reads += is_read(m.p, &plain[i]);
        m.updates += is_update(m.p, &plain[i]);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (is_deviant(&m, &plain[i])) {
            tell(&m, &plain[i]);
        }
    }
}

void mixed_find(struct fields *fields) {
    struct arena *scratch = &fields->p->scratch;
    struct site *atomics = ARENA_ARRAY(scratch, struct site, FIELDS_MAX_SITES);
    struct site *plain = ARENA_ARRAY(scratch, struct site, FIELDS_MAX_SITES);
    for (uint32_t i = 0; i < fields->groups.len; i++) {
        if (fields->groups.data[i].atomic) {
            judge(fields, &fields->groups.data[i], atomics, plain);
        }
    }
}
