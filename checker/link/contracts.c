// What annotations say, for the whole program: summaries of functions that take and release locks
// by contract, locks callers must hold, guards of fields and globals.
#include "checker/link/contracts.h"

static const struct ir_contract *contracts_of(const struct unit *u, sym_id sym,
                                              uint32_t *ret_count) {
    const struct facts *f = u->facts;
    uint32_t first = u->contract_of_sym ? u->contract_of_sym[sym.v] : 0;
    *ret_count = 0;
    while (first && first - 1 + *ret_count < f->contracts.len &&
           f->contracts.data[first - 1 + *ret_count].sym.v == sym.v) {
        (*ret_count)++;
    }
    return first ? &f->contracts.data[first - 1] : NULL;
}

// The lock that a contract names, as a place in terms of the parameters of its function, or of the
// owner of its field as parameter 0.
static expr_id lock_of(struct expr_table *t, const struct facts *f, const struct ir_contract *x) {
    expr_id e = expr_deref(t, expr_param(t, x->base == CONTRACT_BASE_PARAM ? x->param : 0));
    if (x->base == CONTRACT_BASE_GLOBAL) {
        const struct ir_var *v = &f->vars.data[x->global.v];
        e = expr_global(t, facts_text(f, v->key), facts_text(f, v->name));
        e = x->derefs & 1 ? expr_deref(t, expr_load(t, e)) : e;
    }
    for (uint32_t i = 0; i < x->step_count; i++) {
        struct str record = facts_text(f, f->records.data[x->records[i].v].name);
        e = expr_field(t, e, facts_text(f, x->steps[i]), record);
        e = x->derefs >> (i + 1) & 1 ? expr_deref(t, expr_load(t, e)) : e;
    }
    return e;
}

static bool record_is(const struct facts *f, record_id record, enum contract_kind kind) {
    for (uint32_t i = 0; record.v && i < f->contracts.len; i++) {
        const struct ir_contract *x = &f->contracts.data[i];
        if (x->kind == kind && x->record.v == record.v) {
            return true;
        }
    }
    return false;
}

bool contract_is_lock_type(const struct facts *f, record_id record) {
    return record_is(f, record, CONTRACT_LOCKABLE);
}

// --- what a lock by contract is made of ---

// A record's field of this name; NULL when it is of a base.
static const struct ir_field *field_of(const struct facts *f, record_id record, name_id name) {
    const struct ir_record *r = &f->records.data[record.v];
    for (uint32_t i = 0; i < r->field_count; i++) {
        const struct ir_field *field = &f->fields.data[r->first_field.v + i];
        if (field->name.v == name.v) {
            return field;
        }
    }
    return NULL;
}

static record_id record_of(const struct facts *f, type_id type) {
    const struct ir_type *t = &f->types.data[facts_strip_typedefs(f, type, NULL).v];
    if (t->kind == TYPE_POINTER || t->kind == TYPE_REFERENCE) {
        t = &f->types.data[facts_strip_typedefs(f, t->target, NULL).v];
    }
    return t->record;
}

// The class of the lock that the contract names, as far as a field or a global tells it.
static record_id lock_record(const struct facts *f, const struct ir_contract *x) {
    if (x->step_count) {
        uint32_t last = x->step_count - 1;
        const struct ir_field *field = field_of(f, x->records[last], x->steps[last]);
        return field ? record_of(f, field->type) : (record_id){0};
    }
    return x->base == CONTRACT_BASE_GLOBAL ? record_of(f, f->vars.data[x->global.v].type)
                                           : (record_id){0};
}

// Objects of the class are followed by what the bodies of its methods do, that is by a lock inside.
static bool is_followed_inside(const struct unit *u, record_id record) {
    const struct facts *f = u->facts;
    for (uint32_t i = 0; record.v && i < f->contracts.len; i++) {
        const struct ir_contract *x = &f->contracts.data[i];
        if (x->kind == CONTRACT_ACQUIRES && x->base == CONTRACT_BASE_NONE &&
            f->syms.data[x->sym.v].record.v == record.v && u->sym_nodes[x->sym.v] != NODE_NONE) {
            return true;
        }
    }
    return false;
}

