#include "checker/link/fields.h"

#include "checker/base/hash.h"
#include "checker/link/maker.h"
#include "checker/link/namer.h"

bool fields_is_outermost(const struct program *p, node_id n) {
    const struct node *x = &p->nodes.data[n];
    return !x->callers.len || x->is_entry;
}

static bool ends_or_makes(const struct summary *s) {
    for (uint32_t i = 0; s && i < s->case_count; i++) {
        for (uint32_t k = 0; k < s->cases[i].effect_count; k++) {
            uint8_t kind = s->cases[i].effects[k].kind;
            if (kind == EFFECT_LOCK_INIT || kind == EFFECT_LOCK_DESTROY || kind == EFFECT_JOIN) {
                return true;
            }
        }
    }
    return false;
}

// Makes or ends a lock, itself or by a wrapper, or waits for the end of a thread: the object is not
// shared yet, or no longer.
static bool handles_lifecycle(const struct program *p, node_id n) {
    struct fn_ref ref = p->nodes.data[n].ref;
    const struct ir_fn *fn = &ref.facts->fns.data[ref.fn.v];
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &ref.facts->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &ref.facts->ops.data[b->first_op.v + k];
            node_id to = op->kind == OP_CALL ? program_callee(p, ref.facts, op->call) : NODE_NONE;
            const struct flow_result *r =
                to != NODE_NONE ? p->nodes.data[to].flow[FLOW_LIFE] : NULL;
            if (op->kind == OP_CALL && (ends_or_makes(program_model(p, ref.facts, op->call)) ||
                                        (r && ends_or_makes(&r->summary)))) {
                return true;
            }
        }
    }
    return false;
}

// --- which field ---

enum { MANY = INT32_MAX, MAX_CALLERS = 8 }; // MANY: no number of an expression

static void note_bases(struct fields *s, const struct facts *f) {
    const struct interner *names = &s->p->exprs->names;
    for (uint32_t i = 1; i < f->records.len; i++) {
        const struct ir_record *r = &f->records.data[i];
        for (uint32_t k = 0; k < r->field_count; k++) {
            const struct ir_field *field = &f->fields.data[r->first_field.v + k];
            uint32_t record = intern_find(names, facts_text(f, r->name));
            if (field->flags & FIELD_BASE) {
                map_put(&s->bases, hash_mix(record, intern_find(names, facts_text(f, field->name))),
                        1);
            }
        }
    }
}

// Bases of C++ classes are fields: members keep the class that declares them.
static bool is_base(const struct fields *s, const struct expr *field) {
    uint32_t i = 0;
    return field->kind == EX_FIELD && map_get(&s->bases, hash_mix(field->aux, field->name), &i);
}

// The field a place is, by the record that the last pointer on the way leads to:
// "transfer::list.next". A structure that is part of several others is told apart by where it is
// part of, other than in expr_class.
static expr_id field_class(const struct fields *s, expr_id place) {
    struct expr_table *t = s->p->exprs;
    struct expr x = *expr_get(t, place);
    while (x.kind == EX_INDEX) {
        place = x.a;
        x = *expr_get(t, place);
    }
    if (x.kind != EX_FIELD) {
        return x.kind == EX_GLOBAL ? place : (expr_id){0};
    }
    expr_id base = x.a;
    while (expr_get(t, base)->kind == EX_INDEX || is_base(s, expr_get(t, base))) {
        base = expr_get(t, base)->a;
    }
    uint8_t kind = expr_get(t, base)->kind;
    base = kind == EX_FIELD || kind == EX_GLOBAL ? field_class(s, base) : (expr_id){0};
    struct str record = intern_text(&t->names, x.aux);
    return base.v ? expr_field(t, base, intern_text(&t->names, x.name), record)
                  : expr_class(t, place);
}

