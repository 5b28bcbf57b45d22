// Joining worlds.
#include "checker/flow/world.h"

static bool same_lock(const struct lock_state *a, const struct lock_state *b) {
    return expr_same(a->lock, b->lock) && a->status == b->status && a->entry == b->entry &&
           a->flags == b->flags && a->count == b->count && a->try_failed == b->try_failed &&
           a->improbable == b->improbable;
}

static bool same_object(const struct object_state *a, const struct object_state *b) {
    return expr_same(a->value, b->value) && a->status == b->status && a->escaped == b->escaped &&
           expr_same(a->home, b->home);
}

// Doubts about a whole class are no part of the property: they are joined.
static uint16_t next_lock(const struct world *w, uint16_t at) {
    while (at < w->lock_count && w->locks[at].any) {
        at++;
    }
    return at;
}

static uint16_t next_object(const struct world *w, uint16_t at) {
    while (at < w->object_count && w->objects[at].any) {
        at++;
    }
    return at;
}

static bool same_locks(const struct world *a, const struct world *b) {
    uint16_t i = next_lock(a, 0);
    uint16_t k = next_lock(b, 0);
    while (i < a->lock_count && k < b->lock_count) {
        if (!same_lock(&a->locks[i], &b->locks[k])) {
            return false;
        }
        i = next_lock(a, (uint16_t)(i + 1));
        k = next_lock(b, (uint16_t)(k + 1));
    }
    return i == a->lock_count && k == b->lock_count;
}

bool world_same_property(const struct world *a, const struct world *b) {
    uint16_t i = next_object(a, 0);
    uint16_t k = next_object(b, 0);
    while (i < a->object_count && k < b->object_count) {
        if (!same_object(&a->objects[i], &b->objects[k])) {
            return false;
        }
        i = next_object(a, (uint16_t)(i + 1));
        k = next_object(b, (uint16_t)(k + 1));
    }
    return i == a->object_count && k == b->object_count && same_locks(a, b);
}

static bool has_lock(const struct world *w, expr_id lock) {
    for (uint16_t i = 0; i < w->lock_count; i++) {
        if (expr_same(w->locks[i].lock, lock)) {
            return true;
        }
    }
    return false;
}

static bool has_object(const struct world *w, expr_id value) {
    for (uint16_t i = 0; i < w->object_count; i++) {
        if (expr_same(w->objects[i].value, value)) {
            return true;
        }
    }
    return false;
}

bool world_join_doubts(const struct world_space *s, struct world *a, const struct world *b) {
    bool changed = false;
    for (uint16_t i = 0; i < b->lock_count; i++) {
        if (b->locks[i].any && !has_lock(a, b->locks[i].lock)) {
            *world_lock_add(s, a, b->locks[i].lock) = b->locks[i];
            changed = true;
        }
    }
    for (uint16_t i = 0; i < b->object_count; i++) {
        if (b->objects[i].any && !has_object(a, b->objects[i].value)) {
            *world_object_add(s, a, b->objects[i].value) = b->objects[i];
            changed = true;
        }
    }
    return changed;
}

bool world_same_decisions(const struct world *a, const struct world *b) {
    if (a->decision_count != b->decision_count) {
        return false;
    }
    for (uint8_t i = 0; i < a->decision_count; i++) {
        if (a->decisions[i].val != b->decisions[i].val ||
            a->decisions[i].sense != b->decisions[i].sense) {
            return false;
        }
    }
    return true;
}

void world_decide(struct world *w, uint32_t val, bool sense) {
    uint8_t at = 0;
    while (at < w->decision_count && w->decisions[at].val < val) {
        at++;
    }
    if (at < w->decision_count && w->decisions[at].val == val) {
        w->decisions[at].sense = sense;
        return;
    }
    if (w->decision_count == MAX_DECISIONS) {
        return;
    }
    for (uint8_t i = w->decision_count; i > at; i--) {
        w->decisions[i] = w->decisions[i - 1];
    }
    w->decisions[at] = (struct decision){val, sense};
    w->decision_count++;
}