// The only member of the class that is a lock: that one, then, is what its methods take. NULL when
// there are several, or none in sight.
static const struct ir_field *only_lock(const struct program *p, const struct facts *f,
                                        record_id record) {
    const struct ir_record *r = &f->records.data[record.v];
    const struct ir_field *found = NULL;
    for (uint32_t i = 0; i < r->field_count; i++) {
        const struct ir_field *field = &f->fields.data[r->first_field.v + i];
        const struct ir_type *t = &f->types.data[facts_strip_typedefs(f, field->type, NULL).v];
        if (model_type_traits(p->models, facts_text(f, t->name)) & TRAIT_LOCK ||
            contract_is_lock_type(f, t->record)) {
            if (found) {
                return NULL;
            }
            found = field;
        }
    }
    return found;
}

// Extends the lock of a contract to the lock inside by which flow follows it. False when that one
// is not known.
static bool follow_inside(const struct program *p, const struct unit *u,
                          const struct ir_contract *x, expr_id *lock) {
    const struct facts *f = u->facts;
    record_id record = lock_record(f, x);
    if (!record.v) {
        return !u->inner_locks;
    }
    for (int depth = 0; is_followed_inside(u, record); depth++) {
        const struct ir_field *inner = only_lock(p, f, record);
        if (!inner || depth > 4) {
            return false;
        }
        *lock = expr_field(p->exprs, *lock, facts_text(f, inner->name),
                           facts_text(f, f->records.data[record.v].name));
        record = record_of(f, inner->type);
    }
    return true;
}

// --- summaries ---

static struct effect acquire(const struct ir_contract *x, expr_id lock) {
    return (struct effect){.kind = EFFECT_ACQUIRE, .a = lock, .flags = x->shared ? EF_SHARED : 0};
}

static struct effect set(struct expr_table *t, const char *ghost, expr_id value) {
    expr_id object = expr_deref(t, expr_param(t, 0));
    return (struct effect){.kind = EFFECT_SET,
                           .a = expr_field(t, object, str_from(ghost), (struct str){0}),
                           .b = value};
}

// Effects of a contract: of a scoped object that takes a lock, also that it holds it.
static uint32_t add_effects(struct expr_table *t, const struct facts *f,
                            const struct ir_contract *x, bool scoped, struct effect *out) {
    expr_id lock = lock_of(t, f, x);
    if (x->kind == CONTRACT_RELEASES) {
        out[0] = (struct effect){.kind = EFFECT_RELEASE, .a = lock, .flags = EF_ANY_MODE};
        return 1;
    }
    out[0] = acquire(x, lock);
    if (scoped) {
        out[1] = set(t, "$lock", expr_addr(t, lock));
        out[2] = set(t, "$owns", expr_const(t, 1));
    }
    return scoped ? 3 : 1;
}

static bool changes_locks(const struct ir_contract *x) {
    return x->kind == CONTRACT_ACQUIRES || x->kind == CONTRACT_RELEASES ||
           x->kind == CONTRACT_TRIES;
}

// A guard's own methods and destructor act on the lock it holds: as std::unique_lock does.
static const struct summary *as_guard(const struct program *p, const struct ir_sym *s,
                                      const struct ir_contract *x) {
    const char *name = s->flags & SYM_DTOR            ? "std::unique_lock::~unique_lock"
                       : x->kind == CONTRACT_RELEASES ? "std::unique_lock::unlock"
                       : x->kind == CONTRACT_ACQUIRES ? "std::unique_lock::lock"
                                                      : "std::unique_lock::try_lock";
    return model_find(p->models, str_from(name), (struct str){0}, 1, false);
}

// Case of a function that tries: when it got the lock, or not.
static struct summary_case try_case(struct program *p, const struct ir_contract *x, bool got,
                                    const struct effect *effects) {
    struct constraint *when = ARENA_ARRAY(p->arena, struct constraint, 1);
    bool on_true = x->number != 0;
    when[0] = (struct constraint){expr_ret(p->exprs), got == on_true ? OPR_NE : OPR_EQ, 0};
    return (struct summary_case){.when = when, .when_count = 1, .effects = effects};
}