// Called with a part of a larger structure: the caller knows of what.
static bool is_more_than_inner(struct fields *s, const struct access *a, expr_id class) {
    const struct access *inner = &s->p->accesses.data[a->inner - 1];
    return class.v && !expr_same(class, field_class(s, inner->place));
}

// `whole`: the field whose part the record is.
static void note_part(struct fields *s, uint32_t record, expr_id whole) {
    uint32_t known = 0;
    bool first = !map_get(&s->parts, record, &known);
    map_put(&s->parts, record, first || known == whole.v ? whole.v : MANY);
}

// Accesses that callers know better, and the records they are in.
static void find_superseded(struct fields *s) {
    struct program *p = s->p;
    s->superseded = ARENA_ARRAY(&p->scratch, bool, p->accesses.len + 1);
    map_init(&s->parts, &p->scratch);
    for (uint32_t i = 0; i < p->accesses.len; i++) {
        const struct access *a = &p->accesses.data[i];
        expr_id class = a->inner ? field_class(s, a->place) : (expr_id){0};
        if (class.v && is_more_than_inner(s, a, class)) {
            const struct expr *x = expr_get(p->exprs, p->accesses.data[a->inner - 1].place);
            s->superseded[a->inner - 1] = true;
            if (x->kind == EX_FIELD) {
                note_part(s, x->aux, expr_get(p->exprs, class)->a);
            }
        }
    }
}

// Of a structure that is part of several others, reached by a pointer: which one it is part of
// nobody knows.
static bool is_any_part(const struct fields *s, expr_id class) {
    const struct expr *x = expr_get(s->p->exprs, class);
    uint32_t whole = 0;
    return x->kind == EX_FIELD && !x->a.v && map_get(&s->parts, x->aux, &whole) && whole == MANY;
}

// Nobody can call it: of internal linkage, and not mentioned.
static bool is_dead(const struct program *p, node_id n) {
    const struct node *x = &p->nodes.data[n];
    const struct facts *f = x->ref.facts;
    uint32_t flags = f->syms.data[f->fns.data[x->ref.fn.v].sym.v].flags;
    return (flags & SYM_INTERNAL) && !x->callers.len && !x->address_taken && !x->is_entry &&
           !x->mentions;
}

static void sort_in(struct fields *s, uint32_t index) {
    struct program *p = s->p;
    const struct access *a = &p->accesses.data[index];
    expr_id class = field_class(s, a->place);
    bool listed = !a->inner || fields_is_outermost(p, a->node) || is_more_than_inner(s, a, class);
    if (!class.v || !listed || is_dead(p, a->node) || s->superseded[index] ||
        is_any_part(s, class) || a->owned || a->volatile_ || a->slot) {
        return;
    }
    uint32_t i = 0;
    if (!map_get(&s->by_class, class.v, &i)) {
        vec_push(&p->scratch, &s->groups, ((struct field_group){.class = class}));
        i = s->groups.len - 1;
        map_put(&s->by_class, class.v, i);
    }
    vec_push(&p->scratch, &s->groups.data[i].accesses, index);
    s->groups.data[i].written |= a->write;
    s->groups.data[i].atomic |= a->atomic;
}

// Reached from a function that makes or ends a lock, and has nothing to do with threads: the object
// belongs to nobody else then.
static bool comes_from_lifecycle(const struct fields *s, const struct run_context *c) {
    for (uint32_t n = 0; c && c->from != NODE_NONE && n < MAX_CALLERS; n++) {
        const struct node *from = &s->p->nodes.data[c->from];
        if (s->lifecycle[c->from] && !from->flow[FLOW_THREADS]) {
            return true;
        }
        c = &from->contexts.data[c->from_context];
    }
    return false;
}

