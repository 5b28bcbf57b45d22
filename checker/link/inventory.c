// The threads and locks of the program.
#include "checker/link/program_private.h"

static struct str printed(struct program *p, expr_id e) {
    struct buf b;
    buf_init(&b, 200);
    expr_print(p->exprs, e, NULL, 0, &b);
    char *copy = arena_copy(p->arena, buf_c(&b), b.len);
    struct str s = {copy, b.len};
    buf_release(&b);
    return s;
}

// How the thread of this spawn ends as far as its function shows.
static void find_end(const struct program *p, const struct flow_result *r,
                     const struct flow_spawn *s, struct program_thread *t) {
    loc_id at = r->fn.facts->calls.data[s->call.v].loc;
    t->end = s->detached ? "detached" : "unknown";
    for (uint32_t i = 0; i < r->exits.len; i++) {
        const struct flow_exit *x = &r->exits.data[i];
        for (uint32_t k = 0; k < x->object_count; k++) {
            const struct object_state *o = &x->objects[k];
            struct flow_site site = flow_site_get(&p->sites, o->site);
            if (o->kind != OBJECT_THREAD || site.loc.v != at.v || site.at.facts != r->fn.facts) {
                continue;
            }
            if (o->status == OBJECT_DONE || o->status == OBJECT_DETACHED) {
                struct flow_site end = flow_site_get(&p->sites, o->end_site);
                t->end = o->status == OBJECT_DONE ? "joined" : "detached";
                t->end_fn = end.at;
                t->end_loc = end.loc;
                return;
            }
            t->end = o->status != OBJECT_LIVE ? t->end : o->escaped ? "escapes" : "lost";
        }
    }
}

static void add_threads(struct program *p, const struct flow_result *r) {
    for (uint32_t i = 0; i < r->spawns.len; i++) {
        const struct flow_spawn *s = &r->spawns.data[i];
        const struct expr *entry = expr_get(p->exprs, s->entry);
        if (entry->kind == EX_PARAM) {
            continue; // a wrapper: its callers are the spawn sites
        }
        loc_id at = r->fn.facts->calls.data[s->call.v].loc;
        bool seen = false;
        for (uint32_t k = 0; k < i && !seen; k++) {
            seen = r->spawns.data[k].call.v == s->call.v &&
                   expr_same(r->spawns.data[k].entry, s->entry);
        }
        if (seen) {
            continue;
        }
        struct program_thread t = {.spawn_fn = r->fn, .spawn_loc = at, .many = s->in_loop};
        t.entry = entry->kind == EX_FN ? intern_text(&p->exprs->names, entry->aux) : STR("");
        t.handle = s->handle.v ? printed(p, s->handle) : STR("");
        find_end(p, r, s, &t);
        vec_push(p->arena, &p->threads, t);
    }
}

static struct str type_name(const struct facts *f, type_id t) {
    const struct ir_type *x = &f->types.data[t.v];
    while (x->kind == TYPE_ARRAY || x->kind == TYPE_POINTER || x->kind == TYPE_REFERENCE) {
        x = &f->types.data[x->target.v];
    }
    return facts_text(f, x->name);
}

// Type of the global or field a class of locks stands for, as it is declared.
static struct str class_type(const struct program *p, expr_id class) {
    const struct expr *x = expr_get(p->exprs, class);
    struct str name = intern_text(&p->exprs->names, x->name);
    struct str record = intern_text(&p->exprs->names, x->aux);
    for (uint32_t u = 0; u < p->units.len; u++) {
        const struct facts *f = p->units.data[u].facts;
        for (uint32_t i = 1; x->kind == EX_GLOBAL && i < f->vars.len; i++) {
            if (str_eq(facts_text(f, f->vars.data[i].key), name)) {
                return type_name(f, f->vars.data[i].type);
            }
        }
        for (uint32_t i = 1; x->kind == EX_FIELD && i < f->records.len; i++) {
            const struct ir_record *r = &f->records.data[i];
            for (uint32_t k = 0; k < r->field_count && str_eq(facts_text(f, r->name), record);
                 k++) {
                const struct ir_field *field = &f->fields.data[r->first_field.v + k];
                if (str_eq(facts_text(f, field->name), name)) {
                    return type_name(f, field->type);
                }
            }
        }
    }
    return STR("");
}

static void add_locks(struct program *p, const struct flow_result *r, struct map *index) {
    for (uint32_t i = 0; i < r->acquires.len; i++) {
        expr_id lock = r->acquires.data[i].lock;
        expr_id class = expr_class(p->exprs, lock);
        uint32_t at = 0;
        if (!class.v) { // in the functions of a wrapper: better its own lock than none
            class = expr_own_class(p->exprs, lock);
        }
        if (!class.v) {
            continue;
        }
        if (!map_get(index, class.v, &at)) {
            vec_push(
                p->arena, &p->locks,
                ((struct program_lock){.name = printed(p, class), .type = class_type(p, class)}));
            at = p->locks.len - 1;
            map_put(index, class.v, at);
        }
        p->locks.data[at].acquires++;
    }
}

void program_make_inventory(struct program *p) {
    struct map index;
    map_init(&index, &p->scratch);
    for (node_id n = 0; n < p->nodes.len; n++) {
        const struct node *x = &p->nodes.data[n];
        if (x->flow[FLOW_THREADS]) {
            add_threads(p, x->flow[FLOW_THREADS]);
        }
        if (x->flow[FLOW_LOCKS]) {
            add_locks(p, x->flow[FLOW_LOCKS], &index);
        }
    }
}
