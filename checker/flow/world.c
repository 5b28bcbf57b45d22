// Worlds: sorted small arrays, copied before change.
#include "checker/flow/world.h"

#include <string.h>

static void *grown(const struct world_space *s, const void *old, uint16_t count, uint16_t *cap,
                   size_t size) {
    uint16_t next = (uint16_t)(*cap ? *cap * 2 : 8);
    void *data = arena_alloc_raw(s->arena, size, next);
    if (count) {
        memcpy(data, old, size * count);
    }
    *cap = next;
    return data;
}

static void *copied(const struct world_space *s, const void *old, uint16_t count, uint16_t *cap,
                    size_t size) {
    *cap = (uint16_t)(count + 4);
    void *data = arena_alloc_raw(s->arena, size, *cap);
    if (count) {
        memcpy(data, old, size * count);
    }
    return data;
}

struct world world_copy(const struct world_space *s, const struct world *w) {
    struct world c = *w;
    c.locks = copied(s, w->locks, w->lock_count, &c.lock_cap, sizeof *w->locks);
    c.objects = copied(s, w->objects, w->object_count, &c.object_cap, sizeof *w->objects);
    c.mem = copied(s, w->mem, w->mem_count, &c.mem_cap, sizeof *w->mem);
    c.known = copied(s, w->known, w->known_count, &c.known_cap, sizeof *w->known);
    return c;
}

// Array of `s` with the items of `from`: the old one when it is large enough.
static void *kept(const struct world_space *s, void *old, uint16_t *cap, const void *from,
                  uint16_t count, size_t size) {
    if (count > *cap) {
        return copied(s, from, count, cap, size);
    }
    if (count && old != from) {
        memcpy(old, from, size * count);
    }
    return old;
}

void world_keep(const struct world_space *s, struct world *to, const struct world *from) {
    struct world w = *from;
    w.lock_cap = to->lock_cap;
    w.object_cap = to->object_cap;
    w.mem_cap = to->mem_cap;
    w.known_cap = to->known_cap;
    w.locks = kept(s, to->locks, &w.lock_cap, from->locks, from->lock_count, sizeof *w.locks);
    w.objects =
        kept(s, to->objects, &w.object_cap, from->objects, from->object_count, sizeof *w.objects);
    w.mem = kept(s, to->mem, &w.mem_cap, from->mem, from->mem_count, sizeof *w.mem);
    w.known = kept(s, to->known, &w.known_cap, from->known, from->known_count, sizeof *w.known);
    *to = w;
}

// --- locks and objects ---

struct lock_state *world_lock(struct world *w, expr_id lock) {
    for (uint16_t i = 0; i < w->lock_count; i++) {
        if (expr_same(w->locks[i].lock, lock)) {
            return &w->locks[i];
        }
    }
    return NULL;
}

struct lock_state *world_lock_add(const struct world_space *s, struct world *w, expr_id lock) {
    if (w->lock_count == w->lock_cap) {
        w->locks = grown(s, w->locks, w->lock_count, &w->lock_cap, sizeof *w->locks);
    }
    uint16_t at = 0;
    while (at < w->lock_count && w->locks[at].lock.v < lock.v) {
        at++;
    }
    memmove(&w->locks[at + 1], &w->locks[at], sizeof *w->locks * (size_t)(w->lock_count - at));
    w->lock_count++;
    w->locks[at] = (struct lock_state){.lock = lock};
    return &w->locks[at];
}

void world_lock_remove(struct world *w, uint32_t index) {
    memmove(&w->locks[index], &w->locks[index + 1],
            sizeof *w->locks * (size_t)(w->lock_count - index - 1));
    w->lock_count--;
}

struct object_state *world_object(struct world *w, expr_id value) {
    for (uint16_t i = 0; i < w->object_count; i++) {
        if (expr_same(w->objects[i].value, value)) {
            return &w->objects[i];
        }
    }
    return NULL;
}

struct object_state *world_object_add(const struct world_space *s, struct world *w, expr_id value) {
    if (w->object_count == w->object_cap) {
        w->objects = grown(s, w->objects, w->object_count, &w->object_cap, sizeof *w->objects);
    }
    uint16_t at = 0;
    while (at < w->object_count && w->objects[at].value.v < value.v) {
        at++;
    }
    memmove(&w->objects[at + 1], &w->objects[at],
            sizeof *w->objects * (size_t)(w->object_count - at));
    w->object_count++;
    w->objects[at] = (struct object_state){.value = value};
    return &w->objects[at];
}

