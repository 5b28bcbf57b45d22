// Lockset over threads that may run in parallel: Savage et al., "Eraser", TOCS 1997, made static as
// in RELAY (Voung, Jhala, Lerner, ESEC/FSE 2007), with fork/join taken from the flow of threads.
// Only places that surely are one object are compared: globals, what globals point to, and what a
// function gives to the threads it starts.
#include "checker/link/race.h"

#include "checker/base/hash.h"
#include "checker/link/handover.h"
#include "checker/link/initial.h"
#include "checker/link/instance.h"
#include "checker/link/namer.h"
#include "checker/link/threads.h"

enum { MAX_INSTANCES = 160, MAX_REPORTS = 3, MAX_CALLS = 6, MAX_FUNCTIONS = 24 };

struct group {
    expr_id place;
    VEC(uint32_t) accesses;
    bool written;
    bool frame; // an object of one run of a function: only threads that this run starts know it
};

struct finder {
    struct program *p;
    VEC(struct group) groups;
    struct map by_place;
    struct handover *handover;
    bool ordered; // some pair of the group would race but for a hand-over
};

// --- which object ---

// Bit-fields side by side are one memory location (C17 3.14): the first of them stands for all.
static expr_id storage_unit(struct program *p, const struct access *a, expr_id place) {
    const struct expr x = *expr_get(p->exprs, place);
    struct str name = intern_text(&p->exprs->names, x.name);
    struct str record = intern_text(&p->exprs->names, x.aux);
    const struct facts *f = p->nodes.data[a->node].ref.facts;
    for (uint32_t i = 1; x.kind == EX_FIELD && record.len && i < f->records.len; i++) {
        const struct ir_record *r = &f->records.data[i];
        uint32_t first = 0;
        for (uint32_t k = 0; str_eq(facts_text(f, r->name), record) && k < r->field_count; k++) {
            const struct ir_field *field = &f->fields.data[r->first_field.v + k];
            bool bits = field->flags & FIELD_BITFIELD;
            first = !bits ? 0 : first ? first : k + 1;
            if (bits && str_eq(facts_text(f, field->name), name)) {
                return expr_field(p->exprs, x.a,
                                  facts_text(f, f->fields.data[r->first_field.v + first - 1].name),
                                  record);
            }
        }
    }
    return place;
}

// Which element it is must be certain, or the same for all.
static bool has_unsure_element(const struct expr_table *t, expr_id place) {
    for (;;) {
        const struct expr *x = expr_get(t, place);
        if (x->kind == EX_INDEX && expr_get(t, x->b)->kind != EX_CONST) {
            return true;
        }
        if (x->kind == EX_BINARY || !x->a.v) {
            return x->kind == EX_BINARY;
        }
        place = x->a;
    }
}

static void put(struct finder *s, uint64_t key, expr_id place, bool frame, uint32_t access) {
    struct program *p = s->p;
    uint32_t i = 0;
    if (!map_get(&s->by_place, key, &i)) {
        vec_push(&p->scratch, &s->groups, ((struct group){.place = place, .frame = frame}));
        i = s->groups.len - 1;
        map_put(&s->by_place, key, i);
    }
    vec_push(&p->scratch, &s->groups.data[i].accesses, access);
    s->groups.data[i].written |= p->accesses.data[access].write;
}

// Globals are compared over the whole program, objects of a function with what its threads do to
// them.
static void sort_in(struct finder *s, uint32_t index) {
    struct program *p = s->p;
    const struct access *a = &p->accesses.data[index];
    uint8_t root = expr_get(p->exprs, namer_root(p->exprs, a->place))->kind;
    bool frame = root == EX_LOCAL || root == EX_RESULT;
    if ((root != EX_GLOBAL && !frame) || has_unsure_element(p->exprs, a->place)) {
        return;
    }
    expr_id place = storage_unit(p, a, a->place);
    put(s, hash_mix(place.v, frame ? a->node + 1ULL : 0), place, frame, index);
}

// --- instances ---

static uint32_t instances_of(struct program *p, const struct group *g, struct instance *out) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < g->accesses.len; i++) {
        const struct access *a = &p->accesses.data[g->accesses.data[i]];
        const struct node *x = &p->nodes.data[a->node];
        if (a->slot && n < MAX_INSTANCES) {
            instance_fill(p, &out[n++], a, NULL, g->frame);
        }
        for (uint32_t k = 0; !a->slot && k < x->contexts.len && n < MAX_INSTANCES; k++) {
            instance_fill(p, &out[n++], a, &x->contexts.data[k], g->frame);
        }
    }
    return n;
}

