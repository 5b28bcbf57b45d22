// What functions keep of their parameters and which names they write, through callees.
// Flow-insensitive, bottom-up.
#include "checker/link/maker.h"

static uint32_t name_number(struct program *p, struct str text) {
    return intern(&p->exprs->names, text);
}

static void add_write(struct program *p, struct node *n, uint32_t name) {
    if (n->writes_all) {
        return;
    }
    uint32_t at = 0;
    while (at < n->writes.len && n->writes.data[at] < name) {
        at++;
    }
    if (at < n->writes.len && n->writes.data[at] == name) {
        return;
    }
    if (n->writes.len >= WRITES_MAX) {
        n->writes_all = true;
        return;
    }
    vec_push(p->arena, &n->writes, name);
    for (uint32_t i = n->writes.len - 1; i > at; i--) {
        n->writes.data[i] = n->writes.data[i - 1];
    }
    n->writes.data[at] = name;
}

// Variable at the root of a path, and whether a pointer is followed on the way.
static var_id root_var(const struct facts *f, path_id path, bool *ret_through_pointer) {
    *ret_through_pointer = false;
    for (unsigned depth = 0; path.v && depth < 64; depth++) {
        const struct ir_path *x = &f->paths.data[path.v];
        if (x->kind == PATH_VAR) {
            return x->var;
        }
        if (x->kind == PATH_DEREF) {
            *ret_through_pointer = true;
            const struct ir_val *v = &f->vals.data[x->val.v];
            path = v->kind == VAL_PATH || v->kind == VAL_ADDR ? v->path : (path_id){0};
        } else {
            path = x->base;
        }
    }
    return (var_id){0};
}

static bool is_own_local(const struct facts *f, var_id var) {
    uint8_t kind = f->vars.data[var.v].kind;
    return kind == VAR_LOCAL || kind == VAR_PARAM || kind == VAR_TEMP;
}

// Bit of the parameter a value is, 0 when it is none.
static uint32_t parameter_bit(const struct facts *f, val_id val) {
    const struct ir_val *v = &f->vals.data[val.v];
    const struct ir_path *path = &f->paths.data[v->path.v];
    const struct ir_var *var = &f->vars.data[path->var.v];
    bool is_param =
        v->kind == VAL_PATH && path->kind == PATH_VAR && var->kind == VAR_PARAM && var->index < 32;
    return is_param ? 1u << var->index : 0;
}

static void add_name(struct program *p, struct node *n, path_id path) {
    const struct facts *f = n->ref.facts;
    const struct ir_path *x = &f->paths.data[path.v];
    if (x->kind == PATH_FIELD) {
        add_write(p, n, name_number(p, facts_text(f, x->name)));
    } else if (x->kind == PATH_VAR) {
        add_write(p, n, name_number(p, facts_text(f, f->vars.data[x->var.v].name)));
    }
}

static void note_written(struct program *p, struct node *n, path_id path) {
    const struct facts *f = n->ref.facts;
    bool through = false;
    var_id root = root_var(f, path, &through);
    if (root.v && !through && is_own_local(f, root)) {
        return;
    }
    const struct ir_path *x = &f->paths.data[path.v];
    while (x->kind == PATH_INDEX) {
        x = &f->paths.data[x->base.v];
    }
    if (x->kind == PATH_DEREF) {
        n->fills |= parameter_bit(f, x->val);
    }
    add_name(p, n, path);
}

// `increment(&q->count)`: the callee writes through the parameter, hence this function writes the
// field.
static void note_filled(struct program *p, const struct unit *u, struct node *n, call_id call) {
    const struct facts *f = u->facts;
    const struct ir_call *c = &f->calls.data[call.v];
    node_id to =
        c->kind == CALL_INDIRECT || u->models[call.v] ? NODE_NONE : u->sym_nodes[c->callee.v];
    for (uint32_t i = 0; to != NODE_NONE && i < c->arg_count && i < 32; i++) {
        val_id arg = f->args.data[c->first_arg.v + i];
        if (!(p->nodes.data[to].fills >> i & 1)) {
            continue;
        }
        n->fills |= parameter_bit(f, arg);
        if (f->vals.data[arg.v].kind == VAL_ADDR) {
            note_written(p, n, f->vals.data[arg.v].path);
        }
    }
}

// Parameters a local may stand for, by variable.
struct aliases {
    struct map map; // var -> bits
};

static uint32_t parameter_bits(const struct facts *f, const struct aliases *a, val_id val) {
    const struct ir_val *v = &f->vals.data[val.v];
    uint32_t bits = 0;
    if (v->kind != VAL_PATH && v->kind != VAL_ADDR) {
        return 0;
    }
    bool through = false;
    var_id root = root_var(f, v->path, &through);
    if (root.v && f->vars.data[root.v].kind == VAR_PARAM && f->vars.data[root.v].index < 32) {
        bits |= 1u << f->vars.data[root.v].index;
    }
    uint32_t more = 0;
    if (root.v && map_get(&a->map, root.v, &more)) {
        bits |= more;
    }
    return bits;
}