void world_object_remove(struct world *w, uint32_t index) {
    memmove(&w->objects[index], &w->objects[index + 1],
            sizeof *w->objects * (size_t)(w->object_count - index - 1));
    w->object_count--;
}

// --- memory ---

static struct mem_cell *cell(const struct world *w, expr_id loc) {
    uint16_t lo = 0;
    uint16_t hi = w->mem_count;
    while (lo < hi) {
        uint16_t mid = (uint16_t)((lo + hi) / 2);
        if (w->mem[mid].loc.v < loc.v) {
            lo = (uint16_t)(mid + 1);
        } else {
            hi = mid;
        }
    }
    return lo < w->mem_count && expr_same(w->mem[lo].loc, loc) ? &w->mem[lo] : NULL;
}

// The same place within the object a copy came from. An object that is a value lies, so to speak,
// where that value points.
static expr_id read_through_copy(const struct world_space *s, const struct world *w, expr_id loc) {
    struct expr x = *expr_get(s->exprs, loc);
    if ((x.kind != EX_FIELD && x.kind != EX_INDEX) || !x.a.v) {
        return (expr_id){0};
    }
    const struct mem_cell *base = cell(w, x.a);
    if (!base) {
        return (expr_id){0};
    }
    bool is_load = expr_get(s->exprs, base->val)->kind == EX_LOAD;
    expr_id source = is_load ? expr_get(s->exprs, base->val)->a : expr_deref(s->exprs, base->val);
    expr_id place = x.kind == EX_INDEX
                        ? expr_index(s->exprs, source, x.b)
                        : expr_field(s->exprs, source, intern_text(&s->exprs->names, x.name),
                                     intern_text(&s->exprs->names, x.aux));
    return expr_same(place, loc) ? (expr_id){0} : world_read(s, w, place);
}

expr_id world_read(const struct world_space *s, const struct world *w, expr_id loc) {
    const struct mem_cell *c = cell(w, loc);
    if (c) {
        return c->val;
    }
    expr_id copy = read_through_copy(s, w, loc);
    return copy.v ? copy : expr_load(s->exprs, loc);
}

void world_put(const struct world_space *s, struct world *w, expr_id loc, expr_id val) {
    struct mem_cell *c = cell(w, loc);
    if (c) {
        c->val = val;
        return;
    }
    if (w->mem_count >= WORLD_MAX_CELLS) {
        return;
    }
    if (w->mem_count == w->mem_cap) {
        w->mem = grown(s, w->mem, w->mem_count, &w->mem_cap, sizeof *w->mem);
    }
    uint16_t at = w->mem_count;
    while (at > 0 && w->mem[at - 1].loc.v > loc.v) {
        w->mem[at] = w->mem[at - 1];
        at--;
    }
    w->mem[at] = (struct mem_cell){loc, val};
    w->mem_count++;
}

void world_forget(const struct world_space *s, struct world *w, expr_id loc) {
    uint16_t kept = 0;
    for (uint16_t i = 0; i < w->mem_count; i++) {
        if (!expr_contains(s->exprs, w->mem[i].loc, loc)) {
            w->mem[kept++] = w->mem[i];
        }
    }
    w->mem_count = kept;
}

// Elements and fields of the same name may be the same place unless both are reached from locals or
// globals alone.
static bool may_alias(const struct world_space *s, expr_id a, expr_id b) {
    const struct expr *x = expr_get(s->exprs, a);
    const struct expr *y = expr_get(s->exprs, b);
    if (x->kind == EX_INDEX && y->kind == EX_INDEX && expr_same(x->a, y->a)) {
        const struct expr *i = expr_get(s->exprs, x->b);
        const struct expr *j = expr_get(s->exprs, y->b);
        return i->kind != EX_CONST || j->kind != EX_CONST;
    }
    return x->kind == EX_FIELD && y->kind == EX_FIELD && x->name == y->name && x->aux == y->aux &&
           (expr_has_kind(s->exprs, a, EX_DEREF) || expr_has_kind(s->exprs, b, EX_DEREF)) &&
           intern_text(&s->exprs->names, x->name).ptr[0] != '$';
}

