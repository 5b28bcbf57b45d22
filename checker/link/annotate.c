// Guards without contradiction: every access of a global or field that others may see holds one
// lock, taken in the function itself or by all its callers. What clang's analysis could not follow
// (a lock that a function keeps, or that is held on some paths only) is left out, since an
// annotation that warns about code that is right is taken out again.
#include "checker/link/annotate.h"

#include "checker/base/hash.h"
#include "checker/link/fields.h"

enum { MIN_GUARDED = 2, MAX_UNCHECKED = 3, MAX_DEPTH = 8 };

// A global, or a field by record and name whatever object it is of.
struct subject {
    bool is_field;
    uint32_t record; // names
    uint32_t name;
};

struct candidate {
    struct subject place;
    VEC(uint32_t) accesses;
    bool mixed; // some are atomic or volatile
};

struct annotator {
    struct program *p;
    struct fields fields;
    struct map groups;
    VEC(struct candidate) candidates;
    struct program_annotations result;
    VEC(node_id) requires; // of the guard looked at
    VEC(node_id) unchecked;
    uint32_t guarded; // accesses that hold it
    bool written;     // one of them writes
};

// --- subjects ---

static struct subject subject_of(const struct expr_table *t, expr_id location) {
    const struct expr *x = expr_get(t, location);
    while (x->kind == EX_INDEX) {
        x = expr_get(t, x->a);
    }
    if (x->kind == EX_GLOBAL) {
        return (struct subject){false, 0, x->name};
    }
    bool is_field = x->kind == EX_FIELD && x->aux;
    return (struct subject){is_field, is_field ? x->aux : 0, is_field ? x->name : 0};
}

static bool same_subject(struct subject a, struct subject b) {
    return a.is_field == b.is_field && a.record == b.record && a.name == b.name;
}

static uint64_t subject_key(struct subject s) {
    return hash_mix((uint64_t)s.is_field << 32 | s.record, s.name);
}

// The object whose member a place is.
static expr_id base_of(const struct expr_table *t, expr_id location) {
    const struct expr *x = expr_get(t, location);
    while (x->kind == EX_INDEX) {
        x = expr_get(t, x->a);
    }
    return x->kind == EX_FIELD ? x->a : (expr_id){0};
}

static void collect(struct annotator *x) {
    struct program *p = x->p;
    map_init(&x->groups, &p->scratch);
    for (uint32_t i = 0; i < p->accesses.len; i++) {
        const struct access *a = &p->accesses.data[i];
        struct subject s = subject_of(p->exprs, a->place);
        if (a->inner || a->slot || !s.name) {
            continue;
        }
        uint32_t index = 0;
        if (!map_get(&x->groups, subject_key(s), &index)) {
            index = x->candidates.len;
            vec_push(&p->scratch, &x->candidates, (struct candidate){.place = s});
            map_put(&x->groups, subject_key(s), index);
        }
        struct candidate *c = &x->candidates.data[index];
        c->mixed |= a->atomic || a->volatile_;
        vec_push(&p->scratch, &c->accesses, i);
    }
}

// --- what is held ---

static bool is_certain(const struct flow_fact *f) {
    return !(f->flags & (EF_MAYBE | FACT_SOMETIMES));
}

// A lock may guard what it is global to, or what it is a member beside.
static bool may_guard(const struct program *p, struct subject lock, expr_id at, expr_id place) {
    return !lock.is_field || expr_same(base_of(p->exprs, at), base_of(p->exprs, place));
}

static bool holds(const struct program *p, const struct access *a, struct subject lock) {
    for (uint16_t i = 0; i < a->held_count; i++) {
        const struct flow_fact *h = &a->held[i];
        if (is_certain(h) && !(a->write && (h->flags & EF_SHARED)) &&
            same_subject(subject_of(p->exprs, h->e), lock) && may_guard(p, lock, h->e, a->place)) {
            return true;
        }
    }
    return false;
}

static uint32_t count_held(const struct annotator *x, const struct candidate *c,
                           struct subject lock) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->accesses.len; i++) {
        count += holds(x->p, &x->p->accesses.data[c->accesses.data[i]], lock);
    }
    return count;
}

static bool is_beside(const struct candidate *c, struct subject lock) {
    return lock.name && (!lock.is_field || (c->place.is_field && lock.record == c->place.record));
}