static bool same_range(struct range a, struct range b) {
    if (a.lo != b.lo || a.hi != b.hi || a.ne_count != b.ne_count) {
        return false;
    }
    for (uint8_t i = 0; i < a.ne_count; i++) {
        if (a.ne[i] != b.ne[i]) {
            return false;
        }
    }
    return true;
}

struct merger {
    const struct world_space *s;
    const struct world *a;
    const struct world *b;
    struct world out;
    uint64_t parts; // what the values known in `a` hold, see expr_part
    uint32_t block;
    bool widen;
    bool changed;
};

// A bound that still moves after several joins is given up; the other one stays.
static struct range widened(struct range before, struct range after) {
    if (after.lo < before.lo) {
        after.lo = INT64_MIN;
    }
    if (after.hi > before.hi) {
        after.hi = INT64_MAX;
    }
    return after;
}

// Cells come in the order of their places, but for those only `b` has.
static void put_cell(struct merger *m, expr_id loc, expr_id val) {
    struct world *out = &m->out;
    bool is_last = !out->mem_count || out->mem[out->mem_count - 1].loc.v < loc.v;
    if (is_last && out->mem_count < out->mem_cap) {
        out->mem[out->mem_count++] = (struct mem_cell){loc, val};
    } else {
        world_put(m->s, out, loc, val);
    }
}

static bool is_merge_here(const struct merger *m, const struct expr *x, expr_id loc) {
    return x->kind == EX_MERGE && x->num == m->block && (!loc.v || x->aux == loc.v);
}

enum { MAX_REACHED = 40 }; // facts of a world up to which they are followed through merged pointers

// What both sides know of things reached from the content, `p->flag == 0`, they know of the merged
// content as well.
static void merge_reached(struct merger *m, expr_id x, expr_id y, expr_id merged) {
    if (x.v && !(m->parts & expr_part(x))) {
        return;
    }
    bool many = m->a->known_count > MAX_REACHED || m->b->known_count > MAX_REACHED ||
                m->out.known_count > MAX_REACHED;
    if (many || expr_get(m->s->exprs, x)->kind == EX_CONST ||
        expr_get(m->s->exprs, y)->kind == EX_CONST) {
        return;
    }
    for (uint16_t i = 0; i < m->a->known_count; i++) {
        const struct known_value *p = &m->a->known[i];
        if (expr_same(p->val, x) || !expr_contains(m->s->exprs, p->val, x)) {
            continue;
        }
        expr_id val = expr_replaced(m->s->exprs, p->val, x, merged);
        for (uint16_t k = 0; k < m->b->known_count; k++) {
            const struct known_value *q = &m->b->known[k];
            if (expr_contains(m->s->exprs, q->val, y) &&
                expr_same(expr_replaced(m->s->exprs, q->val, y, merged), val)) {
                struct range r = range_join(p->range, q->range);
                world_set_range(m->s, &m->out, val, m->widen ? widened(p->range, r) : r);
            }
        }
    }
}

// Joins the content of one place. The merged symbol means "whatever this place holds when this
// block is entered".
static void merge_cell(struct merger *m, expr_id loc, expr_id x, expr_id y) {
    const struct expr *content = expr_get(m->s->exprs, x);
    if (expr_same(x, y)) {
        put_cell(m, loc, x);
        if (is_merge_here(m, content, (expr_id){0})) {
            struct range before = world_range(m->s, m->a, x);
            struct range r = range_join(before, world_range(m->s, m->b, x));
            world_set_range(m->s, &m->out, x, m->widen ? widened(before, r) : r);
            m->changed |= !same_range(before, world_range(m->s, &m->out, x));
        }
        return;
    }
    expr_id merged = is_merge_here(m, content, loc) ? x : expr_merge(m->s->exprs, m->block, loc.v);
    struct range before = world_range(m->s, m->a, x);
    struct range r = range_join(before, world_range(m->s, m->b, y));
    put_cell(m, loc, merged);
    world_set_range(m->s, &m->out, merged, m->widen ? widened(before, r) : r);
    m->changed |= !expr_same(x, merged) || !same_range(before, world_range(m->s, &m->out, merged));
    merge_reached(m, x, y, merged);
}