// --- pairs ---

// Op that makes the object of the place anew: its allocation, or where the scope of the local
// begins. 0 for none.
static uint32_t renewal(struct program *p, node_id n, expr_id place) {
    const struct expr *x = expr_get(p->exprs, namer_root(p->exprs, place));
    struct fn_ref ref = p->nodes.data[n].ref;
    const struct ir_fn *fn = &ref.facts->fns.data[ref.fn.v];
    if (x->kind == EX_RESULT) {
        return program_op_of_call(p, n, (call_id){(uint32_t)x->num});
    }
    for (uint32_t i = 0; x->kind == EX_LOCAL && i < fn->block_count; i++) {
        const struct ir_block *b = &ref.facts->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &ref.facts->ops.data[b->first_op.v + k];
            if (op->kind == OP_SCOPE_BEGIN && op->var.v == (uint32_t)x->num) {
                return b->first_op.v + k;
            }
        }
    }
    return 0;
}

// Both have the same object: none is made between the start of the thread and the other access.
static bool is_one_object(struct program *p, const struct instance *a, const struct instance *b,
                          expr_id place) {
    uint32_t made = renewal(p, a->access->node, place);
    struct fn_ref ref = p->nodes.data[a->access->node].ref;
    return !made || op_comes_before(p, ref, a->access->op, b->access->op, made) ||
           op_comes_before(p, ref, b->access->op, a->access->op, made);
}

// What the function does itself comes after the start of the thread, with the same object.
static bool is_after_start(struct program *p, const struct instance *thread,
                           const struct instance *self, expr_id place) {
    uint32_t made = renewal(p, self->access->node, place);
    return op_comes_before(p, p->nodes.data[self->access->node].ref, thread->access->op,
                           self->access->op, made);
}

static bool can_meet_in_frame(struct program *p, const struct instance *a, const struct instance *b,
                              expr_id place) {
    if (a->access->slot && b->access->slot) {
        return is_one_object(p, a, b, place);
    }
    return (a->access->slot && is_after_start(p, a, b, place)) ||
           (b->access->slot && is_after_start(p, b, a, place));
}

static bool is_before_start(struct program *p, const struct instance *a, const struct instance *b) {
    return a->slot == SLOT_MAIN && a->context && b->slot != SLOT_MAIN &&
           access_precedes_start(p, a->access, a->context, b->slot);
}

// Called from outside, by callers that may hold one of the locks nothing is known of.
static bool may_be_held_outside(const struct program *p, const struct instance *i) {
    return p->hidden_locks && i->context && i->slot == SLOT_MAIN && !program_has_main(p);
}

static bool race(struct program *p, const struct instance *a, const struct instance *b,
                 const struct group *g) {
    bool write = a->access->write || b->access->write;
    bool plain = !a->access->atomic || !b->access->atomic;
    return write && plain && !a->far && !b->far && instances_run_in_parallel(p, a, b) &&
           !instances_share_lock(a, b) && (!g->frame || can_meet_in_frame(p, a, b, g->place)) &&
           !may_be_held_outside(p, a) && !may_be_held_outside(p, b) && !is_before_start(p, a, b) &&
           !is_before_start(p, b, a);
}

// Gives each access the one it races with; of those that a hand-over orders when `ordered`. True
// when there is any.
static bool find_partners(struct finder *s, struct instance *all, uint32_t n, const struct group *g,
                          bool ordered) {
    struct program *p = s->p;
    bool found = false;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < n; k++) {
            const struct instance *old = all[i].partner;
            bool better =
                !old || (all[k].access->write && !old->access->write) || (old == &all[i] && k != i);
            if (!better || !race(p, &all[i], &all[k], g)) {
                continue;
            }
            if (!ordered && (handover_orders(s->handover, &all[i], &all[k]) ||
                             handover_orders(s->handover, &all[k], &all[i]))) {
                s->ordered = true;
                continue;
            }
            all[i].partner = &all[k];
            found = true;
        }
    }
    return found;
}

// --- what is told ---

static void tell_call(const struct program *p, struct race_side *side, struct fn_ref *calls,
                      loc_id *locs, node_id n, uint32_t op) {
    struct fn_ref ref = p->nodes.data[n].ref;
    calls[side->call_count] = ref;
    locs[side->call_count++] = ref.facts->ops.data[op].loc;
}

