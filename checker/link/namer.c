#include "checker/link/namer.h"

enum { NAMER_MAX_DEPTH = 12, SEVERAL = 0 };

static bool is_own_path(const struct facts *f, path_id path) {
    const struct ir_path *x = &f->paths.data[path.v];
    while (x->kind == PATH_FIELD) {
        x = &f->paths.data[x->base.v];
    }
    uint8_t kind = x->kind == PATH_VAR ? f->vars.data[x->var.v].kind : VAR_NONE;
    return kind == VAR_LOCAL || kind == VAR_TEMP || kind == VAR_PARAM;
}

static void note_write(struct namer *n, const struct ir_op *op) {
    if ((op->kind != OP_WRITE && op->kind != OP_UPDATE) || !is_own_path(n->f, op->path)) {
        return;
    }
    const struct ir_path *x = &n->f->paths.data[op->path.v];
    bool is_param = x->kind == PATH_VAR && n->f->vars.data[x->var.v].kind == VAR_PARAM;
    uint32_t seen = 0;
    bool only = op->kind == OP_WRITE && !is_param && !map_get(&n->defs, op->path.v, &seen);
    map_put(&n->defs, op->path.v, only ? op->val.v + 1 : SEVERAL);
}

// A variable whose address a call gets may be written by it.
static void note_call(struct namer *n, call_id call) {
    const struct ir_call *c = &n->f->calls.data[call.v];
    for (uint32_t i = 0; i < c->arg_count; i++) {
        const struct ir_val *v = &n->f->vals.data[n->f->args.data[c->first_arg.v + i].v];
        const struct ir_path *x = &n->f->paths.data[v->path.v];
        if (v->kind == VAL_ADDR && x->kind == PATH_VAR && is_own_path(n->f, v->path)) {
            map_put(&n->defs, v->path.v, SEVERAL);
        }
    }
}

void namer_init(struct namer *n, struct program *p, struct fn_ref fn) {
    *n = (struct namer){.p = p, .f = fn.facts};
    map_init(&n->defs, &p->scratch);
    map_init(&n->values, &p->scratch);
    map_init(&n->names, &p->scratch);
    const struct ir_fn *ir = &n->f->fns.data[fn.fn.v];
    for (unsigned round = 0; round < 2; round++) { // names of places need all writes of variables
        for (uint32_t i = 0; i < ir->block_count; i++) {
            const struct ir_block *b = &n->f->blocks.data[ir->first_block.v + i];
            for (uint32_t k = 0; k < b->op_count; k++) {
                const struct ir_op *op = &n->f->ops.data[b->first_op.v + k];
                uint32_t def = 0;
                if (round == 0 && op->kind == OP_CALL) {
                    note_call(n, op->call);
                } else if (round == 0) {
                    note_write(n, op);
                } else if (op->kind == OP_WRITE &&
                           n->f->paths.data[op->path.v].kind == PATH_FIELD &&
                           map_get(&n->defs, op->path.v, &def) && def != SEVERAL) {
                    map_put(&n->values, namer_location(n, op->path).v, namer_value(n, op->val).v);
                }
            }
        }
    }
}

// Each thread has its own of a thread-local variable: it is named like a local.
static expr_id variable(struct namer *n, var_id var) {
    const struct ir_var *v = &n->f->vars.data[var.v];
    bool shared = v->kind == VAR_GLOBAL || v->kind == VAR_STATIC_LOCAL;
    if (shared && !(v->flags & VAR_THREAD_LOCAL)) {
        return expr_global(n->p->exprs, facts_text(n->f, v->key), facts_text(n->f, v->name));
    }
    return expr_local(n->p->exprs, var.v, facts_text(n->f, v->name));
}

expr_id namer_location(struct namer *n, path_id path) {
    struct expr_table *t = n->p->exprs;
    const struct ir_path *p = &n->f->paths.data[path.v];
    uint32_t known = 0;
    if (map_get(&n->names, path.v, &known)) {
        return (expr_id){known};
    }
    expr_id e = {0};
    switch (p->kind) {
    case PATH_VAR:
        e = variable(n, p->var);
        break;
    case PATH_FIELD: {
        struct str record = facts_text(n->f, n->f->records.data[p->record.v].name);
        e = expr_field(t, namer_location(n, p->base), facts_text(n->f, p->name), record);
        break;
    }
    case PATH_INDEX:
        e = expr_index(t, namer_location(n, p->base), namer_value(n, p->val));
        break;
    case PATH_DEREF:
        e = expr_deref(t, namer_value(n, p->val));
        break;
    default:
        e = expr_deref(t, expr_numbered(t, EX_UNKNOWN, path.v));
        break;
    }
    if (!n->depth) { // within a chain of assignments names may be cut short
        map_put(&n->names, path.v, e.v);
    }
    return e;
}