static void merge_known(struct merger *m) {
    for (uint16_t i = 0; i < m->a->known_count; i++) {
        expr_id val = m->a->known[i].val;
        const struct expr *x = expr_get(m->s->exprs, val);
        if (x->kind == EX_MERGE && x->num == m->block) {
            continue; // renewed by merge_cell
        }
        struct range before = m->a->known[i].range;
        struct range r = range_join(before, world_range(m->s, m->b, val));
        world_set_range(m->s, &m->out, val, m->widen ? widened(before, r) : r);
    }
}

static void note_changed_knowledge(struct merger *m) {
    for (uint16_t i = 0; i < m->a->known_count && !m->changed; i++) {
        const struct known_value *k = &m->a->known[i];
        const struct expr *x = expr_get(m->s->exprs, k->val);
        bool renewed = x->kind == EX_MERGE && x->num == m->block; // by merge_cell
        m->changed = !renewed && !same_range(k->range, world_range(m->s, &m->out, k->val));
    }
}

// A place one side never touched and whose parent the other overwrote reads through to its old
// content: no cell needed.
static void merge_memory(struct merger *m) {
    const struct world *a = m->a;
    const struct world *b = m->b;
    uint16_t at = 0;
    for (uint16_t i = 0; i < a->mem_count; i++) { // both are sorted
        struct mem_cell c = a->mem[i];
        while (at < b->mem_count && b->mem[at].loc.v < c.loc.v) {
            at++;
        }
        bool has = at < b->mem_count && expr_same(b->mem[at].loc, c.loc);
        merge_cell(m, c.loc, c.val, has ? b->mem[at].val : world_read(m->s, b, c.loc));
    }
    at = 0;
    for (uint16_t i = 0; i < b->mem_count; i++) {
        struct mem_cell c = b->mem[i];
        while (at < a->mem_count && a->mem[at].loc.v < c.loc.v) {
            at++;
        }
        if (at == a->mem_count || !expr_same(a->mem[at].loc, c.loc)) {
            uint16_t before = m->out.mem_count;
            merge_cell(m, c.loc, world_read(m->s, a, c.loc), c.val);
            m->changed |= m->out.mem_count != before &&
                          expr_get(m->s->exprs, world_read(m->s, &m->out, c.loc))->kind == EX_MERGE;
        }
    }
}

// What is known of `val` in `a` stays as it is when `known` is joined to it.
static bool covers_range(const struct world_space *s, const struct world *a, expr_id val,
                         struct range known) {
    struct range before = world_range(s, a, val);
    return same_range(before, range_join(before, known));
}

static bool has_merge_of(const struct expr_table *t, expr_id e, uint32_t block) {
    const struct expr *x = expr_get(t, e);
    if (!(x->kinds & EXPR_KIND(EX_MERGE))) {
        return false;
    }
    return x->kind == EX_MERGE ? x->num == block
                               : has_merge_of(t, x->a, block) || has_merge_of(t, x->b, block);
}

static bool covers_known(const struct world_space *s, const struct world *a, const struct world *b,
                         uint32_t block) {
    for (uint16_t i = 0; i < a->known_count; i++) {
        const struct known_value *k = &a->known[i];
        if (has_merge_of(s->exprs, k->val, block)) {
            if (expr_get(s->exprs, k->val)->kind != EX_MERGE) {
                return false; // see merge_reached
            }
            continue; // covers_cell looks at it
        }
        if (!same_range(k->range, range_join(k->range, world_range(s, b, k->val)))) {
            return false;
        }
    }
    return true;
}

