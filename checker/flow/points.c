// What holds at each op: locks held on all paths to it, threads that may run on some. For questions
// about memory that other threads see, which rules ask op by op.
#include "checker/flow/run.h"

enum { MAX_FACTS = 64 };

// Reads, writes and calls are asked about.
static bool is_asked(const struct ir_op *op) {
    return op->kind == OP_READ || op->kind == OP_WRITE || op->kind == OP_UPDATE ||
           op->kind == OP_CALL;
}

void points_init(struct run *r) {
    uint32_t lo = UINT32_MAX;
    uint32_t hi = 0;
    for (uint32_t i = 0; i < r->ir->block_count; i++) {
        const struct ir_block *b = &r->f->blocks.data[r->ir->first_block.v + i];
        if (b->op_count) {
            lo = b->first_op.v < lo ? b->first_op.v : lo;
            hi = b->first_op.v + b->op_count > hi ? b->first_op.v + b->op_count : hi;
        }
    }
    if ((r->domain != FLOW_LOCKS && r->domain != FLOW_THREADS) || lo >= hi) {
        return;
    }
    r->points = ARENA_ARRAY(r->c->arena, struct flow_point, hi - lo);
    r->out->points = r->points;
    r->out->first_op = lo;
    r->out->point_count = hi - lo;
}

// Locks of this world: every one the thread holds, or may hold.
static uint16_t held(const struct world *w, struct flow_fact *out) {
    uint16_t n = 0;
    for (uint16_t i = 0; i < w->lock_count && n < MAX_FACTS; i++) {
        const struct lock_state *l = &w->locks[i];
        if (l->status == LOCK_HELD || l->status == LOCK_MAYBE) {
            unsigned flags = (l->flags & EF_SHARED) | (l->status == LOCK_MAYBE ? EF_MAYBE : 0);
            out[n++] = (struct flow_fact){l->lock, (uint8_t)flags};
        }
    }
    return n;
}

// Elements of an array whose handles a loop joins are taken to be joined after it.
static bool is_joined_element(const struct run *r, expr_id home) {
    const struct expr *x = expr_get(r->c->exprs, home);
    for (uint32_t i = 0; x->kind == EX_INDEX && i < r->joined_arrays.len; i++) {
        if (expr_same(r->joined_arrays.data[i], x->a)) {
            return true;
        }
    }
    return false;
}

static uint16_t running(const struct run *r, const struct world *w, struct flow_fact *out) {
    uint16_t n = 0;
    for (uint16_t i = 0; i < w->object_count && n < MAX_FACTS; i++) {
        const struct object_state *o = &w->objects[i];
        if (o->kind == OBJECT_THREAD && o->status != OBJECT_DONE &&
            !is_joined_element(r, o->home)) {
            out[n++] = (struct flow_fact){o->entry, w->handshake ? EF_MAYBE : 0};
        }
    }
    return n;
}

static struct flow_fact *find(struct flow_fact *items, uint16_t count, expr_id e) {
    for (uint16_t i = 0; i < count; i++) {
        if (expr_same(items[i].e, e)) {
            return &items[i];
        }
    }
    return NULL;
}

// Locks: what either has. Held on one path only is told apart: a condition may well decide it
// together with the access.
static uint16_t meet(const struct flow_point *p, struct flow_fact *now, uint16_t count,
                     struct flow_fact *out) {
    uint16_t n = 0;
    for (; n < p->count; n++) {
        const struct flow_fact *other = find(now, count, p->items[n].e);
        out[n] = p->items[n];
        out[n].flags |= other ? other->flags : FACT_SOMETIMES;
    }
    for (uint16_t i = 0; i < count && n < MAX_FACTS; i++) {
        if (!find(out, n, now[i].e)) {
            out[n++] = (struct flow_fact){now[i].e, (uint8_t)(now[i].flags | FACT_SOMETIMES)};
        }
    }
    return n;
}

static uint16_t join(const struct flow_point *p, const struct flow_fact *now, uint16_t count,
                     struct flow_fact *out) {
    uint16_t n = 0;
    for (; n < p->count; n++) {
        out[n] = p->items[n];
    }
    for (uint16_t i = 0; i < count && n < MAX_FACTS; i++) {
        struct flow_fact *old = find(out, n, now[i].e);
        if (old) {
            old->flags &= now[i].flags;
        } else {
            out[n++] = now[i];
        }
    }
    return n;
}

static bool same(const struct flow_point *p, const struct flow_fact *items, uint16_t count) {
    bool equal = p->count == count;
    for (uint16_t i = 0; equal && i < count; i++) {
        equal = expr_same(p->items[i].e, items[i].e) && p->items[i].flags == items[i].flags;
    }
    return equal;
}

void points_note(struct run *r, const struct world *w, uint32_t op) {
    if (!r->points || !is_asked(&r->f->ops.data[op])) {
        return;
    }
    struct flow_point *p = &r->points[op - r->out->first_op];
    struct flow_fact now[MAX_FACTS];
    struct flow_fact both[MAX_FACTS];
    bool locks = r->domain == FLOW_LOCKS;
    uint16_t count = locks ? held(w, now) : running(r, w, now);
    const struct flow_fact *result = now;
    if (p->seen && same(p, now, count)) {
        return;
    }
    if (p->seen) {
        count = locks ? meet(p, now, count, both) : join(p, now, count, both);
        result = both;
    }
    if (!p->seen || !same(p, result, count)) {
        struct flow_fact *copy = count ? ARENA_ARRAY(r->c->arena, struct flow_fact, count) : NULL;
        for (uint16_t i = 0; i < count; i++) {
            copy[i] = result[i];
        }
        *p = (struct flow_point){copy, count, true};
    }
}

struct flow_point flow_point_at(const struct flow_result *r, uint32_t op) {
    uint32_t i = op - r->first_op;
    return r->points && i < r->point_count ? r->points[i] : (struct flow_point){0};
}
