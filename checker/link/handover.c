// Posts and waits by the class of what they are made with, listed by function, those of callees at
// the calls. Happens-before edges of synchronisation as in Lamport (CACM 1978), taken statically
// and leaning to order: two accesses count as ordered when some post follows the one and a wait
// comes before the other on every way.
#include "checker/link/handover.h"

#include "checker/flow/graph.h"

enum { MAX_EVENTS = 24, MAX_LEVELS = 16, MAX_TARGETS = 4 };

struct event {
    expr_id key; // class of a semaphore, barrier or flag
    uint32_t op;
    bool post;
    bool wait;
};

struct events {
    VEC(struct event) items;
};

struct handover {
    struct program *p;
    struct events *nodes;
};

struct collector {
    struct handover *h;
    node_id id;
    struct fn_ref fn;
};

static void add(const struct collector *c, struct event e) {
    struct events *list = &c->h->nodes[c->id];
    for (uint32_t i = 0; i < list->items.len; i++) {
        const struct event *old = &list->items.data[i];
        if (old->op == e.op && expr_same(old->key, e.key) && old->post == e.post) {
            return;
        }
    }
    if (e.key.v && list->items.len < MAX_EVENTS) {
        vec_push(&c->h->p->scratch, &list->items, e);
    }
}

// Class of what the first argument names, or of where the pointer to it is kept.
static expr_id key_of_argument(const struct collector *c, call_id call) {
    const struct facts *f = c->fn.facts;
    const struct ir_call *x = &f->calls.data[call.v];
    const struct ir_val *v = &f->vals.data[x->arg_count ? f->args.data[x->first_arg.v].v : 0];
    bool place = v->kind == VAL_ADDR || v->kind == VAL_PATH;
    return place ? program_path_class(c->h->p, f, v->path) : (expr_id){0};
}

static void tested_by(const struct collector *c, const struct program_condition *cond,
                      uint32_t op) {
    for (uint32_t i = 0; cond && i < cond->tested.len; i++) {
        add(c, (struct event){cond->tested.data[i], op, false, true});
    }
}

// Semaphores, barriers, latches, atomic objects, waits that test a predicate themselves.
static void library_call(const struct collector *c, uint32_t op) {
    const struct program *p = c->h->p;
    call_id call = c->fn.facts->ops.data[op].call;
    const struct model_function *m = program_library(p, c->fn.facts, call);
    uint32_t flags = m ? m->flags : 0;
    bool waits = program_model_effect(p, c->fn.facts, call, EFFECT_USE) &&
                 program_model_effect(p, c->fn.facts, call, EFFECT_BLOCK);
    bool post = flags & (FN_WAKES | FN_ATOMIC_STORE);
    bool wait = waits || (m && (m->roles & ROLE_AWAITS)) || (flags & FN_ATOMIC_LOAD);
    if (post || wait) {
        add(c, (struct event){key_of_argument(c, call), op, post, wait});
    }
    const struct effect *e = program_model_effect(p, c->fn.facts, call, EFFECT_WAIT);
    if (e && (e->flags & EF_PREDICATE)) {
        tested_by(c, program_condition_of(p, key_of_argument(c, call)), op);
    }
}

static void callee_events(const struct collector *c, uint32_t op) {
    node_id targets[MAX_TARGETS];
    call_id call = c->fn.facts->ops.data[op].call;
    uint32_t n = call_targets(c->h->p, c->fn.facts, call, targets, MAX_TARGETS);
    for (uint32_t i = 0; i < n; i++) {
        const struct events *list = &c->h->nodes[targets[i]];
        for (uint32_t k = 0; k < list->items.len && targets[i] != c->id; k++) {
            struct event e = list->items.data[k];
            e.op = op;
            add(c, e);
        }
    }
}

