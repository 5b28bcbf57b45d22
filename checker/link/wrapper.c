// Records that do nothing but wrap a lock or condition: `struct mtx { pthread_mutex_t m; }`. Their
// field says nothing of what the lock is for; whoever holds the wrapper does.
#include "checker/link/program_private.h"

enum part { PART_OTHER, PART_ATTRIBUTE, PART_SYNC };

static enum part part_of(const struct program *p, const struct facts *f, type_id type) {
    for (type_id t = type; t.v; t = f->types.data[t.v].target) {
        const struct ir_type *x = &f->types.data[t.v];
        struct str name = facts_text(f, x->name);
        if (model_type_traits(p->models, name) & (TRAIT_LOCK | TRAIT_CONDITION)) {
            return PART_SYNC;
        }
        if (str_eq(name, STR("pthread_mutexattr_t")) || str_eq(name, STR("pthread_condattr_t"))) {
            return PART_ATTRIBUTE;
        }
        if (x->kind == TYPE_RECORD && x->record.v) {
            bool wraps =
                expr_is_wrapper(p->exprs, facts_text(f, f->records.data[x->record.v].name));
            return wraps ? PART_SYNC : PART_OTHER;
        }
        if (x->kind != TYPE_TYPEDEF) {
            return PART_OTHER;
        }
    }
    return PART_OTHER;
}

// One lock or condition, and nothing besides but what it was made with.
static bool only_wraps(const struct program *p, const struct facts *f, const struct ir_record *r) {
    uint32_t sync = 0;
    for (uint32_t k = 0; k < r->field_count; k++) {
        enum part part = part_of(p, f, f->fields.data[r->first_field.v + k].type);
        if (part == PART_OTHER) {
            return false;
        }
        sync += part == PART_SYNC;
    }
    return sync == 1 && !(r->flags & (RECORD_SYSTEM | RECORD_UNION));
}

void program_note_wrappers(struct program *p, const struct facts *f) {
    for (bool changed = true; changed;) { // a wrapper of a wrapper
        changed = false;
        for (uint32_t i = 1; i < f->records.len; i++) {
            const struct ir_record *r = &f->records.data[i];
            struct str name = facts_text(f, r->name);
            if (name.len && !expr_is_wrapper(p->exprs, name) && only_wraps(p, f, r)) {
                expr_note_wrapper(p->exprs, name);
                changed = true;
            }
        }
    }
}
