// Call graph and bottom-up order. Strongly connected components by Tarjan (SIAM J. Comput. 1972),
// iterative.
#include "checker/link/program_private.h"

static void add_edge(struct program *p, node_id from, node_id to) {
    struct node *n = &p->nodes.data[from];
    for (uint32_t i = 0; i < n->callees.len; i++) {
        if (n->callees.data[i] == to) {
            return;
        }
    }
    vec_push(p->arena, &n->callees, to);
    vec_push(p->arena, &p->nodes.data[to].callers, from);
}

// --- functions stored in fields and globals ---

static uint64_t place_number(const struct program *p, const struct facts *f, path_id path) {
    const struct ir_path *x = &f->paths.data[path.v];
    struct str name = STR("");
    struct str owner = STR("");
    if (x->kind == PATH_FIELD) {
        name = facts_text(f, x->name);
        owner = facts_text(f, f->records.data[x->record.v].name);
    } else if (x->kind == PATH_INDEX) {
        return place_number(p, f, x->base);
    } else if (x->kind == PATH_VAR) {
        const struct ir_var *v = &f->vars.data[x->var.v];
        if (v->kind != VAR_GLOBAL && v->kind != VAR_STATIC_LOCAL) {
            return 0;
        }
        name = facts_text(f, v->key);
    }
    if (!name.len) {
        return 0;
    }
    return hash_mix(hash64(name.ptr, name.len, 1), hash64(owner.ptr, owner.len, 2)) | 1;
}

const struct field_functions *program_field_functions(const struct program *p,
                                                      const struct facts *f, path_id path) {
    uint32_t i = 0;
    uint64_t key = place_number(p, f, path);
    return key && map_get(&p->field_index, key, &i) ? &p->fields.data[i] : NULL;
}

static struct field_functions *field_slot(struct program *p, const struct facts *f, path_id path) {
    uint64_t key = place_number(p, f, path);
    uint32_t i = 0;
    if (!key) {
        return NULL;
    }
    if (!map_get(&p->field_index, key, &i)) {
        vec_push(p->arena, &p->fields, ((struct field_functions){0}));
        i = p->fields.len - 1;
        map_put(&p->field_index, key, i);
    }
    return &p->fields.data[i];
}

static bool is_function_pointer(const struct facts *f, type_id type) {
    type_id t = facts_strip_typedefs(f, type, NULL);
    if (f->types.data[t.v].kind == TYPE_POINTER) {
        t = facts_strip_typedefs(f, f->types.data[t.v].target, NULL);
    }
    return f->types.data[t.v].kind == TYPE_FUNCTION;
}

static void note_value(struct program *p, const struct unit *u, val_id val) {
    const struct ir_val *v = &u->facts->vals.data[val.v];
    if (v->kind == VAL_FN && u->sym_nodes[v->sym.v] != NODE_NONE) {
        p->nodes.data[u->sym_nodes[v->sym.v]].address_taken = true;
        p->nodes.data[u->sym_nodes[v->sym.v]].mentions++;
    }
}

// The address of a global goes where it is not followed.
static void note_exposed(struct program *p, const struct facts *f, val_id val) {
    const struct ir_val *v = &f->vals.data[val.v];
    path_id path = v->kind == VAL_ADDR ? v->path : (path_id){0};
    while (f->paths.data[path.v].kind == PATH_FIELD || f->paths.data[path.v].kind == PATH_INDEX) {
        path = f->paths.data[path.v].base;
    }
    const struct ir_var *var = &f->vars.data[f->paths.data[path.v].var.v];
    if (path.v && f->paths.data[path.v].kind == PATH_VAR &&
        (var->kind == VAR_GLOBAL || var->kind == VAR_STATIC_LOCAL)) {
        map_put(&p->exposed,
                expr_global(p->exprs, facts_text(f, var->key), facts_text(f, var->name)).v, 1);
    }
}