// The function waits for (or signals) a condition whose waiters look at this class.
static bool has_condition(const struct collector *c, expr_id class, enum effect_kind kind) {
    const struct facts *f = c->fn.facts;
    for (uint32_t i = 0; i < f->fns.data[c->fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(c->fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (op->kind != OP_CALL || !program_model_effect(c->h->p, f, op->call, kind)) {
                continue;
            }
            const struct program_condition *cond =
                program_condition_of(c->h->p, key_of_argument(c, op->call));
            if (cond && program_is_tested(cond, class)) {
                return true;
            }
        }
    }
    return false;
}

static void access_event(const struct collector *c, uint32_t op) {
    const struct facts *f = c->fn.facts;
    const struct ir_op *x = &f->ops.data[op];
    bool read = x->kind == OP_READ;
    expr_id class = program_path_class(c->h->p, f, x->path);
    if (!class.v || (x->flags & OPF_INIT)) {
        return;
    }
    bool is_atomic = (x->flags & OPF_ATOMIC) && x->kind != OP_UPDATE;
    if (is_atomic || has_condition(c, class, read ? EFFECT_WAIT : EFFECT_SIGNAL)) {
        add(c, (struct event){class, op, !read, read});
    }
}

static void collect(struct handover *h, node_id id) {
    struct collector c = {h, id, h->p->nodes.data[id].ref};
    const struct facts *f = c.fn.facts;
    for (uint32_t i = 0; i < f->fns.data[c.fn.fn.v].block_count; i++) {
        const struct ir_block *b = graph_block(c.fn, i);
        for (uint32_t k = 0; k < b->op_count; k++) {
            uint32_t op = b->first_op.v + k;
            uint8_t kind = f->ops.data[op].kind;
            if (kind == OP_CALL) {
                library_call(&c, op);
                callee_events(&c, op);
            } else if (kind == OP_READ || kind == OP_WRITE || kind == OP_UPDATE) {
                access_event(&c, op);
            }
        }
    }
}

struct handover *handover_find(struct program *p) {
    struct handover *h = ARENA_NEW(&p->scratch, struct handover);
    h->p = p;
    h->nodes = ARENA_ARRAY(&p->scratch, struct events, p->nodes.len + 1);
    for (uint32_t i = 0; p->runs.by_slot.len && i < p->order.len; i++) {
        collect(h, p->order.data[i]);
    }
    return h;
}

// --- two accesses ---

// Op of a function on the way from the beginning of the thread to the access, or the access.
struct level {
    node_id node;
    uint32_t op;
};

static uint32_t levels_of(const struct program *p, const struct instance *i, struct level *out) {
    uint32_t n = 0;
    for (const struct access *a = i->access; n < MAX_LEVELS; a = &p->accesses.data[a->inner - 1]) {
        if (!(a == i->access && a->slot)) { // that is where the thread is started
            out[n++] = (struct level){a->node, a->op};
        }
        if (!a->inner) {
            break;
        }
    }
    for (const struct run_context *c = i->context; c && c->from != NODE_NONE && n < MAX_LEVELS;) {
        out[n++] = (struct level){c->from, c->via};
        c = &p->nodes.data[c->from].contexts.data[c->from_context];
    }
    return n;
}

static bool always_before(struct program *p, struct fn_ref fn, uint32_t first, uint32_t second) {
    uint32_t wall = facts_block_of_op(fn.facts, fn.fn, (op_id){first});
    uint32_t goal = facts_block_of_op(fn.facts, fn.fn, (op_id){second});
    if (wall == goal || wall == 0) {
        return wall == goal ? first < second : true;
    }
    struct arena_mark mark = arena_mark(&p->scratch);
    bool around = goal == 0 || graph_reaches(fn, 0, goal, wall, &p->scratch);
    arena_reset(&p->scratch, mark);
    return !around;
}

static bool waits_before(struct handover *h, const struct level *levels, uint32_t n, expr_id key) {
    for (uint32_t i = 0; i < n; i++) {
        const struct events *list = &h->nodes[levels[i].node];
        for (uint32_t k = 0; k < list->items.len; k++) {
            const struct event *e = &list->items.data[k];
            if (e->wait && expr_same(e->key, key) && e->op != levels[i].op &&
                always_before(h->p, h->p->nodes.data[levels[i].node].ref, e->op, levels[i].op)) {
                return true;
            }
        }
    }
    return false;
}

bool handover_orders(struct handover *h, const struct instance *first,
                     const struct instance *second) {
    struct level before[MAX_LEVELS];
    struct level after[MAX_LEVELS];
    uint32_t n = levels_of(h->p, first, before);
    uint32_t m = levels_of(h->p, second, after);
    for (uint32_t i = 0; i < n; i++) {
        struct fn_ref fn = h->p->nodes.data[before[i].node].ref;
        const struct events *list = &h->nodes[before[i].node];
        for (uint32_t k = 0; k < list->items.len; k++) {
            const struct event *e = &list->items.data[k];
            if (e->post && e->op != before[i].op &&
                op_comes_before(h->p, fn, before[i].op, e->op, 0) &&
                waits_before(h, after, m, e->key)) {
                return true;
            }
        }
    }
    return false;
}