// The lock that most accesses hold, else one that callers may hold; `name` 0 for none.
static struct subject best_lock(const struct annotator *x, const struct candidate *c) {
    struct subject best = {0};
    uint32_t most = 0;
    for (uint32_t i = 0; i < c->accesses.len; i++) {
        const struct access *a = &x->p->accesses.data[c->accesses.data[i]];
        const struct node *n = &x->p->nodes.data[a->node];
        for (uint16_t k = 0; k < a->held_count; k++) {
            struct subject lock = subject_of(x->p->exprs, a->held[k].e);
            uint32_t held =
                is_beside(c, lock) && !same_subject(lock, best) ? count_held(x, c, lock) : 0;
            best = held > most ? lock : best;
            most = held > most ? held : most;
        }
        for (uint32_t k = 0; !best.name && k < n->entry_locks.len; k++) {
            struct subject lock = subject_of(x->p->exprs, n->entry_locks.data[k]);
            best = is_beside(c, lock) ? lock : best;
        }
    }
    return best;
}

// The function takes and gives back locks of this subject (any, when it has no name) on every path
// or none.
static bool balances(const struct program *p, node_id n, struct subject lock) {
    const struct flow_result *r = p->nodes.data[n].flow[FLOW_LOCKS];
    for (uint32_t i = 0; r && i < r->exits.len; i++) {
        const struct flow_exit *e = &r->exits.data[i];
        for (uint32_t k = 0; e->kind != EXIT_END && k < e->lock_count; k++) {
            const struct lock_state *l = &e->locks[k];
            if ((!lock.name || same_subject(subject_of(p->exprs, l->lock), lock)) &&
                (l->status == LOCK_HELD || l->status == LOCK_MAYBE || l->entry == ENTRY_HELD ||
                 l->any || (l->flags & EF_RECURSIVE))) {
                return false;
            }
        }
    }
    for (uint32_t i = 0; r && i < r->point_count; i++) {
        for (uint16_t k = 0; k < r->points[i].count; k++) {
            const struct flow_fact *h = &r->points[i].items[k];
            if (!is_certain(h) && (!lock.name || same_subject(subject_of(p->exprs, h->e), lock))) {
                return false;
            }
        }
    }
    return true;
}

static bool is_balanced(const struct program *p, struct subject lock) {
    for (node_id n = 0; n < p->nodes.len; n++) {
        if (!balances(p, n, lock)) {
            return false;
        }
    }
    return true;
}

// --- held by callers ---

static void add_node(struct annotator *x, node_id n, bool unchecked) {
    for (uint32_t i = 0; i < (unchecked ? x->unchecked.len : x->requires.len); i++) {
        if ((unchecked ? x->unchecked.data[i] : x->requires.data[i]) == n) {
            return;
        }
    }
    if (unchecked) {
        vec_push(&x->p->scratch, &x->unchecked, n);
    } else {
        vec_push(&x->p->scratch, &x->requires, n);
    }
}

static bool is_required(const struct annotator *x, node_id n) {
    for (uint32_t i = 0; i < x->requires.len; i++) {
        if (x->requires.data[i] == n) {
            return true;
        }
    }
    return false;
}

static bool holds_at(const struct program *p, node_id n, uint32_t op, struct subject lock) {
    const struct flow_result *r = p->nodes.data[n].flow[FLOW_LOCKS];
    struct flow_point point = r ? flow_point_at(r, op) : (struct flow_point){.seen = true};
    for (uint16_t i = 0; i < point.count; i++) {
        const struct flow_fact *h = &point.items[i];
        if (is_certain(h) && !(h->flags & EF_SHARED) &&
            same_subject(subject_of(p->exprs, h->e), lock)) {
            return true;
        }
    }
    return !point.seen;
}

static bool can_require(struct annotator *x, node_id n, struct subject lock, unsigned depth);

// Every call of `n` in `caller` has the lock: there, or the caller's callers.
static bool calls_hold(struct annotator *x, node_id caller, node_id n, struct subject lock,
                       unsigned depth) {
    const struct program *p = x->p;
    struct fn_ref fn = p->nodes.data[caller].ref;
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    for (uint32_t i = 0; i < ir->block_count; i++) {
        const struct ir_block *b = &fn.facts->blocks.data[ir->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &fn.facts->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL && program_callee(p, fn.facts, op->call) == n &&
                !holds_at(p, caller, b->first_op.v + k, lock) &&
                (lock.is_field || !can_require(x, caller, lock, depth + 1))) {
                return false;
            }
        }
    }
    return true;
}

