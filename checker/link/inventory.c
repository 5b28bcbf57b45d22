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

// Elsewhere: where a handle is joined that is kept in the same place.
static void find_join_of_place(const struct program *p, uint64_t slots, struct program_thread *t) {
    for (node_id n = 0; slots && n < p->nodes.len; n++) {
        const struct node *x = &p->nodes.data[n];
        for (uint32_t i = 0; i < x->joining.len; i++) {
            const struct ir_op *op = &x->ref.facts->ops.data[x->joining.data[i].op];
            bool same = x->joining.data[i].slots != UINT64_MAX &&
                        (x->joining.data[i].slots & slots) == slots;
            if (same && call_target(p, x->ref.facts, op->call) == NODE_NONE) {
                t->end = "joined";
                t->end_fn = x->ref;
                t->end_loc = op->loc;
                return;
            }
        }
    }
}

// The temporary that a new handle is moved from says nothing.
static struct str handle_text(struct program *p, expr_id handle) {
    struct str text = handle.v ? printed(p, handle) : STR("");
    return text.len && text.ptr[0] == '%' ? STR("") : text;
}

static void fill_thread(struct program *p, const struct flow_result *r, const struct flow_spawn *s,
                        struct program_thread *t) {
    t->many = s->in_loop;
    t->handle = handle_text(p, s->handle);
    t->arg = s->arg.v && expr_get(p->exprs, s->arg)->kind != EX_CONST ? printed(p, s->arg) : t->arg;
    find_end(p, r, s, t);
    bool ended =
        str_eq(str_from(t->end), STR("joined")) || str_eq(str_from(t->end), STR("detached"));
    node_id n = program_node(p, r->fn);
    if (!ended && n != NODE_NONE) {
        find_join_of_place(p, slots_started_at(p, n, s->call), t);
    }
}

// The callee is itself a place where these threads start.
static bool starts_through_callee(const struct program *p, const struct root_starts *starts,
                                  const struct root_start *start) {
    const struct facts *f = p->nodes.data[start->fn].ref.facts;
    const struct ir_op *op = &f->ops.data[start->op.v];
    node_id to = op->kind == OP_CALL ? call_target(p, f, op->call) : NODE_NONE;
    for (uint32_t i = 0; to != NODE_NONE && i < starts->items.len; i++) {
        if (starts->items.data[i].fn == to) {
            return true;
        }
    }
    return false;
}

static void add_start(struct program *p, uint32_t root, const struct root_start *start) {
    const struct node *n = &p->nodes.data[start->fn];
    const struct ir_op *op = &n->ref.facts->ops.data[start->op.v];
    const struct flow_result *r = n->flow[FLOW_THREADS];
    struct program_thread t = {.entry = p->nodes.data[p->runs.roots.data[root].node].name,
                               .spawn_fn = n->ref,
                               .spawn_loc = op->loc,
                               .handle = STR(""),
                               .arg = STR(""),
                               .root = root,
                               .end = "unknown"};
    for (uint32_t i = 0; r && op->call.v && i < r->spawns.len; i++) {
        node_id entry = program_node_of_value(p, r->spawns.data[i].entry);
        bool same = r->spawns.data[i].call.v == op->call.v;
        if (same && (entry == p->runs.roots.data[root].node || entry == NODE_NONE)) {
            fill_thread(p, r, &r->spawns.data[i], &t);
            break;
        }
    }
    vec_push(p->arena, &p->threads, t);
}

static void add_root_threads(struct program *p, uint32_t root) {
    const struct root_starts *starts = &p->runs.starts.data[root];
    for (uint32_t i = 0; i < starts->items.len; i++) {
        if (!starts_through_callee(p, starts, &starts->items.data[i])) {
            add_start(p, root, &starts->items.data[i]);
        }
    }
}

// Threads of which nobody knows what they run.
static void add_unknown_threads(struct program *p, node_id n, const struct flow_result *r) {
    for (uint32_t i = 0; i < r->spawns.len; i++) {
        const struct flow_spawn *s = &r->spawns.data[i];
        const struct expr *entry = expr_get(p->exprs, s->entry);
        bool again = i > 0 && r->spawns.data[i - 1].call.v == s->call.v;
        if (entry->kind == EX_PARAM || again || slots_started_at(p, n, s->call)) {
            continue; // a parameter: callers of the wrapper are the places
        }
        struct program_thread t = {.spawn_fn = r->fn,
                                   .spawn_loc = r->fn.facts->calls.data[s->call.v].loc,
                                   .root = UINT32_MAX,
                                   .handle = STR(""),
                                   .arg = STR("")};
        t.entry = entry->kind == EX_FN ? intern_text(&p->exprs->names, entry->aux) : STR("");
        fill_thread(p, r, s, &t);
        vec_push(p->arena, &p->threads, t);
    }
}

// Functions that workers take from where others put them.
static void add_jobs(struct program *p) {
    for (node_id n = 0; n < p->nodes.len; n++) {
        const struct node *x = &p->nodes.data[n];
        for (uint32_t i = 0; i < x->contexts.len; i++) {
            const struct run_context *c = &x->contexts.data[i];
            bool begins = c->job && c->from != NODE_NONE &&
                          !p->nodes.data[c->from].contexts.data[c->from_context].job;
            bool again = i > 0 && x->contexts.data[i - 1].slot == c->slot;
            if (begins && !again && root_of_slot(p, c->slot)) {
                struct fn_ref at = p->nodes.data[c->from].ref;
                struct program_job job = {
                    .fn = n,
                    .root = p->runs.by_slot.data[c->slot - 1],
                    .site = {at, at.facts->ops.data[c->via].loc}
                };
                vec_push(p->arena, &p->jobs, job);
            }
        }
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
    for (uint32_t i = 0; i < p->runs.by_slot.len; i++) {
        add_root_threads(p, p->runs.by_slot.data[i]);
    }
    add_jobs(p);
    for (node_id n = 0; n < p->nodes.len; n++) {
        const struct node *x = &p->nodes.data[n];
        if (x->flow[FLOW_THREADS]) {
            add_unknown_threads(p, n, x->flow[FLOW_THREADS]);
        }
        if (x->flow[FLOW_LOCKS]) {
            add_locks(p, x->flow[FLOW_LOCKS], &index);
        }
    }
}
