// Facts -> symbolic expressions in a world.
#include "checker/flow/run.h"

enum { RESULT_BASE = 1 << 24 }; // EX_LOCAL numbers from here on keep results of calls

expr_id run_var(struct run *r, var_id var) {
    uint32_t found = 0;
    if (map_get(&r->vars, var.v, &found)) {
        return (expr_id){found};
    }
    const struct ir_var *v = &r->f->vars.data[var.v];
    expr_id e = {0};
    if (v->kind == VAR_GLOBAL || v->kind == VAR_STATIC_LOCAL) {
        e = expr_global(r->c->exprs, facts_text(r->f, v->key), facts_text(r->f, v->name));
    } else {
        e = expr_local(r->c->exprs, var.v, facts_text(r->f, v->name));
    }
    map_put(&r->vars, var.v, e.v);
    return e;
}

uint32_t run_result_number(call_id call) {
    return RESULT_BASE + call.v;
}

bool run_is_class(const struct run *r, expr_id lock) {
    const struct expr *x = expr_get(r->c->exprs, lock);
    return x->kind == EX_FIELD && !x->a.v;
}

bool run_is_own_result(int64_t num) {
    return num < 1LL << 40;
}

expr_id run_result_loc(struct run *r, call_id call) {
    return expr_local(r->c->exprs, run_result_number(call), STR("result"));
}

static bool is_volatile(const struct run *r, path_id path) {
    const struct ir_path *p = &r->f->paths.data[path.v];
    uint8_t quals = 0;
    type_id t = facts_strip_typedefs(r->f, p->type, &quals);
    return (quals & TYPE_VOLATILE) || r->f->types.data[t.v].kind == TYPE_ATOMIC;
}

expr_id run_location(struct run *r, const struct world *w, path_id path) {
    struct expr_table *t = r->c->exprs;
    const struct ir_path *p = &r->f->paths.data[path.v];
    switch (p->kind) {
    case PATH_VAR:
        return run_var(r, p->var);
    case PATH_FIELD: {
        struct str record = facts_text(r->f, r->f->records.data[p->record.v].name);
        return expr_field(t, run_location(r, w, p->base), facts_text(r->f, p->name), record);
    }
    case PATH_INDEX:
        return expr_index(t, run_location(r, w, p->base), run_value(r, w, p->val));
    case PATH_DEREF:
        return expr_deref(t, run_value(r, w, p->val));
    default:
        return expr_deref(t, expr_numbered(t, EX_UNKNOWN, path.v));
    }
}

expr_id run_value(struct run *r, const struct world *w, val_id val) {
    struct expr_table *t = r->c->exprs;
    const struct ir_val *v = &r->f->vals.data[val.v];
    switch (v->kind) {
    case VAL_CONST:
        return expr_const(t, v->num);
    case VAL_STR:
        return expr_str(t, facts_text(r->f, v->name));
    case VAL_PATH:
        if (is_volatile(r, v->path)) {
            return expr_numbered(t, EX_UNKNOWN, (int64_t)v->path.v << 24 | r->block);
        }
        return world_read(&r->space, w, run_location(r, w, v->path));
    case VAL_ADDR:
        return expr_addr(t, run_location(r, w, v->path));
    case VAL_FN: {
        const struct ir_sym *s = &r->f->syms.data[v->sym.v];
        expr_id closure = v->path.v ? expr_addr(t, run_location(r, w, v->path)) : (expr_id){0};
        return expr_fn(t, facts_text(r->f, s->key), facts_text(r->f, s->name), closure);
    }
    case VAL_CALL:
        return world_read(&r->space, w, run_result_loc(r, v->call));
    case VAL_UNARY:
        return expr_unary(t, v->op, run_value(r, w, v->a));
    case VAL_BINARY:
        return expr_binary(t, v->op, run_value(r, w, v->a), run_value(r, w, v->b));
    default:
        return expr_numbered(t, EX_UNKNOWN, val.v);
    }
}

expr_id run_fresh(struct run *r, struct world *w, enum expr_kind kind, int64_t num) {
    expr_id e = expr_numbered(r->c->exprs, kind, num);
    if (world_mentions(&r->space, w, e)) {
        world_rename(&r->space, w, e, expr_old(r->c->exprs, e));
    }
    return e;
}

void run_age(struct run *r, struct world *w, expr_id symbol, expr_id var) {
    if (!world_mentions(&r->space, w, symbol)) {
        return;
    }
    if (r->domain == FLOW_LOCKS) {
        lock_left_behind(r, w, symbol, var);
    }
    world_rename(&r->space, w, symbol, expr_old(r->c->exprs, symbol));
}

expr_id run_local_root(struct run *r, expr_id location) {
    for (;;) {
        const struct expr *x = expr_get(r->c->exprs, location);
        if (x->kind == EX_LOCAL) {
            return location;
        }
        if (x->kind != EX_FIELD && x->kind != EX_INDEX) {
            return (expr_id){0};
        }
        location = x->a;
    }
}

void run_followed(struct run *r, struct world *w, expr_id location) {
    expr_id root = expr_root(r->c->exprs, location);
    uint8_t kind = expr_get(r->c->exprs, root)->kind;
    if (kind == EX_PARAM || kind == EX_LOAD || kind == EX_RESULT || kind == EX_MERGE) {
        (void)world_assume(&r->space, w, root, OPR_NE, 0);
    }
}