static bool can_require(struct annotator *x, node_id n, struct subject lock, unsigned depth) {
    const struct program *p = x->p;
    const struct node *node = &p->nodes.data[n];
    const struct facts *f = node->ref.facts;
    uint32_t flags = f->syms.data[f->fns.data[node->ref.fn.v].sym.v].flags;
    if (is_required(x, n)) {
        return true;
    }
    if (depth > MAX_DEPTH || node->is_entry || node->address_taken || !node->callers.len ||
        node->recursive || (flags & SYM_METHOD) || program_is_main(p, n)) {
        return false;
    }
    for (uint32_t i = 0; i < node->callers.len; i++) {
        if (!calls_hold(x, node->callers.data[i], n, lock, depth)) {
            return false;
        }
    }
    add_node(x, n, false);
    return true;
}

// --- declarations ---

enum lock_type { LOCK_TYPE_OTHER, LOCK_TYPE_PTHREAD, LOCK_TYPE_STANDARD };

static enum lock_type lock_type(const struct facts *f, type_id type) {
    static const char *const pthread[] = {"pthread_mutex_t", "pthread_rwlock_t",
                                          "pthread_spinlock_t"};
    static const char *const standard[] = {"std::mutex", "std::shared_mutex", "std::timed_mutex"};
    for (unsigned i = 0; type.v && i < 8; i++) {
        const struct ir_type *t = &f->types.data[type.v];
        struct str name = facts_text(f, t->name);
        struct str record =
            t->record.v ? facts_text(f, f->records.data[t->record.v].name) : (struct str){0};
        for (size_t k = 0; k < 3; k++) {
            if (str_eq(name, str_from(pthread[k]))) {
                return LOCK_TYPE_PTHREAD;
            }
            if (str_eq(record, str_from(standard[k]))) {
                return LOCK_TYPE_STANDARD;
            }
        }
        type = t->kind == TYPE_TYPEDEF ? t->target : (type_id){0};
    }
    return LOCK_TYPE_OTHER;
}

struct declaration {
    loc_id loc; // 0: none in this unit
    type_id type;
    struct str name;
    uint32_t index; // among the fields
};

static bool is_plain_place(const struct facts *f, loc_id loc) {
    const struct ir_loc *l = &f->locs.data[loc.v];
    return l->line && l->col && !l->in_macro && f->files.data[l->file.v].is_own;
}

static struct declaration find_global(const struct annotator *x, const struct facts *f,
                                      struct subject s) {
    struct str key = intern_text(&x->p->exprs->names, s.name);
    for (uint32_t i = 1; i < f->vars.len; i++) {
        const struct ir_var *v = &f->vars.data[i];
        if (v->kind == VAR_GLOBAL && str_eq(facts_text(f, v->key), key) &&
            !(v->flags & VAR_THREAD_LOCAL) && is_plain_place(f, v->loc)) {
            return (struct declaration){v->loc, v->type, facts_text(f, v->name), 0};
        }
    }
    return (struct declaration){0};
}

static struct declaration find_field(const struct annotator *x, const struct facts *f,
                                     struct subject s) {
    struct str record = intern_text(&x->p->exprs->names, s.record);
    struct str name = intern_text(&x->p->exprs->names, s.name);
    for (uint32_t i = 1; i < f->records.len; i++) {
        const struct ir_record *r = &f->records.data[i];
        for (uint32_t k = 0; str_eq(facts_text(f, r->name), record) && k < r->field_count; k++) {
            const struct ir_field *field = &f->fields.data[r->first_field.v + k];
            if (str_eq(facts_text(f, field->name), name) && is_plain_place(f, field->loc) &&
                !(field->flags & (FIELD_BASE | FIELD_BITFIELD | FIELD_CAPTURE))) {
                return (struct declaration){field->loc, field->type, name, k};
            }
        }
    }
    return (struct declaration){0};
}

static struct declaration find_declaration(const struct annotator *x, const struct facts *f,
                                           struct subject s) {
    return s.is_field ? find_field(x, f, s) : find_global(x, f, s);
}