void world_write(const struct world_space *s, struct world *w, expr_id loc, expr_id val) {
    uint16_t kept = 0;
    for (uint16_t i = 0; i < w->mem_count; i++) {
        expr_id at = w->mem[i].loc;
        bool inside = !expr_same(at, loc) && expr_contains(s->exprs, at, loc) &&
                      !expr_has_kind(s->exprs, at, EX_DEREF);
        if (!inside && (expr_same(at, loc) || !may_alias(s, at, loc))) {
            w->mem[kept++] = w->mem[i];
        }
    }
    w->mem_count = kept;
    if (!expr_has_kind(s->exprs, loc, EX_UNKNOWN)) { // else: some place, nobody knows which
        world_put(s, w, loc, val);
    }
}

// --- what is known of values ---

struct range range_any(void) {
    return (struct range){.lo = INT64_MIN, .hi = INT64_MAX};
}

static struct range range_one(int64_t v) {
    return (struct range){.lo = v, .hi = v};
}

static bool range_excludes(const struct range *r, int64_t v) {
    if (v < r->lo || v > r->hi) {
        return true;
    }
    for (uint8_t i = 0; i < r->ne_count; i++) {
        if (r->ne[i] == v) {
            return true;
        }
    }
    return false;
}

bool range_disjoint(struct range a, struct range b) {
    if (a.lo > b.hi || b.lo > a.hi) {
        return true;
    }
    return (a.lo == a.hi && range_excludes(&b, a.lo)) || (b.lo == b.hi && range_excludes(&a, b.lo));
}

// What lies between the two, when that is not much: states of a machine have neighbours.
static void note_gap(struct range *r, const struct range *low, const struct range *high) {
    if (low->hi >= high->lo || (uint64_t)high->lo - (uint64_t)low->hi > RANGE_MAX_NE + 1) {
        return;
    }
    for (int64_t n = low->hi + 1; n < high->lo; n++) {
        r->ne[r->ne_count++] = n;
    }
}

static bool is_any(const struct range *r) {
    return r->lo == INT64_MIN && r->hi == INT64_MAX && !r->ne_count;
}

struct range range_join(struct range a, struct range b) {
    if (is_any(&a) || is_any(&b)) {
        return range_any();
    }
    struct range r = {.lo = a.lo < b.lo ? a.lo : b.lo, .hi = a.hi > b.hi ? a.hi : b.hi};
    note_gap(&r, &a, &b);
    note_gap(&r, &b, &a);
    for (uint8_t i = 0; i < a.ne_count && r.ne_count < RANGE_MAX_NE; i++) {
        if (range_excludes(&b, a.ne[i]) && !range_excludes(&r, a.ne[i])) {
            r.ne[r.ne_count++] = a.ne[i];
        }
    }
    for (uint8_t i = 0; i < b.ne_count && r.ne_count < RANGE_MAX_NE; i++) {
        if (range_excludes(&a, b.ne[i]) && !range_excludes(&r, b.ne[i])) {
            r.ne[r.ne_count++] = b.ne[i];
        }
    }
    return r;
}

static struct known_value *known(const struct world *w, expr_id val) {
    if (!(w->known_bits & expr_part(val))) {
        return NULL;
    }
    for (uint16_t i = 0; i < w->known_count; i++) {
        if (expr_same(w->known[i].val, val)) {
            return &w->known[i];
        }
    }
    return NULL;
}

// Narrows; false when nothing is left.
static bool range_narrow(struct range *r, uint8_t cmp, int64_t n) {
    switch (cmp) {
    case OPR_EQ:
        if (range_excludes(r, n)) {
            return false;
        }
        *r = range_one(n);
        return true;
    case OPR_NE:
        if (r->lo == r->hi) {
            return r->lo != n;
        }
        if (r->lo == n) {
            r->lo++;
        } else if (r->hi == n) {
            r->hi--;
        } else if (!range_excludes(r, n) && r->ne_count < RANGE_MAX_NE) {
            r->ne[r->ne_count++] = n;
        }
        break;
    case OPR_LT:
        if (n == INT64_MIN) {
            return false;
        }
        r->hi = r->hi < n - 1 ? r->hi : n - 1;
        break;
    case OPR_LE:
        r->hi = r->hi < n ? r->hi : n;
        break;
    case OPR_GT:
        if (n == INT64_MAX) {
            return false;
        }
        r->lo = r->lo > n + 1 ? r->lo : n + 1;
        break;
    case OPR_GE:
        r->lo = r->lo > n ? r->lo : n;
        break;
    default:
        break;
    }
    return r->lo <= r->hi && !(r->lo == r->hi && range_excludes(r, r->lo));
}

