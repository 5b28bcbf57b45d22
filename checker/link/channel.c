// Queues of the program. A condition variable ties them together: receivers wait for it and then
// shrink something they looked at, senders grow it and signal. See channel.h.
#include "checker/link/channel_private.h"

#include "checker/flow/graph.h"

enum { CALLEE_DEPTH = 2 };

struct finder {
    struct program *p;
    struct arena *arena;
    struct measures measures;
    bool *users; // [nodes] use the condition that is looked at: what they do is theirs
    struct conditions conditions; // those of the program, with calls of wrappers added
};

// What one user of a condition does to the places of the queue.
struct user {
    node_id node;
    loc_id loc; // of the wait or signal
    struct changes changes;
};

struct users {
    VEC(struct user) items;
};

static uint32_t record_of(const struct expr_table *t, expr_id class) {
    const struct expr *e = expr_get(t, class);
    return e->kind == EX_FIELD ? e->aux : 0;
}

// The global object a class lies in, if it is one.
static expr_id object_of(const struct expr_table *t, expr_id class) {
    expr_id root = class.v ? expr_root(t, class) : class;
    return expr_get(t, root)->kind == EX_GLOBAL ? root : (expr_id){0};
}

static bool is_beside(const struct expr_table *t, expr_id a, expr_id b) {
    uint32_t record = record_of(t, a);
    expr_id object = object_of(t, a);
    return (record && record == record_of(t, b)) ||
           (object.v && expr_same(object, object_of(t, b)));
}

// A place of the queue the condition stands for: looked at by the waiters, or beside the lock, the
// condition or something they look at.
static bool belongs(const struct program *p, const struct program_condition *c, expr_id class) {
    if (!class.v) {
        return false;
    }
    if (program_is_tested(c, class) || is_beside(p->exprs, class, c->lock) ||
        is_beside(p->exprs, class, c->cond)) {
        return true;
    }
    for (uint32_t i = 0; i < c->tested.len; i++) {
        if (is_beside(p->exprs, class, c->tested.data[i])) {
            return true;
        }
    }
    return false;
}

static const struct place_change *find_change(const struct changes *x, expr_id class,
                                              unsigned kinds) {
    for (uint32_t i = 0; i < x->items.len; i++) {
        if (expr_same(x->items.data[i].class, class) && (kinds >> x->items.data[i].kind & 1)) {
            return &x->items.data[i];
        }
    }
    return NULL;
}

// An item is put into an element of an array.
static bool fills_element(const struct changes *x) {
    for (uint32_t i = 0; i < x->items.len; i++) {
        if (x->items.data[i].kind == CHANGE_STORE && x->items.data[i].indexed) {
            return true;
        }
    }
    return false;
}

// Where `at` is changed, an item is linked to another one.
static bool links_item(const struct changes *x, const struct place_change *at) {
    for (uint32_t i = 0; i < x->items.len; i++) {
        const struct place_change *k = &x->items.data[i];
        bool here = k->fn.facts == at->fn.facts && k->fn.fn.v == at->fn.fn.v;
        bool through_pointer = k->kind == CHANGE_STORE && !k->indexed;
        if (here && (through_pointer || k->chains)) {
            return true;
        }
    }
    return false;
}

static unsigned bit(enum change_kind kind) {
    return 1u << kind;
}

// Does the change of a sender grow what another change of a receiver shrinks?
static unsigned shrinks_of(uint8_t grow) {
    switch (grow) {
    case CHANGE_LINK:
        return bit(CHANGE_UNLINK) | bit(CHANGE_CLEAR);
    case CHANGE_ADD:
        return bit(CHANGE_REMOVE);
    case CHANGE_UP:
        return bit(CHANGE_DOWN);
    default:
        return 0;
    }
}

static void add_user(struct finder *x, struct users *out, node_id n, loc_id loc) {
    for (uint32_t i = 0; i < out->items.len; i++) {
        if (out->items.data[i].node == n) {
            return;
        }
    }
    struct user u = {.node = n, .loc = loc};
    channel_changes(x->p, n, CALLEE_DEPTH, x->users, x->arena, &u.changes);
    vec_push(x->arena, &out->items, u);
}