// From the beginning of the thread to the access; the middle of a long way is left out.
static void tell_calls(struct program *p, const struct instance *i, struct race_side *side) {
    struct fn_ref *calls = ARENA_ARRAY(p->arena, struct fn_ref, (size_t)2 * MAX_CALLS);
    loc_id *locs = ARENA_ARRAY(p->arena, loc_id, (size_t)2 * MAX_CALLS);
    node_id way[MAX_CALLS];
    uint32_t ops[MAX_CALLS];
    uint32_t n = 0;
    for (const struct run_context *c = i->context; c && c->from != NODE_NONE && n < MAX_CALLS;
         n++) {
        way[n] = c->from;
        ops[n] = c->via;
        c = &p->nodes.data[c->from].contexts.data[c->from_context];
    }
    while (n > 0) {
        n--;
        tell_call(p, side, calls, locs, way[n], ops[n]);
    }
    for (const struct access *a = i->access; a->inner && side->call_count < 2 * MAX_CALLS;
         a = &p->accesses.data[a->inner - 1]) {
        if (!(a == i->access && a->slot)) { // the start of the thread is told by itself
            tell_call(p, side, calls, locs, a->node, a->op);
        }
    }
    side->calls = calls;
    side->call_locs = locs;
}

// Function the context of an access begins with.
static node_id first_of(const struct program *p, const struct instance *i) {
    node_id n = i->access->node;
    for (const struct run_context *c = i->context; c && c->from != NODE_NONE;) {
        n = c->from;
        c = &p->nodes.data[n].contexts.data[c->from_context];
    }
    return n;
}

static void tell_thread(const struct program *p, const struct instance *i, struct race_side *side) {
    if (i->slot == SLOT_MAIN && !program_is_main(p, first_of(p, i))) {
        side->thread = p->nodes.data[first_of(p, i)].name;
    }
    const struct program_root *root = root_of_slot(p, i->slot);
    if (root) {
        side->thread = p->nodes.data[root->node].name;
        side->spawn = root->site;
    }
}

static const struct access *deepest(const struct program *p, const struct access *a) {
    while (a->inner) {
        a = &p->accesses.data[a->inner - 1];
    }
    return a;
}

static struct race_side side_of(struct program *p, const struct instance *i) {
    struct flow_site site = access_site(p, i->access);
    struct race_side side = {.fn = site.at,
                             .loc = site.loc,
                             .write = i->access->write,
                             .atomic = i->access->atomic,
                             .volatile_ = i->access->volatile_,
                             .op = (op_id){deepest(p, i->access)->op},
                             .slot = i->slot,
                             .lock_count = i->lock_count};
    expr_id *locks = ARENA_ARRAY(p->arena, expr_id, i->lock_count + 1U);
    for (uint32_t k = 0; k < i->lock_count; k++) {
        locks[k] = i->locks[k];
    }
    side.locks = locks;
    tell_calls(p, i, &side);
    tell_thread(p, i, &side);
    return side;
}

static bool same_fn(struct fn_ref a, struct fn_ref b) {
    return a.facts == b.facts && a.fn.v == b.fn.v;
}

static bool is_told(const struct program *p, uint32_t first, struct fn_ref fn) {
    for (uint32_t i = first; i < p->races.len; i++) {
        if (same_fn(p->races.data[i].here.fn, fn)) {
            return true;
        }
    }
    return false;
}

// How urgent it is to change this access: writes without a lock come first.
static unsigned rank(const struct instance *i) {
    return (i->lock_count ? 0U : 2U) + (i->access->write ? 1U : 0U);
}

// Somebody outside makes the access, when they like: nothing here shows that the thread runs then.
static bool meets_by_chance(struct program *p, const struct instance *a,
                            const struct instance *thread) {
    return a->slot == SLOT_MAIN && a->context && thread->slot != SLOT_MAIN &&
           !program_is_main(p, first_of(p, a)) &&
           !access_follows_start(p, a->access, a->context, thread->slot);
}