static uint32_t kept_by_call(const struct program *p, const struct unit *u, call_id call,
                             const struct aliases *a) {
    const struct facts *f = u->facts;
    const struct ir_call *c = &f->calls.data[call.v];
    uint32_t bits = 0;
    const struct summary *m = u->models[call.v];
    for (uint32_t i = 0; i < c->arg_count; i++) {
        uint32_t arg = parameter_bits(f, a, f->args.data[c->first_arg.v + i]);
        if (!arg) {
            continue;
        }
        if (m) {
            for (uint32_t k = 0; k < m->case_count; k++) {
                for (uint32_t e = 0; e < m->cases[k].effect_count; e++) {
                    uint8_t kind = m->cases[k].effects[e].kind;
                    bits |= kind == EFFECT_ESCAPE || kind == EFFECT_SPAWN ? arg : 0;
                }
            }
            continue;
        }
        node_id to = c->kind == CALL_INDIRECT ? NODE_NONE : u->sym_nodes[c->callee.v];
        uint32_t flags = f->syms.data[c->callee.v].flags;
        bool system_c = c->callee.v && (flags & SYM_SYSTEM) && !(flags & (SYM_METHOD | SYM_CTOR));
        if (to != NODE_NONE) {
            bits |= i >= 32 || (p->nodes.data[to].keeps >> i & 1) ? arg : 0;
        } else if (!system_c) {
            bits |= arg;
        }
    }
    return bits;
}

// Parameters that are passed as they are to something that does KIND (free, use) to them;
// `of_callee` says what the callee's parameters come to.
static uint32_t done_by_call(const struct program *p, const struct unit *u, call_id call,
                             enum effect_kind kind,
                             uint32_t (*of_callee)(const struct node *callee)) {
    const struct facts *f = u->facts;
    const struct ir_call *c = &f->calls.data[call.v];
    node_id to = c->kind == CALL_INDIRECT ? NODE_NONE : u->sym_nodes[c->callee.v];
    const struct effect *e = program_model_effect(p, f, call, kind);
    uint32_t bits = 0;
    for (uint32_t i = 0; i < c->arg_count && i < 32; i++) {
        uint32_t bit = parameter_bit(f, f->args.data[c->first_arg.v + i]);
        bool by_model = bit && e && expr_same(e->a, expr_param(p->exprs, i));
        bool by_node = !e && to != NODE_NONE && (of_callee(&p->nodes.data[to]) >> i & 1);
        bits |= by_model || by_node ? bit : 0;
    }
    return bits;
}

static uint32_t frees_of(const struct node *n) {
    return n->frees;
}

static uint32_t uses_of(const struct node *n) {
    return n->uses;
}

// Every way from the entry to a return passes this block.
static bool is_on_every_path(struct program *p, struct fn_ref fn, uint32_t block) {
    const struct ir_fn *ir = &fn.facts->fns.data[fn.fn.v];
    bool *seen = ARENA_ARRAY(&p->scratch, bool, ir->block_count);
    uint32_t *stack = ARENA_ARRAY(&p->scratch, uint32_t, ir->block_count + 1);
    uint32_t top = 0;
    if (block != 0) {
        stack[top++] = 0;
        seen[0] = true;
    }
    while (top) {
        const struct ir_block *b = &fn.facts->blocks.data[ir->first_block.v + stack[--top]];
        if (program_block_ends(p, fn, b, b->first_op.v)) {
            continue;
        }
        if (b->term == TERM_RETURN) {
            return false;
        }
        for (uint32_t k = 0; k < b->edge_count; k++) {
            uint32_t to = fn.facts->edges.data[b->first_edge.v + k].to.v - ir->first_block.v;
            if (to != block && !seen[to]) {
                seen[to] = true;
                stack[top++] = to;
            }
        }
    }
    return true;
}

// `pool->last = pthread_self();`: somebody else may join this thread.
static bool keeps_itself(const struct program *p, const struct node *n, const struct ir_op *op) {
    const struct facts *f = n->ref.facts;
    const struct ir_val *v = &f->vals.data[op->val.v];
    bool through = false;
    var_id root = root_var(f, op->path, &through);
    const struct effect *e =
        v->kind == VAL_CALL ? program_model_effect(p, f, v->call, EFFECT_RETURN) : NULL;
    return e && expr_same(e->a, expr_str(p->exprs, STR("$self"))) &&
           !(root.v && !through && is_own_local(f, root));
}