static void note_write(struct program *p, const struct unit *u, const struct ir_op *op) {
    const struct facts *f = u->facts;
    const struct ir_val *v = &f->vals.data[op->val.v];
    if (v->kind == VAL_FN) {
        struct field_functions *slot = field_slot(p, f, op->path);
        node_id n = u->sym_nodes[v->sym.v];
        if (slot && n != NODE_NONE) {
            vec_push(p->arena, &slot->nodes, n);
        } else if (slot) {
            slot->unknown = true;
        }
    } else if (v->kind != VAL_CONST && is_function_pointer(f, f->paths.data[op->path.v].type)) {
        struct field_functions *slot = field_slot(p, f, op->path);
        if (slot) {
            slot->unknown = true;
        }
    }
}

static void note_number(struct param_numbers *p, const struct ir_val *v) {
    if (v->kind != VAL_CONST) {
        p->others = true;
        return;
    }
    uint8_t at = 0;
    while (at < p->count && p->num[at] != v->num) {
        at++;
    }
    if (at == PARAM_VALUES) {
        p->others = true;
    } else if (at == p->count) {
        p->num[p->count++] = v->num;
    }
}

// What all calls pass for the first parameters: constants and addresses tell something.
static void note_arguments(struct program *p, const struct facts *f, const struct ir_call *c,
                           node_id to) {
    struct node *n = &p->nodes.data[to];
    for (uint32_t i = 0; i < PARAMS_KNOWN; i++) {
        const struct ir_val *v =
            &f->vals.data[i < c->arg_count ? f->args.data[c->first_arg.v + i].v : 0];
        bool address = v->kind == VAL_ADDR || v->kind == VAL_STR || v->kind == VAL_FN;
        int64_t lo = address ? 1 : v->num;
        int64_t hi = address ? INT64_MAX : v->num;
        bool known = address || v->kind == VAL_CONST;
        bool first = !(n->param_seen >> i & 1);
        note_number(&n->param_numbers[i], v);
        n->param_seen |= 1u << i;
        if (!known || (!first && !(n->param_known >> i & 1))) {
            n->param_known &= ~(1u << i);
            continue;
        }
        n->param_known |= 1u << i;
        n->param_lo[i] = first || lo < n->param_lo[i] ? lo : n->param_lo[i];
        n->param_hi[i] = first || hi > n->param_hi[i] ? hi : n->param_hi[i];
    }
}

static void note_call(struct program *p, const struct unit *u, node_id from, call_id call) {
    const struct facts *f = u->facts;
    const struct ir_call *c = &f->calls.data[call.v];
    for (uint32_t i = 0; i < c->arg_count; i++) {
        note_value(p, u, f->args.data[c->first_arg.v + i]);
        bool known = u->models[call.v] ||
                     (c->kind != CALL_INDIRECT && u->sym_nodes[c->callee.v] != NODE_NONE);
        if (!known) {
            note_exposed(p, f, f->args.data[c->first_arg.v + i]);
        }
    }
    if (c->kind == CALL_INDIRECT || u->models[call.v]) {
        return;
    }
    node_id to = u->sym_nodes[c->callee.v];
    if (to != NODE_NONE) {
        add_edge(p, from, to);
        note_arguments(p, f, c, to);
    }
}

static void scan_node(struct program *p, node_id id) {
    struct fn_ref ref = p->nodes.data[id].ref;
    const struct unit *u = program_unit(p, ref.facts);
    const struct ir_fn *fn = &ref.facts->fns.data[ref.fn.v];
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &ref.facts->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &ref.facts->ops.data[b->first_op.v + k];
            if (op->kind == OP_CALL) {
                note_call(p, u, id, op->call);
            } else if (op->kind == OP_WRITE) {
                note_write(p, u, op);
                note_value(p, u, op->val);
                note_exposed(p, ref.facts, op->val);
            }
        }
        note_value(p, u, b->lhs);
        if (b->term == TERM_RETURN) {
            note_exposed(p, ref.facts, b->lhs);
        }
    }
}