static const struct summary *make_summary(struct program *p, const struct facts *f,
                                          const struct ir_sym *s, const struct ir_contract *all,
                                          uint32_t count, bool scoped) {
    struct summary *out = ARENA_NEW(p->arena, struct summary);
    struct summary_case *cases = ARENA_ARRAY(p->arena, struct summary_case, 2);
    struct effect *effects = ARENA_ARRAY(p->arena, struct effect, (size_t)count * 3);
    const struct ir_contract *tries = NULL;
    cases[0] = (struct summary_case){.effects = effects};
    for (uint32_t i = 0; i < count; i++) {
        if (changes_locks(&all[i])) {
            tries = all[i].kind == CONTRACT_TRIES ? &all[i] : tries;
            cases[0].effect_count +=
                add_effects(p->exprs, f, &all[i], scoped && (s->flags & SYM_CTOR),
                            &effects[cases[0].effect_count]);
        }
    }
    *out = (struct summary){.name = facts_text(f, s->name),
                            .flags = SUMMARY_MODEL,
                            .param_count = s->param_count < MODEL_MAX_PARAMS ? s->param_count
                                                                             : MODEL_MAX_PARAMS,
                            .cases = cases,
                            .case_count = 1};
    if (tries) {
        uint32_t effect_count = cases[0].effect_count;
        cases[0] = try_case(p, tries, true, effects);
        cases[0].effect_count = effect_count;
        cases[1] = try_case(p, tries, false, effects);
        out->case_count = 2;
    }
    return out;
}

// A function with a body is judged by it.
static const struct summary *summary_of(struct program *p, const struct unit *u, sym_id sym) {
    uint32_t count = 0;
    const struct ir_contract *all = contracts_of(u, sym, &count);
    const struct ir_sym *s = &u->facts->syms.data[sym.v];
    bool scoped = record_is(u->facts, s->record, CONTRACT_SCOPED);
    bool itself = false;
    bool any = false;
    for (uint32_t i = 0; i < count; i++) {
        itself |= changes_locks(&all[i]) && all[i].base == CONTRACT_BASE_NONE;
        any |= changes_locks(&all[i]);
    }
    if (!any || u->sym_nodes[sym.v] != NODE_NONE || (itself && !(s->flags & SYM_METHOD))) {
        return NULL;
    }
    return scoped && itself ? as_guard(p, s, &all[0])
                            : make_summary(p, u->facts, s, all, count, scoped);
}

// Locks of some class that is one by contract are followed by what the bodies of its methods do,
// that is by a lock inside the object.
static bool has_inner_locks(const struct unit *u) {
    const struct facts *f = u->facts;
    for (uint32_t i = 0; i < f->contracts.len; i++) {
        const struct ir_contract *x = &f->contracts.data[i];
        if (x->kind == CONTRACT_ACQUIRES && x->base == CONTRACT_BASE_NONE &&
            u->sym_nodes[x->sym.v] != NODE_NONE) {
            return true;
        }
    }
    return false;
}

void contracts_find_summaries(struct program *p, struct unit *u) {
    const struct facts *f = u->facts;
    if (!f->contracts.len) {
        return;
    }
    u->contract_of_sym = ARENA_ARRAY(p->arena, uint32_t, f->syms.len);
    u->contract_summaries = ARENA_ARRAY(p->arena, const struct summary *, f->syms.len);
    for (uint32_t i = f->contracts.len; i > 0; i--) {
        u->contract_of_sym[f->contracts.data[i - 1].sym.v] = i;
    }
    u->contract_of_sym[0] = 0;
    u->inner_locks = has_inner_locks(u);
    for (uint32_t i = 1; i < f->syms.len; i++) {
        if (u->contract_of_sym[i]) {
            u->contract_summaries[i] = summary_of(p, u, (sym_id){i});
        }
    }
}

// --- locks held by callers ---

static uint32_t required(struct expr_table *t, const struct unit *u, sym_id sym,
                         enum contract_kind kind, struct flow_fact *out, uint32_t max) {
    uint32_t count = 0;
    uint32_t n = 0;
    const struct ir_contract *all = contracts_of(u, sym, &count);
    for (uint32_t i = 0; i < count && n < max; i++) {
        if (all[i].kind == kind) {
            out[n++] =
                (struct flow_fact){lock_of(t, u->facts, &all[i]), all[i].shared ? EF_SHARED : 0};
        }
    }
    return n;
}

uint32_t program_required_locks(const struct program *p, struct fn_ref fn, struct flow_fact *out,
                                uint32_t max) {
    const struct unit *u = program_unit(p, fn.facts);
    return required(p->exprs, u, fn.facts->fns.data[fn.fn.v].sym, CONTRACT_REQUIRES, out, max);
}

