// Acts: what a function does while locks matter, by itself and in its callees.
//
// A callee's acts are repeated in its callers, renamed as summaries are, with what the caller holds
// added. So the outermost function sees each act with all locks held there: their order, and which
// of them guards the others.
#include "checker/base/hash.h"
#include "checker/flow/run.h"

enum { MAX_ACTS = 1024, MAX_EXPORTS = 160, MAX_HELD = 12, MAX_CHAIN = 10 };

int flow_act_of_effect(const struct effect *e) {
    switch ((int)e->kind) {
    case EFFECT_ACQUIRE:
    case EFFECT_LOCKS:
        return ACT_TAKE;
    case EFFECT_WAIT:
        return ACT_WAIT;
    case EFFECT_SLEEP:
        return ACT_SLEEP;
    case EFFECT_BLOCK:
        return ACT_BLOCK;
    case EFFECT_JOIN:
        return ACT_JOIN;
    case EFFECT_SPAWN:
        return ACT_SPAWN;
    default:
        return -1;
    }
}

// --- locks held ---

// The part in which the two locks differ was compared on the way here, and not for equality.
static bool was_compared(const struct run *r, const struct world *w, expr_id a, expr_id b) {
    const struct expr_table *t = r->c->exprs;
    expr_id x = {0};
    expr_id y = {0};
    if (!expr_difference(t, a, b, &x, &y)) {
        return false;
    }
    for (uint16_t i = 0; i < w->known_count; i++) {
        const struct expr *c = expr_get(t, w->known[i].val);
        bool is_order = c->kind == EX_BINARY && c->op >= OPR_LT && c->op <= OPR_GE;
        if (is_order && ((expr_contains(t, c->a, x) && expr_contains(t, c->b, y)) ||
                         (expr_contains(t, c->a, y) && expr_contains(t, c->b, x)))) {
            return true;
        }
    }
    return false;
}

// The call is given the object the lock lies in, or something of it.
static bool serves_call(struct run *r, const struct world *w, call_id call, expr_id lock) {
    const struct ir_call *c = &r->f->calls.data[call.v];
    expr_id object = expr_root(r->c->exprs, lock);
    for (uint32_t i = 0; i < c->arg_count && !expr_same(object, lock); i++) {
        if (expr_contains(r->c->exprs, run_value(r, w, r->f->args.data[c->first_arg.v + i]),
                          object)) {
            return true;
        }
    }
    return false;
}

struct held_list {
    VEC(struct flow_held) items;
};

static void add_held(struct run *r, struct held_list *list, struct flow_held h) {
    uint32_t at = 0;
    while (at < list->items.len && list->items.data[at].lock.v < h.lock.v) {
        at++;
    }
    if (at < list->items.len && expr_same(list->items.data[at].lock, h.lock)) {
        list->items.data[at].ordered |= h.ordered;
        return;
    }
    if (list->items.len == MAX_HELD) {
        return;
    }
    vec_push(r->space.arena, &list->items, h);
    for (uint32_t i = list->items.len - 1; i > at; i--) {
        list->items.data[i] = list->items.data[i - 1];
    }
    list->items.data[at] = h;
}

static bool is_among(struct expr_table *t, const expr_id *list, uint32_t count, expr_id lock) {
    expr_id class = expr_class(t, lock);
    for (uint32_t i = 0; i < count; i++) {
        if (expr_same(list[i], lock) || (class.v && expr_same(expr_class(t, list[i]), class))) {
            return true;
        }
    }
    return false;
}

// What this function holds, but for what the same call took (all at once, as std::lock does) and
// what was given back since.
static void own_locks(struct run *r, const struct world *w, const struct flow_act *act,
                      struct held_list *out) {
    for (uint16_t i = 0; i < w->lock_count; i++) {
        const struct lock_state *l = &w->locks[i];
        if (l->status != LOCK_HELD || l->required || l->via.v == act->call.v ||
            expr_same(l->lock, act->subject) ||
            is_among(r->c->exprs, act->released, act->released_count, l->lock)) {
            continue;
        }
        bool ordered =
            act->kind == ACT_TAKE && act->subject.v && was_compared(r, w, l->lock, act->subject);
        bool serves = act->kind == ACT_BLOCK && serves_call(r, w, act->call, l->lock);
        add_held(r, out,
                 (struct flow_held){.lock = l->lock,
                                    .site = l->site,
                                    .flags = l->flags & EF_SHARED,
                                    .serves = serves,
                                    .ordered = ordered});
    }
}