// The lock is declared before, where clang looks for its name.
static bool is_in_sight(const struct facts *f, loc_id lock, loc_id at) {
    const struct ir_loc *l = &f->locs.data[lock.v];
    const struct ir_loc *a = &f->locs.data[at.v];
    if (l->file.v == a->file.v) {
        return l->line < a->line || (l->line == a->line && l->col < a->col);
    }
    return f->files.data[a->file.v].is_main; // it is in a header, which came first
}

static bool has_guard(const struct annotator *x, const struct candidate *c) {
    const struct program *p = x->p;
    for (uint32_t i = 0; i < program_guard_count(p); i++) {
        if (same_subject(subject_of(p->exprs, program_guard(p, i)->subject), c->place)) {
            return true;
        }
    }
    return false;
}

// --- judging ---

static void leave_out(struct annotator *x, const struct candidate *c, struct subject lock,
                      const char *why, const struct access *where) {
    const struct interner *names = &x->p->exprs->names;
    struct program_unannotated u = {.name = intern_text(names, c->place.name),
                                    .lock = intern_text(names, lock.name),
                                    .why = why};
    for (uint32_t i = 0; i < x->p->units.len; i++) {
        const struct facts *f = x->p->units.data[i].facts;
        struct declaration d = find_declaration(x, f, c->place);
        struct declaration l = find_declaration(x, f, lock);
        u.name = d.loc.v ? d.name : u.name;
        u.lock = l.loc.v ? l.name : u.lock;
    }
    if (where) {
        struct fn_ref at = x->p->nodes.data[where->node].ref;
        u.where = (struct flow_site){at, at.facts->ops.data[where->op].loc};
    }
    vec_push(x->p->arena, &x->result.left_out, u);
}

// Fills requires and unchecked; the access that contradicts, NULL for none.
static const struct access *contradiction(struct annotator *x, const struct candidate *c,
                                          struct subject lock) {
    const struct program *p = x->p;
    x->requires.len = 0;
    x->unchecked.len = 0;
    x->guarded = 0;
    x->written = false;
    for (uint32_t i = 0; i < c->accesses.len; i++) {
        const struct access *a = &p->accesses.data[c->accesses.data[i]];
        const struct expr *base = expr_get(p->exprs, base_of(p->exprs, a->place));
        bool by_parameter = base->kind == EX_DEREF && expr_get(p->exprs, base->a)->kind == EX_PARAM;
        if (holds(p, a, lock) ||
            ((!lock.is_field || by_parameter) && can_require(x, a->node, lock, 0))) {
            x->guarded++;
            x->written |= a->write;
            continue;
        }
        if (!a->owned && !x->fields.lifecycle[a->node]) {
            return a;
        }
        add_node(x, a->node, true);
    }
    return NULL;
}

static void add_guarded(struct annotator *x, const struct candidate *c, struct subject lock) {
    struct program *p = x->p;
    for (uint32_t i = 0; i < p->units.len; i++) {
        const struct facts *f = p->units.data[i].facts;
        struct declaration d = find_declaration(x, f, c->place);
        struct declaration l = find_declaration(x, f, lock);
        enum lock_type type = l.loc.v ? lock_type(f, l.type) : LOCK_TYPE_OTHER;
        if (!d.loc.v || type == LOCK_TYPE_OTHER || !is_in_sight(f, l.loc, d.loc)) {
            continue;
        }
        struct program_annotation a = {.kind = ANNOTATE_GUARDED,
                                       .guard = x->result.guards,
                                       .facts = f,
                                       .loc = d.loc,
                                       .name = d.name,
                                       .lock = l.name,
                                       .is_member = lock.is_field,
                                       .is_standard = type == LOCK_TYPE_STANDARD};
        vec_push(p->arena, &x->result.items, a);
    }
}

static struct str parameter_name(const struct program *p, node_id n, const struct candidate *c,
                                 const struct annotator *x) {
    struct fn_ref fn = p->nodes.data[n].ref;
    for (uint32_t i = 0; i < c->accesses.len; i++) {
        const struct access *a = &x->p->accesses.data[c->accesses.data[i]];
        const struct expr *base = expr_get(p->exprs, base_of(p->exprs, a->place));
        const struct expr *param = expr_get(p->exprs, base->a);
        if (a->node == n && base->kind == EX_DEREF && param->kind == EX_PARAM &&
            (uint64_t)param->num < fn.facts->fns.data[fn.fn.v].param_count) {
            var_id v = facts_fn_var(fn.facts, fn.fn, (uint32_t)param->num);
            return facts_text(fn.facts, fn.facts->vars.data[v.v].name);
        }
    }
    return (struct str){0};
}

