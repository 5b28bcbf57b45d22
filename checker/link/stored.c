// Functions that are kept and called later: jobs in queues, callbacks in fields, std::function in
// containers. Where a function value may get to is found without regard to order, by type and
// field, as inclusion constraints (Andersen: "Program Analysis and Specialization for the C
// Programming Language", 1994; fields as in Pearce, Kelly, Hankin, TOPLAS 2007): a pointer and what
// it points to count as one, a container and its elements too. Functions that only came down as
// arguments are told apart: they are called by who passed them, see run_edges.c.
#include "checker/link/program_private.h"

enum { MAX_FUNCTIONS = 64 };

// A place of function values: variables, fields of a type, results of calls and functions.
struct cell {
    bool kept;                  // a field or a global
    struct function_set all;    // functions that may be in it
    struct function_set stored; // of these, the ones that came through a field or a global
    VEC(uint32_t) to;           // cells that include this one
    VEC(uint32_t) back;         // the same for `stored` only: objects that were passed by address
};

static bool add_function(struct arena *arena, struct function_set *set, node_id fn) {
    for (uint32_t i = 0; i < set->items.len; i++) {
        if (set->items.data[i] == fn) {
            return false;
        }
    }
    if (set->items.len == MAX_FUNCTIONS) {
        return false;
    }
    vec_push(arena, &set->items, fn);
    return true;
}

static bool add_functions(struct arena *arena, struct function_set *set,
                          const struct function_set *more) {
    bool changed = false;
    for (uint32_t i = 0; i < more->items.len; i++) {
        changed |= add_function(arena, set, more->items.data[i]);
    }
    return changed;
}

struct stored {
    struct map index;
    VEC(struct cell) cells;
};

enum key_kind { KEY_VAR = 1, KEY_CALL, KEY_RETURN, KEY_FIELD };

static uint64_t key_of(enum key_kind kind, const void *facts, uint32_t number) {
    return hash_mix(hash_mix((uint64_t)(uintptr_t)facts, kind), number) | 1;
}

// 0: no place that is followed.
static uint64_t key_of_path(const struct facts *f, path_id path) {
    const struct ir_path *x = &f->paths.data[path.v];
    if (x->kind == PATH_INDEX) {
        return key_of_path(f, x->base);
    }
    if (x->kind == PATH_DEREF) {
        const struct ir_val *v = &f->vals.data[x->val.v];
        return v->kind == VAL_PATH || v->kind == VAL_ADDR ? key_of_path(f, v->path)
               : v->kind == VAL_CALL                      ? key_of(KEY_CALL, f, v->call.v)
                                                          : 0;
    }
    if (x->kind == PATH_FIELD) {
        const struct ir_record *r = &f->records.data[x->record.v];
        struct str owner = facts_text(f, (r->flags & RECORD_LAMBDA) ? r->key : r->name);
        struct str name = facts_text(f, x->name);
        return r->flags & RECORD_SYSTEM ? key_of_path(f, x->base)
                                        : hash_mix(hash64(name.ptr, name.len, KEY_FIELD),
                                                   hash64(owner.ptr, owner.len, 0)) |
                                              1;
    }
    if (x->kind != PATH_VAR) {
        return 0;
    }
    const struct ir_var *v = &f->vars.data[x->var.v];
    struct str key = facts_text(f, v->key);
    return key.len ? hash64(key.ptr, key.len, KEY_VAR) | 1 : key_of(KEY_VAR, f, x->var.v);
}

static uint64_t key_of_value(const struct facts *f, val_id val) {
    const struct ir_val *v = &f->vals.data[val.v];
    return v->kind == VAL_PATH || v->kind == VAL_ADDR ? key_of_path(f, v->path)
           : v->kind == VAL_CALL                      ? key_of(KEY_CALL, f, v->call.v)
                                                      : 0;
}