static void tell(struct program *p, const struct instance *all, uint32_t n, expr_id place,
                 bool ordered) {
    unsigned best = 0;
    for (uint32_t i = 0; i < n; i++) {
        best = all[i].partner && rank(&all[i]) > best ? rank(&all[i]) : best;
    }
    uint32_t first = p->races.len;
    for (uint32_t i = 0; i < n && p->races.len - first < MAX_REPORTS; i++) {
        if (!all[i].partner || rank(&all[i]) != best) {
            continue;
        }
        struct program_race r = {.place = place, .ordered = ordered};
        r.here = side_of(p, &all[i]);
        if (is_told(p, first, r.here.fn)) {
            continue;
        }
        r.other = side_of(p, all[i].partner);
        r.by_chance =
            !same_fn(r.here.fn, r.other.fn) && (meets_by_chance(p, &all[i], all[i].partner) ||
                                                meets_by_chance(p, all[i].partner, &all[i]));
        r.same_thread_entry = all[i].slot == all[i].partner->slot;
        vec_push(p->arena, &p->races, r);
    }
}

static void judge(struct finder *s, const struct group *g) {
    struct program *p = s->p;
    struct arena_mark mark = arena_mark(&p->scratch);
    struct instance *all = ARENA_ARRAY(&p->scratch, struct instance, MAX_INSTANCES);
    uint32_t n = g->written ? instances_of(p, g, all) : 0;
    s->ordered = false;
    bool found = find_partners(s, all, n, g, false);
    bool ordered = !found && s->ordered && find_partners(s, all, n, g, true);
    tell(p, all, n, g->place, ordered);
    arena_reset(&p->scratch, mark);
}

// --- what is left out ---

static bool same_roots(const struct program_race *a, const struct program_race *b) {
    return (a->here.slot == b->here.slot && a->other.slot == b->other.slot) ||
           (a->here.slot == b->other.slot && a->other.slot == b->here.slot);
}

// Two threads that would race nearly everywhere are ordered by something this analysis does not
// see, a hand-over of work in phases say: what all code seems to do wrong is no mistake (Engler et
// al., "Bugs as Deviant Behavior", SOSP 2001).
static bool is_everywhere(const struct program *p, const struct program_race *r) {
    uint32_t functions = 0;
    for (uint32_t i = 0; i < p->races.len && functions <= MAX_FUNCTIONS; i++) {
        const struct program_race *x = &p->races.data[i];
        bool first = same_roots(x, r);
        for (uint32_t k = 0; first && k < i; k++) {
            first = !(same_roots(&p->races.data[k], r) &&
                      same_fn(p->races.data[k].here.fn, x->here.fn));
        }
        functions += first;
    }
    return functions > MAX_FUNCTIONS;
}

// One finding for all fields of a variable that a function touches in the same way.
static struct program_race *same_story(struct program *p, const struct program_race *kept,
                                       uint32_t count, const struct program_race *r) {
    expr_id variable = namer_root(p->exprs, r->place);
    for (uint32_t i = 0; i < count; i++) {
        if (same_fn(kept[i].here.fn, r->here.fn) && kept[i].here.volatile_ == r->here.volatile_ &&
            expr_same(namer_root(p->exprs, kept[i].place), variable) &&
            kept[i].here.loc.v != r->here.loc.v) {
            return &p->races.data[i];
        }
    }
    return NULL;
}

static void reduce(struct program *p) {
    bool *everywhere = ARENA_ARRAY(&p->scratch, bool, p->races.len);
    for (uint32_t i = 0; i < p->races.len; i++) {
        uint32_t twin = 0; // the verdict is one of the two roots
        while (twin < i && !same_roots(&p->races.data[twin], &p->races.data[i])) {
            twin++;
        }
        everywhere[i] = twin < i ? everywhere[twin] : is_everywhere(p, &p->races.data[i]);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < p->races.len; i++) {
        struct program_race r = p->races.data[i];
        bool drop = everywhere[i] || r.ordered;
        struct program_race *old = drop ? NULL : same_story(p, p->races.data, kept, &r);
        if (old) {
            old->more++;
        } else if (!drop) {
            p->races.data[kept++] = r;
        }
    }
    p->races.len = kept;
}

void program_find_races(struct program *p) {
    struct finder s = {.p = p};
    if (!p->runs.by_slot.len) {
        return;
    }
    map_init(&s.by_place, &p->scratch);
    s.handover = handover_find(p);
    for (uint32_t i = 0; i < p->accesses.len; i++) {
        sort_in(&s, i);
    }
    for (uint32_t i = 0; i < s.groups.len; i++) {
        judge(&s, &s.groups.data[i]);
    }
    reduce(p);
}

uint32_t program_race_count(const struct program *p) {
    return p->races.len;
}

const struct program_race *program_race(const struct program *p, uint32_t index) {
    return &p->races.data[index];
}