// Locks of callers that are, or may be, given back.
static void own_releases(struct run *r, const struct world *w, struct flow_act *act) {
    VEC(expr_id) out = {0};
    for (uint32_t i = 0; i < act->released_count; i++) {
        vec_push(r->space.arena, &out, act->released[i]);
    }
    for (uint16_t i = 0; i < w->lock_count && out.len < MAX_HELD; i++) {
        const struct lock_state *l = &w->locks[i];
        bool given_back =
            (l->entry == ENTRY_HELD && l->status != LOCK_HELD) || l->status == LOCK_MAYBE;
        if (given_back && !is_among(r->c->exprs, act->released, act->released_count, l->lock)) {
            vec_push(r->space.arena, &out, l->lock);
        }
    }
    act->released = out.data;
    act->released_count = out.len;
}

// --- when ---

enum { MAX_WHEN = 4 };

// What is known of parameters.
static void note_conditions(struct run *r, const struct world *w, struct flow_act *act) {
    struct known_value *when = ARENA_ARRAY(r->space.arena, struct known_value, MAX_WHEN);
    act->when = when;
    act->when_count = 0;
    for (uint16_t i = 0; i < w->known_count && act->when_count < MAX_WHEN; i++) {
        if (expr_get(r->c->exprs, w->known[i].val)->kind == EX_PARAM) {
            when[act->when_count++] = w->known[i];
        }
    }
}

// An act that is done under either of two conditions.
static void join_conditions(struct arena *arena, struct flow_act *a, const struct flow_act *b) {
    if (!a->when_count) {
        return;
    }
    struct known_value *when = ARENA_ARRAY(arena, struct known_value, a->when_count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < a->when_count; i++) {
        for (uint32_t k = 0; k < b->when_count; k++) {
            if (expr_same(a->when[i].val, b->when[k].val)) {
                when[count++] = (struct known_value){
                    a->when[i].val, range_join(a->when[i].range, b->when[k].range)};
                break; // no value is told twice
            }
        }
    }
    a->when = when;
    a->when_count = count;
}

// Assumes in `w` what the callee knew of its parameters; false when this call does not do the act.
static bool assume_conditions(struct run *r, struct world *w, const struct flow_act *inner,
                              act_renamer rename, void *ctx) {
    for (uint32_t i = 0; i < inner->when_count; i++) {
        expr_id e = rename(ctx, inner->when[i].val);
        const struct range *k = &inner->when[i].range;
        bool can = world_assume(&r->space, w, e, OPR_GE, k->lo) &&
                   world_assume(&r->space, w, e, OPR_LE, k->hi);
        for (uint8_t n = 0; can && n < k->ne_count; n++) {
            can = world_assume(&r->space, w, e, OPR_NE, k->ne[n]);
        }
        if (!can) {
            return false;
        }
    }
    return true;
}

static uint64_t key_of(const struct flow_act *a) {
    uint64_t key = hash_mix(hash_mix(a->kind, a->subject.v),
                            hash_mix((uint64_t)a->call.v << 32 | a->site, a->flags));
    for (uint32_t i = 0; i < a->held_count; i++) {
        key = hash_mix(key, a->held[i].lock.v);
    }
    for (uint32_t i = 0; i < a->released_count; i++) {
        key = hash_mix(key, (uint64_t)a->released[i].v << 1 | 1);
    }
    return hash_mix(key, a->in_thread);
}

static void *kept(struct arena *arena, const void *items, size_t size) {
    return size ? arena_copy(arena, items, size) : NULL;
}

// Stores an act whose lists are in scratch memory.
static void store(struct run *r, const struct flow_act *act) {
    uint64_t key = key_of(act);
    uint32_t seen = 0;
    if (map_get(&r->act_keys, key, &seen)) {
        join_conditions(r->c->arena, &r->out->acts.items.data[seen - 1], act);
        return;
    }
    if (r->out->acts.items.len == MAX_ACTS) {
        return;
    }
    map_put(&r->act_keys, key, r->out->acts.items.len + 1);
    struct flow_act copy = *act;
    copy.held = kept(r->c->arena, act->held, act->held_count * sizeof *act->held);
    copy.released = kept(r->c->arena, act->released, act->released_count * sizeof *act->released);
    copy.when = kept(r->c->arena, act->when, act->when_count * sizeof *act->when);
    copy.chain = kept(r->c->arena, act->chain, act->chain_count * sizeof *act->chain);
    vec_push(r->kept.arena, &r->out->acts.items, copy); // act_export moves them
}