uint32_t program_entry_locks(const struct program *p, struct fn_ref fn, struct flow_fact *out,
                             uint32_t max) {
    const struct unit *u = program_unit(p, fn.facts);
    uint32_t count = 0;
    uint32_t n = 0;
    const struct ir_contract *all = contracts_of(u, fn.facts->fns.data[fn.fn.v].sym, &count);
    for (uint32_t i = 0; i < count && n < max; i++) {
        expr_id lock = lock_of(p->exprs, fn.facts, &all[i]);
        if (all[i].kind == CONTRACT_REQUIRES && follow_inside(p, u, &all[i], &lock)) {
            out[n++] = (struct flow_fact){lock, all[i].shared ? EF_SHARED : 0};
        }
    }
    return n;
}

uint32_t program_contract_locks(const struct program *p, const struct facts *f, call_id call,
                                enum contract_kind kind, struct flow_fact *out, uint32_t max) {
    return required(p->exprs, program_unit(p, f), f->calls.data[call.v].callee, kind, out, max);
}

static bool has_contract(const struct unit *u, sym_id sym, enum contract_kind kind) {
    uint32_t count = 0;
    const struct ir_contract *all = contracts_of(u, sym, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (all[i].kind == kind) {
            return true;
        }
    }
    return false;
}

bool program_has_contract(const struct program *p, struct fn_ref fn, enum contract_kind kind) {
    return has_contract(program_unit(p, fn.facts), fn.facts->fns.data[fn.fn.v].sym, kind);
}

bool program_call_has_contract(const struct program *p, const struct facts *f, call_id call,
                               enum contract_kind kind) {
    return has_contract(program_unit(p, f), f->calls.data[call.v].callee, kind);
}

// --- guards ---

static expr_id class_of_subject(struct program *p, const struct facts *f,
                                const struct ir_contract *x) {
    struct expr_table *t = p->exprs;
    if (x->var.v) {
        const struct ir_var *v = &f->vars.data[x->var.v];
        return expr_global(t, facts_text(f, v->key), facts_text(f, v->name));
    }
    return expr_class(t, expr_field(t, expr_deref(t, expr_param(t, 0)), facts_text(f, x->name),
                                    facts_text(f, f->records.data[x->record.v].name)));
}

// The class of a lock reached through a pointer is that of the pointer.
static bool is_lockable(const struct program *p, uint32_t name) {
    for (uint32_t i = 0; i < p->lockables.len; i++) {
        if (p->lockables.data[i] == name) {
            return true;
        }
    }
    return false;
}

expr_id program_contract_lock(const struct program *p, expr_id lock) {
    const struct expr *x = expr_get(p->exprs, lock);
    while (x->kind == EX_FIELD && x->aux && x->a.v && is_lockable(p, x->aux)) {
        lock = x->a; // what the lock object is made of
        x = expr_get(p->exprs, lock);
    }
    return lock;
}

expr_id program_contract_class(const struct program *p, expr_id lock) {
    return expr_class(p->exprs, program_contract_lock(p, lock));
}

static void find_lockables(struct program *p, const struct facts *f) {
    for (uint32_t i = 0; i < f->contracts.len; i++) {
        const struct ir_contract *x = &f->contracts.data[i];
        uint32_t name = intern(&p->exprs->names, facts_text(f, f->records.data[x->record.v].name));
        if (x->kind == CONTRACT_LOCKABLE && !is_lockable(p, name)) {
            vec_push(p->arena, &p->lockables, name);
        }
    }
}

void program_find_guards(struct program *p) {
    for (uint32_t i = 0; i < p->units.len; i++) {
        const struct facts *f = p->units.data[i].facts;
        find_lockables(p, f);
        for (uint32_t k = 0; k < f->contracts.len; k++) {
            const struct ir_contract *x = &f->contracts.data[k];
            if (x->kind != CONTRACT_GUARDED && x->kind != CONTRACT_POINTEE_GUARDED) {
                continue;
            }
            expr_id lock = program_contract_class(p, lock_of(p->exprs, f, x));
            expr_id subject = class_of_subject(p, f, x);
            bool known = false;
            for (uint32_t g = 0; g < p->guards.len; g++) {
                known |= expr_same(p->guards.data[g].subject, subject) &&
                         p->guards.data[g].kind == x->kind;
            }
            if (!known && lock.v && subject.v) {
                vec_push(p->arena, &p->guards, ((struct program_guard){x->kind, subject, lock}));
            }
        }
    }
}

uint32_t program_guard_count(const struct program *p) {
    return p->guards.len;
}

const struct program_guard *program_guard(const struct program *p, uint32_t index) {
    return &p->guards.data[index];
}