// Of several contexts the one that holds least.
static bool fill_site(struct fields *s, const struct access *a, struct site *ret_site) {
    struct program *p = s->p;
    const struct node *n = &p->nodes.data[a->node];
    *ret_site = (struct site){.access = a, .deepest = a};
    while (ret_site->deepest->inner) {
        ret_site->deepest = &p->accesses.data[ret_site->deepest->inner - 1];
    }
    ret_site->own_name =
        !expr_same(field_class(s, a->place), field_class(s, ret_site->deepest->place));
    bool found = false;
    for (uint32_t i = 0; i < n->contexts.len; i++) {
        struct instance now;
        instance_fill(p, &now, a, &n->contexts.data[i], false);
        bool alone = comes_from_lifecycle(s, &n->contexts.data[i]) ||
                     (p->runs.by_slot.len && !now.live); // before any thread starts
        if (!alone && (!found || now.lock_count < ret_site->instance.lock_count)) {
            ret_site->instance = now;
            found = true;
        }
    }
    ret_site->api = !s->has_main && found && ret_site->instance.slot == SLOT_MAIN;
    return found && !ret_site->instance.unnamed;
}

static bool holds_same(const struct instance *a, const struct instance *b) {
    bool same = a->lock_count == b->lock_count;
    for (uint32_t i = 0; same && i < a->lock_count; i++) {
        same = expr_same(a->locks[i], b->locks[i]);
    }
    return same;
}

// One access of a helper that many functions call, holding the same, is told once. What a caller
// knows better than the helper is an access of its own.
static void drop_copies(struct site *sites, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < i && !sites[i].twin; k++) {
            sites[i].twin = !sites[k].twin && !sites[i].own_name &&
                            sites[i].deepest == sites[k].deepest && sites[i].access->inner &&
                            holds_same(&sites[i].instance, &sites[k].instance);
        }
    }
}

// One access seen twice, in its function and in those that nobody calls: where all callers hold the
// same its own function tells, else they do.
static uint32_t drop_twins(struct site *sites, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < n; k++) {
            struct site *own = &sites[i];
            struct site *caller = &sites[k];
            if (!own->access->inner && caller->access->inner && caller->deepest == own->access) {
                bool bare = !own->instance.lock_count;
                own->twin |= bare;
                caller->twin |= !bare;
            }
        }
    }
    drop_copies(sites, n);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!sites[i].twin) {
            sites[kept++] = sites[i];
        }
    }
    return kept;
}

uint32_t fields_sites(struct fields *s, const struct field_group *g, bool atomic,
                      struct site *ret_sites) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < g->accesses.len && n < FIELDS_MAX_SITES; i++) {
        const struct access *a = &s->p->accesses.data[g->accesses.data[i]];
        if (a->atomic == atomic && !s->lifecycle[a->node] && fill_site(s, a, &ret_sites[n])) {
            n++;
        }
    }
    return drop_twins(ret_sites, n);
}

bool fields_may_meet(const struct program *p, const struct site *a, const struct site *b) {
    return (a->api && b->api) || instances_run_in_parallel(p, &a->instance, &b->instance);
}

struct flow_site fields_inner(const struct program *p, const struct site *x) {
    return x->access->inner ? access_site(p, x->access) : (struct flow_site){0};
}

void fields_collect(struct fields *s, struct program *p) {
    *s = (struct fields){.p = p, .has_main = program_has_main(p)};
    map_init(&s->by_class, &p->scratch);
    s->lifecycle = ARENA_ARRAY(&p->scratch, bool, p->nodes.len);
    bool *makers = ARENA_ARRAY(&p->scratch, bool, p->nodes.len + 1);
    program_find_makers(p, makers);
    for (node_id n = 0; n < p->nodes.len; n++) {
        s->lifecycle[n] = makers[n] || handles_lifecycle(p, n);
    }
    map_init(&s->bases, &p->scratch);
    for (uint32_t i = 0; i < p->units.len; i++) {
        note_bases(s, p->units.data[i].facts);
    }
    find_superseded(s);
    for (uint32_t i = 0; i < p->accesses.len; i++) {
        sort_in(s, i);
    }
}