void act_note(struct run *r, const struct world *w, enum flow_act_kind kind, expr_id subject,
              uint8_t flags, call_id call) {
    const struct ir_call *c = &r->f->calls.data[call.v];
    struct flow_act act = {.kind = (uint8_t)kind,
                           .flags = flags & (EF_SHARED | EF_TIMED | EF_MAYBE),
                           .subject = subject,
                           .call = call,
                           .trace = w->trace};
    act.site = run_site(r, run_call_loc(r, call));
    act.by = c->callee.v ? facts_sym_name(r->f, c->callee) : STR("");
    struct held_list held = {0};
    own_locks(r, w, &act, &held);
    own_releases(r, w, &act);
    note_conditions(r, w, &act);
    act.held = held.items.data;
    act.held_count = held.items.len;
    store(r, &act);
}

// --- callees ---

// Repeating a call with the same locks tells nothing new.
static bool is_repeated(struct run *r, const struct world *w, call_id call, bool in_thread,
                        uint64_t key) {
    key = hash_mix(key, (uint64_t)call.v << 1 | in_thread);
    for (uint16_t i = 0; i < w->lock_count; i++) {
        key = hash_mix(key, (uint64_t)w->locks[i].lock.v << 8 | (uint64_t)w->locks[i].status << 2 |
                                w->locks[i].entry);
    }
    uint32_t seen = 0;
    if (map_get(&r->act_keys, key, &seen)) {
        return true;
    }
    map_put(&r->act_keys, key, 1);
    return false;
}

static const uint32_t *longer_chain(struct run *r, const struct flow_act *inner, call_id call,
                                    uint32_t *ret_count) {
    uint32_t count = inner->chain_count < MAX_CHAIN ? inner->chain_count : MAX_CHAIN - 1;
    uint32_t *chain = ARENA_ARRAY(r->space.arena, uint32_t, count + 1);
    chain[0] = run_site(r, run_call_loc(r, call));
    for (uint32_t i = 0; i < count; i++) {
        chain[i + 1] = inner->chain[i];
    }
    *ret_count = count + 1;
    return chain;
}

static void inherit(struct run *r, const struct world *w, const struct flow_act *inner,
                    struct flow_act *act, act_renamer rename, void *ctx) {
    act->subject = inner->subject.v ? rename(ctx, inner->subject) : inner->subject;
    if (act->kind == ACT_TAKE && !act->in_thread && act->subject.v &&
        lock_is_again(r, w, act->subject, act->flags, act->call)) {
        return; // comes in again: waits for nobody
    }
    VEC(expr_id) released = {0};
    for (uint32_t i = 0; i < inner->released_count; i++) {
        vec_push(r->space.arena, &released, rename(ctx, inner->released[i]));
    }
    act->released = released.data;
    act->released_count = released.len;
    struct held_list held = {0};
    for (uint32_t i = 0; i < inner->held_count; i++) {
        struct flow_held h = inner->held[i];
        h.lock = rename(ctx, h.lock);
        add_held(r, &held, h);
    }
    if (!act->in_thread) {
        own_locks(r, w, act, &held);
        own_releases(r, w, act);
    }
    act->held = held.items.data;
    act->held_count = held.items.len;
    act->chain = longer_chain(r, inner, act->call, &act->chain_count);
    store(r, act);
}

// Numbers that are passed decide what is done.
static uint64_t key_of_arguments(struct run *r, call_id call, act_renamer rename, void *ctx) {
    uint64_t key = 0x5eed;
    for (uint32_t i = 0; i < r->f->calls.data[call.v].arg_count && i < FLOW_MAX_ARGS; i++) {
        expr_id e = rename(ctx, expr_param(r->c->exprs, i));
        key = hash_mix(key, expr_get(r->c->exprs, e)->kind == EX_CONST ? e.v : 0);
    }
    return key;
}