static void add_users(struct finder *x, const struct program_use *uses, uint32_t count,
                      struct users *out) {
    for (uint32_t i = 0; i < count; i++) {
        node_id n = program_node(x->p, uses[i].fn);
        if (n != NODE_NONE) {
            add_user(x, out, n, uses[i].fn.facts->calls.data[uses[i].call.v].loc);
        }
    }
}

static void mark_users(struct finder *x, const struct program_use *uses, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        node_id n = program_node(x->p, uses[i].fn);
        if (n != NODE_NONE) {
            x->users[n] = true;
        }
    }
}

// What the queue is made of: 0 = nothing found yet, more = stronger.
struct body {
    unsigned strength;
    uint8_t kind;
    expr_id place;
    expr_id count;
};

static unsigned strength_of(enum channel_kind kind) {
    static const unsigned strength[] = {
        [CHANNEL_LIST] = 2, [CHANNEL_CONTAINER] = 3, [CHANNEL_RING] = 1};
    return strength[kind];
}

static void take_body(struct body *out, enum channel_kind kind, expr_id place) {
    unsigned strength = strength_of(kind);
    if (strength > out->strength) {
        out->strength = strength;
        out->kind = (uint8_t)kind;
        out->place = place;
    }
}

// Both go forward: the sender's end and the receiver's end of a ring.
static bool is_ring(const struct program *p, const struct program_condition *c,
                    const struct place_change *up, const struct changes *sender,
                    const struct changes *receiver) {
    if (up->kind != CHANGE_UP ||
        find_change(receiver, up->class, bit(CHANGE_UP) | bit(CHANGE_DOWN) | bit(CHANGE_SET))) {
        return false;
    }
    for (uint32_t i = 0; i < receiver->items.len; i++) {
        const struct place_change *r = &receiver->items.data[i];
        if (r->kind == CHANGE_UP && belongs(p, c, r->class) &&
            !find_change(sender, r->class, bit(CHANGE_UP))) {
            return true;
        }
    }
    return false;
}

static void match(const struct finder *x, const struct program_condition *c,
                  const struct changes *sender, const struct changes *receiver, struct body *out) {
    bool filled = fills_element(sender) && !fills_element(receiver);
    for (uint32_t i = 0; i < sender->items.len; i++) {
        const struct place_change *g = &sender->items.data[i];
        if (!belongs(x->p, c, g->class)) {
            continue;
        }
        bool shrinks = find_change(receiver, g->class, shrinks_of(g->kind)) != NULL;
        bool both_ways = find_change(sender, g->class, bit(CHANGE_DOWN)) ||
                         find_change(receiver, g->class, bit(CHANGE_UP)); // references, not items
        if (g->kind == CHANGE_UP && shrinks) {
            bool linked = links_item(sender, g);
            if (linked || (filled && !both_ways)) {
                out->count = g->class;
                take_body(out, linked ? CHANNEL_LIST : CHANNEL_RING, g->class);
            }
        } else if (filled && is_ring(x->p, c, g, sender, receiver)) {
            take_body(out, CHANNEL_RING, g->class);
        } else if (g->kind == CHANGE_ADD && shrinks) {
            take_body(out, CHANNEL_CONTAINER, g->class);
        } else if (g->kind == CHANGE_LINK && shrinks && program_is_tested(c, g->class) &&
                   links_item(sender, g)) {
            take_body(out, CHANNEL_LIST, g->class);
        }
    }
}

// The same function puts back what it takes, or waits for its own kind: no channel.
static struct body find_body(const struct finder *x, const struct program_condition *c,
                             const struct users *senders, const struct users *receivers) {
    struct body out = {0};
    for (uint32_t s = 0; s < senders->items.len; s++) {
        for (uint32_t r = 0; r < receivers->items.len; r++) {
            if (senders->items.data[s].node != receivers->items.data[r].node) {
                match(x, c, &senders->items.data[s].changes, &receivers->items.data[r].changes,
                      &out);
            }
        }
    }
    return out;
}

static const struct place_change *grows(const struct body *b, const struct changes *x) {
    unsigned kinds = bit(CHANGE_LINK) | bit(CHANGE_ADD) | bit(CHANGE_UP);
    return find_change(x, b->place, kinds);
}