static void scan(struct program *p, node_id id) {
    struct node *n = &p->nodes.data[id];
    const struct facts *f = n->ref.facts;
    const struct unit *u = program_unit(p, f);
    const struct ir_fn *fn = &f->fns.data[n->ref.fn.v];
    struct arena_mark mark = arena_mark(&p->scratch);
    struct aliases a;
    map_init(&a.map, &p->scratch);
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL) {
                program_note_touched(p, n, op->call);
                n->keeps |= kept_by_call(p, u, op->call, &a);
                note_filled(p, u, n, op->call);
                uint32_t freed = done_by_call(p, u, op->call, EFFECT_FREE, frees_of);
                uint32_t used = done_by_call(p, u, op->call, EFFECT_USE, uses_of);
                bool always = (freed | used) && is_on_every_path(p, n->ref, i);
                n->frees |= always ? freed : 0;
                n->uses |= always ? used : 0;
                continue;
            }
            if (op->kind != OP_WRITE && op->kind != OP_UPDATE) {
                continue;
            }
            note_written(p, n, op->path);
            n->registers |= keeps_itself(p, n, op);
            uint32_t bits = parameter_bits(f, &a, op->val);
            bool through = false;
            var_id root = root_var(f, op->path, &through);
            if (bits && root.v && !through && is_own_local(f, root)) {
                uint32_t old = 0;
                (void)map_get(&a.map, root.v, &old);
                map_put(&a.map, root.v, old | bits);
            } else {
                n->keeps |= bits;
            }
        }
        if (b->term == TERM_RETURN) {
            n->keeps |= parameter_bits(f, &a, b->lhs);
        }
    }
    arena_reset(&p->scratch, mark);
}

// Calls nothing but functions that are pure themselves, and yields something.
static bool calls_only_pure(const struct program *p, const struct node *n) {
    const struct facts *f = n->ref.facts;
    const struct unit *u = program_unit(p, f);
    const struct ir_fn *fn = &f->fns.data[n->ref.fn.v];
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (op->kind == OP_ASM ||
                (op->kind == OP_READ && op->flags & (OPF_ATOMIC | OPF_VOLATILE))) {
                return false;
            }
            if (op->kind != OP_CALL) {
                continue;
            }
            const struct ir_call *c = &f->calls.data[op->call.v];
            node_id to = c->kind == CALL_DIRECT ? u->sym_nodes[c->callee.v] : NODE_NONE;
            if (u->models[op->call.v] || to == NODE_NONE || p->nodes.data[to].impure) {
                return false;
            }
        }
    }
    return true;
}

static void find_purity(const struct program *p, struct node *n) {
    n->impure = n->writes_all || n->writes.len || n->recursive || !calls_only_pure(p, n);
}

// Adds sorted names to sorted names.
static void add_writes(struct program *p, struct node *n, const uint32_t *more, uint32_t count) {
    uint32_t *all = ARENA_ARRAY(&p->scratch, uint32_t, (size_t)n->writes.len + count);
    uint32_t len = 0;
    uint32_t i = 0;
    uint32_t k = 0;
    while (i < n->writes.len || k < count) {
        uint32_t x = i < n->writes.len ? n->writes.data[i] : UINT32_MAX;
        uint32_t y = k < count ? more[k] : UINT32_MAX;
        all[len++] = x < y ? x : y;
        i += x <= y;
        k += y <= x;
    }
    if (len > WRITES_MAX) {
        n->writes_all = true;
    } else if (len > n->writes.len) {
        while (n->writes.len < len) {
            vec_push(p->arena, &n->writes, 0);
        }
        memcpy(n->writes.data, all, len * sizeof *all);
    }
}

static void take_from_callees(struct program *p, struct node *n) {
    for (uint32_t i = 0; i < n->callees.len; i++) {
        const struct node *c = &p->nodes.data[n->callees.data[i]];
        program_take_touched(p, n, c);
        n->writes_all |= c->writes_all;
        n->registers |= c->registers;
        if (c != n && c->writes.len && !n->writes_all) {
            struct arena_mark mark = arena_mark(&p->scratch);
            add_writes(p, n, c->writes.data, c->writes.len);
            arena_reset(&p->scratch, mark);
        }
    }
}

void program_find_reach(struct program *p) {
    for (uint32_t i = 0; i < p->order.len; i++) {
        program_find_end(p, p->order.data[i]);
        scan(p, p->order.data[i]);
        program_find_allocation(p, p->order.data[i]);
        take_from_callees(p, &p->nodes.data[p->order.data[i]]);
        find_purity(p, &p->nodes.data[p->order.data[i]]);
        if (p->nodes.data[p->order.data[i]]
                .recursive) { // the rest of the component comes later: once more
            for (uint32_t k = i; k > 0 && p->nodes.data[p->order.data[k - 1]].component ==
                                              p->nodes.data[p->order.data[i]].component;
                 k--) {
                take_from_callees(p, &p->nodes.data[p->order.data[k - 1]]);
            }
        }
    }
}
