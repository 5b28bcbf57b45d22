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

// Nothing but numbers, text and the lock: what a lock needs to know of its holder.
static bool is_plain(const struct program *p, const struct facts *f, const struct ir_record *r) {
    uint32_t sync = 0;
    for (uint32_t k = 0; k < r->field_count; k++) {
        type_id type = f->fields.data[r->first_field.v + k].type;
        bool is_sync = part_of(p, f, type) == PART_SYNC;
        const struct ir_type *x = &f->types.data[facts_strip_typedefs(f, type, NULL).v];
        const struct ir_type *to =
            &f->types
                 .data[facts_strip_typedefs(f, x->kind == TYPE_POINTER ? x->target : type, NULL).v];
        if (!is_sync && (to->kind == TYPE_RECORD || to->kind == TYPE_ARRAY)) {
            return false;
        }
        sync += is_sync;
    }
    return sync == 1;
}

// Some other record has one of these in it.
static bool is_part_of_others(const struct facts *f, struct str name) {
    for (uint32_t i = 1; i < f->fields.len; i++) {
        const struct ir_type *x =
            &f->types.data[facts_strip_typedefs(f, f->fields.data[i].type, NULL).v];
        if (x->kind == TYPE_RECORD && x->record.v &&
            str_eq(facts_text(f, f->records.data[x->record.v].name), name)) {
            return true;
        }
    }
    return false;
}

static bool has_plain_record(const struct program *p, const struct facts *f, struct str name) {
    for (uint32_t i = 1; i < f->records.len; i++) {
        if (str_eq(facts_text(f, f->records.data[i].name), name) &&
            is_plain(p, f, &f->records.data[i])) {
            return true;
        }
    }
    return false;
}

void program_note_counted_wrapper(struct program *p, struct str record) {
    bool plain = false;
    bool part = false;
    for (uint32_t i = 0; i < p->units.len; i++) {
        const struct facts *f = p->units.data[i].facts;
        plain |= has_plain_record(p, f, record);
        part |= is_part_of_others(f, record);
    }
    if (record.len && plain && part) {
        expr_note_wrapper(p->exprs, record);
    }
}