// Range of x + by; an end that would overflow is open.
static struct range shifted(struct range r, int64_t by) {
    if (by > INT32_MAX || by < INT32_MIN) {
        return range_any();
    }
    if (r.lo != INT64_MIN) {
        r.lo = r.lo > INT64_MAX / 2 || r.lo < INT64_MIN / 2 ? INT64_MIN : r.lo + by;
    }
    if (r.hi != INT64_MAX) {
        r.hi = r.hi > INT64_MAX / 2 || r.hi < INT64_MIN / 2 ? INT64_MAX : r.hi + by;
    }
    for (uint8_t i = 0; i < r.ne_count; i++) {
        r.ne[i] += by;
    }
    return r;
}

static struct range multiplied(struct range r, int64_t by) {
    struct range out = range_any();
    if (by > 0 && by < INT32_MAX) {
        out.lo = r.lo > INT32_MIN ? r.lo * by : r.lo >= 0 ? 0 : INT64_MIN;
        out.hi = r.hi < INT32_MAX ? r.hi * by : INT64_MAX;
        out.lo = r.lo > INT32_MAX ? INT64_MIN : out.lo;
        out.hi = r.hi < INT32_MIN ? INT64_MAX : out.hi;
    }
    return out;
}

// Value of `r cmp n`: 0, 1 or either.
static struct range compared(struct range r, uint8_t cmp, int64_t n) {
    struct range holds = r;
    struct range fails = r;
    bool can_hold = range_narrow(&holds, cmp, n);
    bool can_fail = range_narrow(&fails, ir_negated(cmp), n);
    return (struct range){.lo = can_fail ? 0 : 1, .hi = can_hold ? 1 : 0};
}

struct range world_range(const struct world_space *s, const struct world *w, expr_id val) {
    const struct expr *x = expr_get(s->exprs, val);
    if (x->kind == EX_CONST) {
        return range_one(x->num);
    }
    if (x->kind == EX_ADDR || x->kind == EX_FN || x->kind == EX_STR || x->kind == EX_FRESH) {
        return (struct range){.lo = 1, .hi = INT64_MAX};
    }
    const struct known_value *k = known(w, val);
    if (k) {
        return k->range;
    }
    if (x->kind == EX_BINARY && x->op >= OPR_EQ && x->op <= OPR_GE) {
        const struct expr *y = expr_get(s->exprs, x->b);
        return y->kind == EX_CONST ? compared(world_range(s, w, x->a), x->op, y->num)
                                   : (struct range){.lo = 0, .hi = 1};
    }
    if (x->kind == EX_BINARY && x->op == OPR_MUL && expr_get(s->exprs, x->b)->kind == EX_CONST) {
        return multiplied(world_range(s, w, x->a), expr_get(s->exprs, x->b)->num);
    }
    if (x->kind == EX_UNARY && x->op == OPR_NOT) {
        return compared(world_range(s, w, x->a), OPR_EQ, 0);
    }
    if (x->kind == EX_BINARY && (x->op == OPR_ADD || x->op == OPR_SUB) &&
        expr_get(s->exprs, x->b)->kind == EX_CONST) {
        int64_t by = expr_get(s->exprs, x->b)->num;
        return shifted(world_range(s, w, x->a), x->op == OPR_ADD ? by : -by);
    }
    return range_any();
}

static void known_add(const struct world_space *s, struct world *w, expr_id val, struct range r) {
    if (w->known_count >= WORLD_MAX_CELLS) {
        return;
    }
    if (w->known_count == w->known_cap) {
        w->known = grown(s, w->known, w->known_count, &w->known_cap, sizeof *w->known);
    }
    w->known[w->known_count++] = (struct known_value){val, r};
    w->known_bits |= expr_part(val);
}