static bool is_kept_place(const struct facts *f, val_id val, path_id path) {
    const struct ir_val *v = &f->vals.data[val.v];
    path = val.v && (v->kind == VAL_PATH || v->kind == VAL_ADDR) ? v->path : path;
    while (f->paths.data[path.v].kind == PATH_INDEX) {
        path = f->paths.data[path.v].base;
    }
    const struct ir_path *x = &f->paths.data[path.v];
    uint8_t kind = f->vars.data[x->var.v].kind;
    return x->kind == PATH_FIELD ||
           (x->kind == PATH_VAR && (kind == VAR_GLOBAL || kind == VAR_STATIC_LOCAL));
}

// --- constraints ---

struct reader {
    struct program *p;
    struct stored *s;
    node_id n;
    const struct facts *f;
    const struct unit *u;
};

static uint32_t cell_of(struct reader *r, uint64_t key) {
    uint32_t i = 0;
    if (!map_get(&r->s->index, key, &i)) {
        vec_push(r->p->arena, &r->s->cells, ((struct cell){0}));
        i = r->s->cells.len - 1;
        map_put(&r->s->index, key, i);
    }
    return i;
}

static bool is_number(const struct facts *f, const struct ir_val *v) {
    if (v->kind != VAL_PATH) {
        return false;
    }
    type_id t = facts_strip_typedefs(f, f->paths.data[v->path.v].type, NULL);
    return f->types.data[t.v].kind == TYPE_BUILTIN || f->types.data[t.v].kind == TYPE_ENUM;
}

static void include_value(struct reader *r, val_id val, uint64_t key, bool kept) {
    const struct ir_val *v = &r->f->vals.data[val.v];
    if (is_number(r->f, v)) {
        return;
    }
    uint64_t from = key_of_value(r->f, val);
    if (!key || (v->kind != VAL_FN && (!from || from == key))) {
        return;
    }
    uint32_t to = cell_of(r, key);
    r->s->cells.data[to].kept |= kept;
    if (v->kind == VAL_FN) {
        node_id fn = r->u->sym_nodes[v->sym.v];
        struct cell *c = &r->s->cells.data[to];
        if (fn != NODE_NONE) {
            (void)add_function(r->p->arena, &c->all, fn);
        }
        return;
    }
    uint32_t cell = cell_of(r, from);
    r->s->cells.data[cell].kept |= is_kept_place(r->f, val, (path_id){0});
    vec_push(r->p->arena, &r->s->cells.data[cell].to, to);
    if (v->kind == VAL_ADDR) {
        vec_push(r->p->arena, &r->s->cells.data[to].back, cell);
    }
}

static void read_own_call(struct reader *r, call_id call, node_id to) {
    const struct ir_call *c = &r->f->calls.data[call.v];
    struct fn_ref callee = r->p->nodes.data[to].ref;
    const struct ir_fn *fn = &callee.facts->fns.data[callee.fn.v];
    for (uint32_t i = 0; i < c->arg_count && i < fn->param_count; i++) {
        uint64_t param = key_of(KEY_VAR, callee.facts, facts_fn_var(callee.facts, callee.fn, i).v);
        include_value(r, r->f->args.data[c->first_arg.v + i], param, false);
    }
    uint32_t from = cell_of(r, key_of(KEY_RETURN, NULL, to));
    uint32_t result = cell_of(r, key_of(KEY_CALL, r->f, call.v));
    vec_push(r->p->arena, &r->s->cells.data[from].to, result);
}

// What a library does is not known: an object keeps what its methods are given, and results hold
// what went in.
static void read_library_call(struct reader *r, call_id call) {
    const struct ir_call *c = &r->f->calls.data[call.v];
    const struct ir_sym *callee = &r->f->syms.data[c->callee.v];
    bool method = callee->flags & (SYM_METHOD | SYM_CTOR);
    val_id object = r->f->args.data[c->first_arg.v];
    for (uint32_t i = 0; i < c->arg_count; i++) {
        val_id arg = r->f->args.data[c->first_arg.v + i];
        if (method && i > 0) {
            include_value(r, arg, key_of_value(r->f, object),
                          is_kept_place(r->f, object, (path_id){0}));
        }
        include_value(r, arg, key_of(KEY_CALL, r->f, call.v), false);
    }
}