static const struct place_change *shrinks(const struct body *b, const struct changes *x) {
    unsigned kinds = bit(CHANGE_UNLINK) | bit(CHANGE_CLEAR) | bit(CHANGE_REMOVE) |
                     bit(CHANGE_DOWN) | (b->kind == CHANNEL_RING ? bit(CHANGE_UP) : 0);
    const struct place_change *c = find_change(x, b->place, kinds);
    for (uint32_t i = 0; !c && b->kind == CHANNEL_RING && i < x->items.len; i++) {
        c = x->items.data[i].kind == CHANGE_UP ? &x->items.data[i] : NULL;
    }
    return c;
}

// Sets what the receivers look at to a number, and wakes them: they are to stop.
static const struct place_change *closes(const struct program_condition *c, const struct body *b,
                                         const struct changes *changes) {
    for (uint32_t i = 0; i < changes->items.len; i++) {
        const struct place_change *k = &changes->items.data[i];
        if (k->kind == CHANGE_SET && program_is_tested(c, k->class) &&
            !expr_same(k->class, b->place) && !expr_same(k->class, b->count)) {
            return k;
        }
    }
    return NULL;
}

static bool is_caller(const struct program *p, node_id by, node_id n) {
    for (uint32_t i = 0; i < p->nodes.data[n].callers.len; i++) {
        if (p->nodes.data[n].callers.data[i] == by) {
            return true;
        }
    }
    return false;
}

// The two are waited for with one lock, or lie in one object when that is not known.
static bool shares_lock(const struct program *p, const struct program_condition *a,
                        const struct program_condition *b) {
    return a->lock.v || b->lock.v ? expr_same(a->lock, b->lock)
                                  : is_beside(p->exprs, a->cond, b->cond);
}

// A sender, or who calls it, that waits for another condition with the lock of the queue waits for
// room.
static const struct program_condition *waits_for_room(const struct finder *x, node_id n,
                                                      const struct program_condition *c,
                                                      node_id *ret_by) {
    for (uint32_t i = 0; i < x->conditions.items.len; i++) {
        const struct program_condition *other = &x->conditions.items.data[i];
        for (uint32_t k = 0; k < other->waits.len; k++) {
            node_id by = program_node(x->p, other->waits.data[k].fn);
            if (other != c && shares_lock(x->p, other, c) && (by == n || is_caller(x->p, by, n))) {
                *ret_by = by;
                return other;
            }
        }
    }
    return NULL;
}

static bool is_receiver(const struct program_channel *q, node_id n) {
    for (uint32_t i = 0; i < q->receives.len; i++) {
        if (q->receives.data[i].node == n) {
            return true;
        }
    }
    return false;
}

// Where the number of items is compared: by a sender or who calls it, else by anybody but the
// receivers of a ring, who only see whether it is empty. Of a list type that serves for other lists
// too only the senders tell.
static uint8_t find_limit(const struct finder *x, const struct program_channel *q,
                          struct flow_site *ret_site) {
    uint8_t full = FULL_GROWS;
    const struct expr_table *t = x->p->exprs;
    expr_id counted = q->count.v ? q->count : q->place;
    bool own = is_beside(t, counted, q->lock) || is_beside(t, counted, q->cond);
    for (uint32_t i = 0; i < x->measures.items.len && full != FULL_FAILS; i++) {
        const struct measure *m = &x->measures.items.data[i];
        bool counts = expr_same(m->class, q->place) || expr_same(m->class, q->count);
        if (!counts || (q->kind == CHANNEL_LIST && !expr_same(m->class, q->count)) ||
            (q->kind == CHANNEL_RING && is_receiver(q, m->node))) {
            continue;
        }
        bool by_sender = false;
        for (uint32_t s = 0; s < q->sends.len; s++) {
            by_sender |= q->sends.data[s].node == m->node ||
                         is_caller(x->p, m->node, q->sends.data[s].node) ||
                         program_node(x->p, q->sends.data[s].fn) == m->node;
        }
        if (by_sender || (own && full == FULL_GROWS)) {
            *ret_site = m->site;
            full = by_sender ? FULL_FAILS : FULL_TESTED;
        }
    }
    return full;
}

// Waits for a semaphore or the like before it adds.
static bool blocks(const struct program *p, node_id n) {
    struct fn_ref fn = p->nodes.data[n].ref;
    for (uint32_t i = 0; i < fn.facts->fns.data[fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            const struct effect *e = op->kind == OP_CALL
                                         ? program_model_effect(p, fn.facts, op->call, EFFECT_BLOCK)
                                         : NULL;
            if (e && !(e->flags & EF_MAYBE)) {
                return true;
            }
        }
    }
    return false;
}