static void known_put(const struct world_space *s, struct world *w, expr_id val, struct range r) {
    struct known_value *k = known(w, val);
    if (k) {
        k->range = r;
    } else {
        known_add(s, w, val, r);
    }
}

void world_forget_known(struct world *w, expr_id val) {
    struct known_value *k = known(w, val);
    if (k) {
        *k = w->known[--w->known_count];
    }
}

// (x - c) == n and the like say something of x; comparisons as values say something of their
// operands.
static bool assume_inside(const struct world_space *s, struct world *w, expr_id val, uint8_t cmp,
                          int64_t num) {
    struct expr x = *expr_get(s->exprs, val);
    if (x.kind == EX_UNARY && x.op == OPR_NOT && num == 0 && (cmp == OPR_EQ || cmp == OPR_NE)) {
        return world_assume(s, w, x.a, cmp == OPR_EQ ? OPR_NE : OPR_EQ, 0);
    }
    if (x.kind == EX_BINARY && x.op >= OPR_EQ && x.op <= OPR_GE) {
        bool is_true = (num == 0 && cmp == OPR_NE) || (num == 1 && cmp == OPR_EQ);
        bool is_false = (num == 0 && cmp == OPR_EQ);
        const struct expr *b = expr_get(s->exprs, x.b);
        if ((is_true || is_false) && b->kind == EX_CONST) {
            return world_assume(s, w, x.a, is_true ? x.op : ir_negated(x.op), b->num);
        }
    }
    return true;
}

void world_set_range(const struct world_space *s, struct world *w, expr_id val, struct range r) {
    struct known_value *k = known(w, val);
    bool is_kept = !is_any(&r);
    if (k && is_kept) { // it becomes the last one
        *k = w->known[w->known_count - 1];
        w->known[w->known_count - 1] = (struct known_value){val, r};
    } else if (k) {
        *k = w->known[--w->known_count];
    } else if (is_kept) {
        known_add(s, w, val, r);
    }
}

bool world_can_be(const struct world_space *s, const struct world *w, expr_id val, uint8_t cmp,
                  int64_t num) {
    struct range r = world_range(s, w, val);
    return range_narrow(&r, cmp, num);
}

bool world_assume(const struct world_space *s, struct world *w, expr_id val, uint8_t cmp,
                  int64_t num) {
    struct range r = world_range(s, w, val);
    if (!range_narrow(&r, cmp, num)) {
        return false;
    }
    uint8_t kind = expr_get(s->exprs, val)->kind;
    if (kind == EX_CONST || kind == EX_ADDR || kind == EX_FN || kind == EX_STR) {
        return true;
    }
    known_put(s, w, val, r);
    return assume_inside(s, w, val, cmp, num);
}

bool world_assume_values(const struct world_space *s, struct world *w, uint8_t cmp, expr_id a,
                         expr_id b) {
    const struct expr *y = expr_get(s->exprs, b);
    const struct expr *x = expr_get(s->exprs, a);
    if (y->kind == EX_CONST) {
        return world_assume(s, w, a, cmp, y->num);
    }
    if (x->kind == EX_CONST) {
        static const uint8_t mirrored[] = {[OPR_EQ] = OPR_EQ, [OPR_NE] = OPR_NE, [OPR_LT] = OPR_GT,
                                           [OPR_LE] = OPR_GE, [OPR_GT] = OPR_LT, [OPR_GE] = OPR_LE};
        return world_assume(s, w, b, mirrored[cmp], x->num);
    }
    if (expr_same(a, b)) {
        return cmp == OPR_EQ || cmp == OPR_LE || cmp == OPR_GE;
    }
    struct range ra = world_range(s, w, a);
    struct range rb = world_range(s, w, b);
    if (cmp == OPR_EQ && range_disjoint(ra, rb)) {
        return false;
    }
    if (rb.lo == rb.hi) {
        return world_assume(s, w, a, cmp, rb.lo);
    }
    // keep the comparison itself, in one normal form, so that the same test later agrees
    bool flip = cmp == OPR_NE || cmp == OPR_GE || cmp == OPR_GT;
    uint8_t base = flip ? ir_negated(cmp) : cmp;
    expr_id test = expr_binary(s->exprs, base, a, b);
    return world_assume(s, w, test, OPR_EQ, flip ? 0 : 1);
}