static void read_call(struct reader *r, call_id call) {
    const struct ir_call *c = &r->f->calls.data[call.v];
    node_id to = c->kind == CALL_INDIRECT ? NODE_NONE : r->u->sym_nodes[c->callee.v];
    if (to != NODE_NONE) {
        read_own_call(r, call, to);
    } else if (c->kind != CALL_INDIRECT && c->arg_count &&
               (r->f->syms.data[c->callee.v].flags & SYM_SYSTEM)) {
        read_library_call(r, call);
    }
}

static void read_node(struct reader *r) {
    const struct ir_fn *fn = &r->f->fns.data[r->p->nodes.data[r->n].ref.fn.v];
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &r->f->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &r->f->ops.data[b->first_op.v + k];
            if (op->kind == OP_WRITE) {
                include_value(r, op->val, key_of_path(r->f, op->path),
                              is_kept_place(r->f, (val_id){0}, op->path));
            } else if (op->kind == OP_CALL) {
                read_call(r, op->call);
            }
        }
        if (b->term == TERM_RETURN) {
            include_value(r, b->lhs, key_of(KEY_RETURN, NULL, r->n), false);
        }
    }
}

// --- solving ---

// `later`: what came through fields and globals.
static void spread(struct program *p, struct stored *s, bool later) {
    VEC(uint32_t) queue = {0};
    for (uint32_t i = 0; i < s->cells.len; i++) {
        struct cell *c = &s->cells.data[i];
        for (uint32_t k = 0; later && c->kept && k < c->all.items.len; k++) {
            (void)add_function(p->arena, &c->stored, c->all.items.data[k]);
        }
        if (c->all.items.len) {
            vec_push(&p->scratch, &queue, i);
        }
    }
    for (uint32_t at = 0; at < queue.len; at++) {
        struct cell *c = &s->cells.data[queue.data[at]];
        const struct function_set *from = later ? &c->stored : &c->all;
        for (uint32_t i = 0; i < c->to.len + (later ? c->back.len : 0); i++) {
            uint32_t to = i < c->to.len ? c->to.data[i] : c->back.data[i - c->to.len];
            struct cell *x = &s->cells.data[to];
            if (add_functions(p->arena, later ? &x->stored : &x->all, from)) {
                vec_push(&p->scratch, &queue, to);
            }
        }
    }
}

void stored_find(struct program *p) {
    struct arena_mark mark = arena_mark(&p->scratch);
    p->stored = ARENA_NEW(p->arena, struct stored);
    map_init(&p->stored->index, p->arena);
    for (node_id n = 0; n < p->nodes.len; n++) {
        const struct facts *f = p->nodes.data[n].ref.facts;
        struct reader r = {.p = p, .s = p->stored, .n = n, .f = f, .u = program_unit(p, f)};
        read_node(&r);
    }
    spread(p, p->stored, false);
    spread(p, p->stored, true);
    arena_reset(&p->scratch, mark);
}

// --- queries ---

static const struct cell *cell_at(const struct program *p, uint64_t key) {
    uint32_t i = 0;
    return key && map_get(&p->stored->index, key, &i) ? &p->stored->cells.data[i] : NULL;
}

const struct function_set *stored_in_value(const struct program *p, const struct facts *f,
                                           val_id val) {
    const struct cell *c = cell_at(p, key_of_value(f, val));
    return c ? &c->stored : NULL;
}

val_id called_value(const struct facts *f, call_id call) {
    const struct ir_call *c = &f->calls.data[call.v];
    const struct ir_sym *callee = &f->syms.data[c->callee.v];
    bool functor = c->kind != CALL_INDIRECT && c->arg_count && (callee->flags & SYM_SYSTEM) &&
                   (callee->flags & SYM_METHOD) &&
                   str_ends(facts_sym_name(f, c->callee), STR("::operator()"));
    return c->kind == CALL_INDIRECT ? c->target
           : functor                ? f->args.data[c->first_arg.v]
                                    : (val_id){0};
}