void act_inherit(struct run *r, const struct world *w, const struct flow_acts *acts, call_id call,
                 bool in_thread, act_renamer rename, void *ctx) {
    if (!acts || is_repeated(r, w, call, in_thread, key_of_arguments(r, call, rename, ctx))) {
        return;
    }
    for (uint32_t i = 0; i < acts->items.len; i++) {
        const struct flow_act *inner = &acts->items.data[i];
        if (in_thread && inner->held_count == 0) {
            continue; // what a thread holds when it begins is nothing
        }
        struct flow_act act = *inner;
        act.call = call;
        act.in_thread = in_thread;
        act.trace = w->trace;
        struct world then = inner->when_count ? world_copy(&r->space, w) : *w;
        if (assume_conditions(r, &then, inner, rename, ctx)) {
            note_conditions(r, &then, &act);
            inherit(r, w, inner, &act, rename, ctx);
        }
    }
}

// --- what callers see ---

// An expression that means something in every function: itself, the class of the lock, or none.
static expr_id common_name(struct expr_table *t, expr_id e) {
    if (!expr_has_kinds(t, e, EXPR_INNER)) {
        return e;
    }
    return expr_is_location(t, e) ? expr_class(t, e) : (expr_id){0};
}

static bool same_for_callers(const struct flow_act *a, const struct flow_act *b) {
    if (a->kind != b->kind || a->flags != b->flags || !expr_same(a->subject, b->subject) ||
        a->held_count != b->held_count || a->released_count != b->released_count ||
        (a->kind != ACT_TAKE && !str_eq(a->by, b->by))) {
        return false;
    }
    for (uint32_t i = 0; i < a->held_count; i++) {
        if (!expr_same(a->held[i].lock, b->held[i].lock)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < a->released_count; i++) {
        if (!expr_same(a->released[i], b->released[i])) {
            return false;
        }
    }
    return true;
}

// Callers learn something new of what is held inside only when they give it its name.
static bool speaks_of_parameters(const struct expr_table *t, const struct flow_act *a) {
    bool found = expr_has_kind(t, a->subject, EX_PARAM);
    for (uint32_t i = 0; i < a->held_count; i++) {
        found |= expr_has_kind(t, a->held[i].lock, EX_PARAM);
    }
    return a->kind == ACT_TAKE && found;
}

void flow_export_act(struct expr_table *t, struct arena *arena, struct flow_acts *exports,
                     const struct flow_act *act) {
    struct flow_act a = *act;
    a.subject = common_name(t, act->subject);
    if (act->in_thread || exports->items.len == MAX_EXPORTS ||
        (a.kind == ACT_TAKE && !a.subject.v)) {
        return;
    }
    struct flow_held *held = ARENA_ARRAY(arena, struct flow_held, act->held_count + 1);
    a.held = held;
    a.held_count = 0;
    for (uint32_t i = 0; i < act->held_count; i++) {
        held[a.held_count] = act->held[i];
        held[a.held_count].lock = common_name(t, act->held[i].lock);
        a.held_count += held[a.held_count].lock.v != 0;
    }
    if (!speaks_of_parameters(t, &a)) {
        a.held_count = 0;
    }
    expr_id *released = ARENA_ARRAY(arena, expr_id, act->released_count + 1);
    a.released = released;
    a.released_count = 0;
    for (uint32_t i = 0; i < act->released_count; i++) {
        released[a.released_count] = common_name(t, act->released[i]);
        a.released_count += released[a.released_count].v != 0;
    }
    for (uint32_t i = 0; i < exports->items.len; i++) {
        if (same_for_callers(&exports->items.data[i], &a)) {
            join_conditions(arena, &exports->items.data[i], &a);
            return;
        }
    }
    vec_push(arena, &exports->items, a);
}

void act_export(struct run *r) {
    for (uint32_t i = 0; i < r->out->acts.items.len; i++) {
        flow_export_act(r->c->exprs, r->c->arena, &r->out->exports, &r->out->acts.items.data[i]);
    }
    struct flow_acts *acts = &r->out->acts;
    acts->items.data =
        kept(r->c->arena, acts->items.data, acts->items.len * sizeof *acts->items.data);
    acts->items.cap = acts->items.len;
}