// --- renaming ---

static void rename_locks(const struct world_space *s, struct world *w, expr_id from, expr_id to) {
    struct lock_state *old = w->locks;
    uint16_t count = w->lock_count;
    w->locks = NULL;
    w->lock_count = w->lock_cap = 0;
    for (uint16_t i = 0; i < count; i++) {
        expr_id lock = expr_replaced(s->exprs, old[i].lock, from, to);
        struct lock_state *present = world_lock(w, lock);
        if (present) {
            present->status = LOCK_MAYBE; // two instances under one name: nothing is claimed
            continue;
        }
        present = world_lock_add(s, w, lock);
        *present = old[i];
        present->lock = lock;
    }
}

static void rename_objects(const struct world_space *s, struct world *w, expr_id from, expr_id to) {
    struct object_state *old = w->objects;
    uint16_t count = w->object_count;
    w->objects = NULL;
    w->object_count = w->object_cap = 0;
    for (uint16_t i = 0; i < count; i++) {
        struct object_state o = old[i];
        o.value = expr_replaced(s->exprs, o.value, from, to);
        o.home = expr_replaced(s->exprs, o.home, from, to);
        o.arg = expr_replaced(s->exprs, o.arg, from, to);
        struct object_state *present = world_object(w, o.value);
        if (present) { // several of one kind: the more alarming state stands for them
            if (o.status == OBJECT_LIVE && present->status != OBJECT_LIVE) {
                *present = o;
            }
            continue;
        }
        *world_object_add(s, w, o.value) = o;
    }
}

void world_rename(const struct world_space *s, struct world *w, expr_id from, expr_id to) {
    rename_locks(s, w, from, to);
    rename_objects(s, w, from, to);
    struct mem_cell *old = w->mem;
    uint16_t count = w->mem_count;
    w->mem = NULL;
    w->mem_count = w->mem_cap = 0;
    for (uint16_t i = 0; i < count; i++) {
        world_put(s, w, expr_replaced(s->exprs, old[i].loc, from, to),
                  expr_replaced(s->exprs, old[i].val, from, to));
    }
    for (uint16_t i = 0; i < w->known_count; i++) {
        w->known[i].val = expr_replaced(s->exprs, w->known[i].val, from, to);
        w->known_bits |= expr_part(w->known[i].val);
    }
}

uint64_t world_property_parts(const struct world_space *s, const struct world *w) {
    uint64_t parts = 0;
    for (uint16_t i = 0; i < w->lock_count; i++) {
        parts |= expr_get(s->exprs, w->locks[i].lock)->parts;
    }
    for (uint16_t i = 0; i < w->object_count; i++) {
        const struct object_state *o = &w->objects[i];
        parts |= expr_get(s->exprs, o->value)->parts | expr_get(s->exprs, o->home)->parts |
                 expr_get(s->exprs, o->arg)->parts;
    }
    return parts;
}

bool world_property_mentions(const struct world_space *s, const struct world *w, expr_id e) {
    for (uint16_t i = 0; i < w->lock_count; i++) {
        if (expr_contains(s->exprs, w->locks[i].lock, e)) {
            return true;
        }
    }
    for (uint16_t i = 0; i < w->object_count; i++) {
        const struct object_state *o = &w->objects[i];
        if (expr_contains(s->exprs, o->value, e) || expr_contains(s->exprs, o->home, e) ||
            expr_contains(s->exprs, o->arg, e)) {
            return true;
        }
    }
    return false;
}

bool world_mentions(const struct world_space *s, const struct world *w, expr_id e) {
    if (world_property_mentions(s, w, e)) {
        return true;
    }
    for (uint16_t i = 0; i < w->mem_count; i++) {
        if (expr_contains(s->exprs, w->mem[i].loc, e) ||
            expr_contains(s->exprs, w->mem[i].val, e)) {
            return true;
        }
    }
    for (uint16_t i = 0; i < w->known_count; i++) {
        if (expr_contains(s->exprs, w->known[i].val, e)) {
            return true;
        }
    }
    return false;
}