static expr_id content(struct namer *n, path_id path) {
    struct expr_table *t = n->p->exprs;
    const struct ir_path *x = &n->f->paths.data[path.v];
    const struct ir_var *v = &n->f->vars.data[x->var.v];
    uint32_t def = 0;
    bool written = map_get(&n->defs, path.v, &def);
    if (x->kind == PATH_VAR && v->kind == VAR_PARAM && !written) {
        return expr_param(t, v->index);
    }
    if (written && def != SEVERAL && n->depth < NAMER_MAX_DEPTH) {
        n->depth++;
        expr_id e = namer_value(n, (val_id){def - 1});
        n->depth--;
        return e;
    }
    expr_id place = namer_location(n, path);
    uint32_t value = 0;
    return map_get(&n->values, place.v, &value) ? (expr_id){value} : expr_load(t, place);
}

expr_id namer_value(struct namer *n, val_id val) {
    struct expr_table *t = n->p->exprs;
    const struct ir_val *v = &n->f->vals.data[val.v];
    switch (v->kind) {
    case VAL_CONST:
        return expr_const(t, v->num);
    case VAL_STR:
        return expr_str(t, facts_text(n->f, v->name));
    case VAL_PATH:
        return content(n, v->path);
    case VAL_ADDR:
        return expr_addr(t, namer_location(n, v->path));
    case VAL_FN: {
        const struct ir_sym *s = &n->f->syms.data[v->sym.v];
        expr_id closure = v->path.v ? expr_addr(t, namer_location(n, v->path)) : (expr_id){0};
        return expr_fn(t, facts_text(n->f, s->key), facts_text(n->f, s->name), closure);
    }
    case VAL_CALL:
        return expr_numbered(t, EX_RESULT, v->call.v);
    case VAL_UNARY:
        return expr_unary(t, v->op, namer_value(n, v->a));
    case VAL_BINARY:
        return expr_binary(t, v->op, namer_value(n, v->a), namer_value(n, v->b));
    default:
        return expr_numbered(t, EX_UNKNOWN, val.v);
    }
}

void namer_bind(struct namer *n, call_id call, struct binding *ret_binding) {
    const struct ir_call *c = &n->f->calls.data[call.v];
    *ret_binding = (struct binding){.namer = n};
    for (; ret_binding->arg_count < c->arg_count && ret_binding->arg_count < FLOW_MAX_ARGS;
         ret_binding->arg_count++) {
        uint32_t i = ret_binding->arg_count;
        ret_binding->args[i] = namer_value(n, n->f->args.data[c->first_arg.v + i]);
    }
}

static expr_id replace(void *ctx, struct expr_table *t, expr_id e) {
    struct binding *b = ctx;
    const struct expr *x = expr_get(t, e);
    uint32_t value = 0;
    if (x->kind == EX_PARAM) {
        return x->num < (int64_t)b->arg_count ? b->args[x->num]
                                              : expr_numbered(t, EX_UNKNOWN, -x->num - 1);
    }
    if (x->kind == EX_LOAD && map_get(&b->namer->values, x->a.v, &value)) {
        return (expr_id){value};
    }
    return (expr_id){0};
}

expr_id namer_translate(struct binding *b, expr_id e) {
    return expr_rewrite(b->namer->p->exprs, e, EXPR_KIND(EX_PARAM) | EXPR_KIND(EX_LOAD), replace,
                        b);
}

expr_id namer_root(const struct expr_table *t, expr_id place) {
    for (;;) {
        const struct expr *x = expr_get(t, place);
        switch (x->kind) {
        case EX_FIELD:
        case EX_INDEX:
        case EX_DEREF:
        case EX_LOAD:
        case EX_ADDR:
        case EX_BINARY:
            if (!x->a.v) {
                return place;
            }
            place = x->a;
            break;
        default:
            return place;
        }
    }
}