// Edges of calls through fields and globals whose functions are known.
static void scan_indirect(struct program *p, node_id id) {
    struct fn_ref ref = p->nodes.data[id].ref;
    const struct facts *f = ref.facts;
    const struct ir_fn *fn = &f->fns.data[ref.fn.v];
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *op = &f->ops.data[b->first_op.v + k];
            if (op->kind != OP_CALL || f->calls.data[op->call.v].kind != CALL_INDIRECT) {
                continue;
            }
            const struct ir_val *v = &f->vals.data[f->calls.data[op->call.v].target.v];
            const struct field_functions *slot =
                v->kind == VAL_PATH ? program_field_functions(p, f, v->path) : NULL;
            for (uint32_t n = 0; slot && n < slot->nodes.len && n < 16; n++) {
                add_edge(p, id, slot->nodes.data[n]);
            }
        }
    }
}

// --- components ---

struct tarjan {
    struct program *p;
    uint32_t *index;
    uint32_t *low;
    bool *on_stack;
    VEC(node_id) stack;
    VEC(node_id) path;
    VEC(uint32_t) at; // next callee of path[i]
    uint32_t next;
    uint32_t components;
};

static void open_node(struct tarjan *t, node_id n) {
    t->index[n] = t->low[n] = ++t->next;
    t->on_stack[n] = true;
    vec_push(&t->p->scratch, &t->stack, n);
    vec_push(&t->p->scratch, &t->path, n);
    vec_push(&t->p->scratch, &t->at, 0);
}

static void close_node(struct tarjan *t, node_id n) {
    if (t->low[n] == t->index[n]) {
        uint32_t size = 0;
        node_id m = NODE_NONE;
        do {
            m = t->stack.data[--t->stack.len];
            t->on_stack[m] = false;
            t->p->nodes.data[m].component = t->components;
            vec_push(t->p->arena, &t->p->order, m);
            size++;
        } while (m != n);
        t->components++;
        for (uint32_t i = 0; size > 1 && i < size; i++) {
            t->p->nodes.data[t->p->order.data[t->p->order.len - 1 - i]].recursive = true;
        }
    }
    t->path.len--;
    t->at.len--;
    if (t->path.len) {
        node_id parent = vec_last(&t->path);
        t->low[parent] = t->low[parent] < t->low[n] ? t->low[parent] : t->low[n];
    }
}

static void visit(struct tarjan *t, node_id root) {
    open_node(t, root);
    while (t->path.len) {
        node_id n = vec_last(&t->path);
        const struct node *x = &t->p->nodes.data[n];
        if (vec_last(&t->at) == x->callees.len) {
            close_node(t, n);
            continue;
        }
        node_id to = x->callees.data[vec_last(&t->at)++];
        if (to == n) {
            t->p->nodes.data[n].recursive = true;
        } else if (!t->index[to]) {
            open_node(t, to);
        } else if (t->on_stack[to]) {
            t->low[n] = t->low[n] < t->index[to] ? t->low[n] : t->index[to];
        }
    }
}

void program_build_callgraph(struct program *p) {
    for (node_id n = 0; n < p->nodes.len; n++) {
        scan_node(p, n);
    }
    for (node_id n = 0; n < p->nodes.len; n++) {
        scan_indirect(p, n);
    }
    struct tarjan t = {.p = p};
    t.index = ARENA_ARRAY(&p->scratch, uint32_t, p->nodes.len);
    t.low = ARENA_ARRAY(&p->scratch, uint32_t, p->nodes.len);
    t.on_stack = ARENA_ARRAY(&p->scratch, bool, p->nodes.len);
    for (node_id n = 0; n < p->nodes.len; n++) {
        if (!t.index[n]) {
            visit(&t, n);
        }
    }
}