static void find_full(const struct finder *x, const struct program_condition *c,
                      struct program_channel *q) {
    q->full = find_limit(x, q, &q->limit);
    bool all_wait = q->sends.len != 0;
    for (uint32_t i = 0; i < q->sends.len; i++) {
        node_id by = NODE_NONE;
        const struct program_condition *room = waits_for_room(x, q->sends.data[i].node, c, &by);
        if (room) {
            q->room = room->cond;
            q->waits_forever |= room->untimed;
            vec_push(x->p->arena, &q->waiters, by);
        }
        all_wait &= room != NULL || blocks(x->p, q->sends.data[i].node);
    }
    q->full = all_wait ? FULL_WAITS : q->full;
}

static bool is_among(const struct users *users, node_id n) {
    for (uint32_t i = 0; i < users->items.len; i++) {
        if (users->items.data[i].node == n) {
            return true;
        }
    }
    return false;
}

static struct channel_use make_use(const struct program *p, node_id n,
                                   const struct place_change *c) {
    struct fn_ref at = p->nodes.data[n].ref;
    struct flow_site site = {c->via.v ? at : c->fn, c->via.v ? c->via : c->loc};
    return (struct channel_use){n, c->fn, c->loc, site};
}

static void add_senders(struct program *p, const struct program_condition *c, const struct body *b,
                        const struct users *senders, const struct users *receivers,
                        struct program_channel *q) {
    for (uint32_t i = 0; i < senders->items.len; i++) {
        const struct user *u = &senders->items.data[i];
        const struct place_change *g = grows(b, &u->changes);
        const struct place_change *end = closes(c, b, &u->changes);
        if (g && !is_among(receivers, u->node)) {
            vec_push(p->arena, &q->sends, make_use(p, u->node, g));
        } else if (end && !g) {
            vec_push(p->arena, &q->closes, make_use(p, u->node, end));
        }
    }
}

static void add_receivers(struct program *p, const struct body *b, const struct users *receivers,
                          struct program_channel *q) {
    for (uint32_t i = 0; i < receivers->items.len; i++) {
        const struct user *u = &receivers->items.data[i];
        const struct place_change *s = shrinks(b, &u->changes);
        if (s) {
            vec_push(p->arena, &q->receives, make_use(p, u->node, s));
        }
    }
}

static void add_channel(struct finder *x, const struct program_condition *c) {
    struct users senders = {0};
    struct users receivers = {0};
    x->users = ARENA_ARRAY(x->arena, bool, x->p->nodes.len + 1);
    mark_users(x, c->signalled.data, c->signalled.len);
    mark_users(x, c->waits.data, c->waits.len);
    add_users(x, c->signalled.data, c->signalled.len, &senders);
    add_users(x, c->waits.data, c->waits.len, &receivers);
    struct body b = find_body(x, c, &senders, &receivers);
    struct program_channel q = {
        .kind = b.kind, .place = b.place, .count = b.count, .lock = c->lock, .cond = c->cond};
    if (!b.strength) {
        return;
    }
    add_senders(x->p, c, &b, &senders, &receivers, &q);
    add_receivers(x->p, &b, &receivers, &q);
    if (q.sends.len && q.receives.len) {
        find_full(x, c, &q);
        vec_push(x->p->arena, &x->p->channels, q);
    }
}

void program_find_channels(struct program *p) {
    struct finder x = {.p = p, .arena = &p->scratch};
    for (uint32_t i = 0; i < p->conditions.len; i++) {
        vec_push(x.arena, &x.conditions.items, p->conditions.data[i]);
        struct program_condition *c = &vec_last(&x.conditions.items);
        c->waits.cap = c->waits.len; // grows into memory of its own
        c->signalled.cap = c->signalled.len;
        c->tested.cap = c->tested.len;
    }
    channel_add_wrappers(p, x.arena, &x.conditions);
    if (x.conditions.items.len) {
        channel_measures(p, &p->scratch, &x.measures);
    }
    for (uint32_t i = 0; i < x.conditions.items.len; i++) {
        if (!x.conditions.items.data[i].mixed) {
            add_channel(&x, &x.conditions.items.data[i]);
        }
    }
}