static bool covers_cell(const struct world_space *s, const struct world *a, const struct world *b,
                        struct mem_cell c, expr_id other, uint32_t block) {
    const struct expr *x = expr_get(s->exprs, c.val);
    if (x->kind != EX_MERGE || x->num != block) {
        return expr_same(c.val, other);
    }
    return (expr_same(c.val, other) || x->aux == c.loc.v) &&
           covers_range(s, a, c.val, world_range(s, b, other));
}

static bool covers_memory(const struct world_space *s, const struct world *a, const struct world *b,
                          uint32_t block) {
    uint16_t at = 0;
    for (uint16_t i = 0; i < a->mem_count; i++) { // both are sorted
        struct mem_cell c = a->mem[i];
        bool has = at < b->mem_count && expr_same(b->mem[at].loc, c.loc);
        if (at < b->mem_count && b->mem[at].loc.v < c.loc.v) {
            return false; // a place that only `b` has
        }
        expr_id other = has ? b->mem[at].val : world_read(s, b, c.loc);
        if (!covers_cell(s, a, b, c, other, block)) {
            return false;
        }
        at = (uint16_t)(at + has);
    }
    return at == b->mem_count;
}

bool world_covers(const struct world_space *s, const struct world *a, const struct world *b,
                  uint32_t block) {
    for (uint16_t i = 0; i < b->lock_count; i++) {
        if (b->locks[i].any && !has_lock(a, b->locks[i].lock)) {
            return false;
        }
    }
    for (uint16_t i = 0; i < b->object_count; i++) {
        if (b->objects[i].any && !has_object(a, b->objects[i].value)) {
            return false;
        }
    }
    return covers_known(s, a, b, block) && covers_memory(s, a, b, block);
}

bool world_merge(const struct world_space *s, struct world *a, const struct world *b,
                 uint32_t block, bool widen) {
    struct merger m = {.s = s, .a = a, .b = b, .block = block, .widen = widen};
    m.out = world_copy(s, a);
    m.out.mem_count = 0;
    m.out.known_count = 0;
    m.out.known_bits = 0;
    for (uint16_t i = 0; i < a->known_count; i++) {
        m.parts |= expr_get(s->exprs, a->known[i].val)->parts;
    }
    m.out.handshake = a->handshake && b->handshake;
    merge_known(&m);
    merge_memory(&m);
    note_changed_knowledge(&m);
    *a = m.out;
    return m.changed;
}

bool world_merge_property(const struct world_space *s, struct world *a, const struct world *b) {
    struct world other = world_copy(s, b);
    bool changed = false;
    for (uint16_t i = 0; i < a->lock_count; i++) {
        struct lock_state *x = &a->locks[i];
        struct lock_state *y = world_lock(&other, x->lock);
        if ((!y || !same_lock(x, y)) && (x->status != LOCK_MAYBE || x->entry != ENTRY_ANY)) {
            x->status = LOCK_MAYBE;
            x->entry = ENTRY_ANY;
            changed = true;
        }
    }
    for (uint16_t i = 0; i < b->lock_count; i++) {
        if (!world_lock(a, b->locks[i].lock)) {
            struct lock_state *l = world_lock_add(s, a, b->locks[i].lock);
            *l = b->locks[i];
            l->status = LOCK_MAYBE;
            l->entry = ENTRY_ANY;
            changed = true;
        }
    }
    for (uint16_t i = 0; i < a->object_count; i++) {
        struct object_state *x = &a->objects[i];
        struct object_state *y = world_object(&other, x->value);
        if ((!y || !same_object(x, y)) && x->status != OBJECT_UNKNOWN) {
            x->status = OBJECT_UNKNOWN;
            changed = true;
        }
    }
    for (uint16_t i = 0; i < b->object_count; i++) {
        if (!world_object(a, b->objects[i].value)) {
            struct object_state *o = world_object_add(s, a, b->objects[i].value);
            *o = b->objects[i];
            o->status = OBJECT_UNKNOWN;
            changed = true;
        }
    }
    return changed;
}