static bool add_function(struct annotator *x, node_id n, enum annotation_kind kind,
                         const struct candidate *c, struct subject lock) {
    struct program *p = x->p;
    struct fn_ref fn = p->nodes.data[n].ref;
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    struct declaration l = find_declaration(x, fn.facts, lock);
    struct program_annotation a = {.kind = (uint8_t)kind,
                                   .guard = x->result.guards,
                                   .facts = fn.facts,
                                   .loc = ir->loc,
                                   .lock = l.name,
                                   .is_member = lock.is_field,
                                   .is_standard =
                                       lock_type(fn.facts, l.type) == LOCK_TYPE_STANDARD};
    if (!is_plain_place(fn.facts, ir->loc)) {
        return false;
    }
    if (kind == ANNOTATE_REQUIRES && lock.is_field) {
        struct str name = parameter_name(p, n, c, x);
        struct buf text;
        buf_init(&text, 1 << 12);
        buf_addf(&text, STR_FMT "->" STR_FMT, STR_ARG(name), STR_ARG(l.name));
        a.lock = str_make(arena_copy(p->arena, buf_c(&text), text.len), text.len);
        buf_release(&text);
        if (!name.len) {
            return false;
        }
    } else if (kind == ANNOTATE_REQUIRES && !is_in_sight(fn.facts, l.loc, ir->loc)) {
        return false;
    }
    vec_push(p->arena, &x->result.items, a);
    return true;
}

static void judge(struct annotator *x, const struct candidate *c) {
    struct subject lock = best_lock(x, c);
    if (!lock.name || c->mixed || has_guard(x, c)) {
        return;
    }
    const struct access *bare = contradiction(x, c, lock);
    uint32_t held = count_held(x, c, lock);
    if (bare && (held < MIN_GUARDED || held * 2 < c->accesses.len)) {
        return; // most do without
    }
    if (bare) {
        leave_out(x, c, lock, "is touched without it", bare);
    } else if (x->guarded < MIN_GUARDED || !x->written) {
        return; // nothing to go by
    } else if (!is_balanced(x->p, lock)) {
        leave_out(x, c, lock, "has a lock that functions keep or hold on some paths only", NULL);
    } else if (x->unchecked.len > MAX_UNCHECKED || x->unchecked.len > x->guarded) {
        leave_out(x, c, lock, "is made or ended in too many functions", NULL);
    } else {
        uint32_t before = x->result.items.len;
        add_guarded(x, c, lock);
        bool ok = x->result.items.len > before;
        for (uint32_t i = 0; ok && i < x->requires.len; i++) {
            ok = add_function(x, x->requires.data[i], ANNOTATE_REQUIRES, c, lock);
        }
        for (uint32_t i = 0; ok && i < x->unchecked.len; i++) {
            ok = add_function(x, x->unchecked.data[i], ANNOTATE_UNCHECKED, c, lock);
        }
        if (!ok) {
            x->result.items.len = before;
            leave_out(x, c, lock,
                      "cannot name its lock where it or a function that needs it is declared",
                      NULL);
        }
        x->result.guards += ok;
    }
}

static void find_unbalanced(struct annotator *x) {
    struct program *p = x->p;
    for (node_id n = 0; x->result.guards && n < p->nodes.len; n++) {
        struct fn_ref fn = p->nodes.data[n].ref;
        loc_id loc = fn.facts->fns.data[fn.fn.v].loc;
        if (!balances(p, n, (struct subject){0}) && is_plain_place(fn.facts, loc)) {
            struct program_annotation a = {
                .kind = ANNOTATE_UNCHECKED, .facts = fn.facts, .loc = loc};
            vec_push(p->arena, &x->result.unbalanced, a);
        }
    }
}

struct program_annotations program_annotate(struct program *p) {
    struct annotator x = {.p = p};
    fields_collect(&x.fields, p);
    collect(&x);
    for (uint32_t i = 0; i < x.candidates.len; i++) {
        judge(&x, &x.candidates.data[i]);
    }
    find_unbalanced(&x);
    arena_release(&p->scratch); // what program_link left in it is gone already
    return x.result;
}
