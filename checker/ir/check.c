#include "checker/ir/check.h"

// Where a check failed.
struct checking {
    const struct facts *f;
    struct error *err;
    const char *table;
    uint32_t index;
};

static bool bad(const struct checking *c, const char *rule) {
    return error_set(c->err, "facts: %s[%u]: %s", c->table, c->index, rule);
}

static bool check_names(struct checking *c) {
    const struct facts *f = c->f;
    uint32_t names = f->names.texts.len;
    c->table = "files";
    for (c->index = 0; c->index < f->files.len; c->index++) {
        if (f->files.data[c->index].path.v >= names) {
            return bad(c, "path out of range");
        }
    }
    c->table = "locs";
    for (c->index = 0; c->index < f->locs.len; c->index++) {
        if (f->locs.data[c->index].file.v >= f->files.len) {
            return bad(c, "file out of range");
        }
    }
    c->table = "types";
    for (c->index = 0; c->index < f->types.len; c->index++) {
        const struct ir_type *t = &f->types.data[c->index];
        if (t->kind > TYPE_OTHER || t->name.v >= names || t->record.v >= f->records.len ||
            (t->target.v && t->target.v >= c->index)) {
            return bad(c, "kind, name, target or record out of range");
        }
    }
    c->table = "fields";
    for (c->index = 0; c->index < f->fields.len; c->index++) {
        const struct ir_field *x = &f->fields.data[c->index];
        if (x->name.v >= names || x->type.v >= f->types.len || x->loc.v >= f->locs.len) {
            return bad(c, "name, type or place out of range");
        }
    }
    return f->main_file.v < names || error_set(c->err, "facts: main file out of range");
}

static bool check_symbols(struct checking *c) {
    const struct facts *f = c->f;
    uint32_t names = f->names.texts.len;
    c->table = "records";
    for (c->index = 0; c->index < f->records.len; c->index++) {
        const struct ir_record *r = &f->records.data[c->index];
        if (r->name.v >= names || r->key.v >= names || r->loc.v >= f->locs.len || r->dtor.v >= f->syms.len ||
            r->call_op.v >= f->syms.len || (uint64_t)r->first_field.v + r->field_count > f->fields.len) {
            return bad(c, "id out of range");
        }
    }
    c->table = "vars";
    for (c->index = 0; c->index < f->vars.len; c->index++) {
        const struct ir_var *v = &f->vars.data[c->index];
        if (v->kind > VAR_TEMP || v->name.v >= names || v->key.v >= names || v->type.v >= f->types.len ||
            v->loc.v >= f->locs.len || v->fn.v >= f->fns.len) {
            return bad(c, "id out of range");
        }
    }
    c->table = "syms";
    for (c->index = 0; c->index < f->syms.len; c->index++) {
        const struct ir_sym *s = &f->syms.data[c->index];
        if (s->name.v >= names || s->key.v >= names || s->ret.v >= f->types.len ||
            s->record.v >= f->records.len || s->loc.v >= f->locs.len) {
            return bad(c, "id out of range");
        }
    }
    c->table = "overrides";
    for (c->index = 0; c->index < f->overrides.len; c->index++) {
        const struct ir_override *o = &f->overrides.data[c->index];
        if (o->sym.v >= f->syms.len || o->base.v >= f->syms.len) {
            return bad(c, "id out of range");
        }
    }
    return true;
}

static bool check_values(struct checking *c) {
    const struct facts *f = c->f;
    c->table = "paths";
    for (c->index = 0; c->index < f->paths.len; c->index++) {
        const struct ir_path *p = &f->paths.data[c->index];
        if (p->kind > PATH_UNKNOWN || p->name.v >= f->names.texts.len || p->val.v >= f->vals.len ||
            p->var.v >= f->vars.len || p->type.v >= f->types.len || p->record.v >= f->records.len ||
            (p->base.v && p->base.v >= c->index)) {
            return bad(c, "id out of range or base not before it");
        }
    }
    c->table = "vals";
    for (c->index = 0; c->index < f->vals.len; c->index++) {
        const struct ir_val *v = &f->vals.data[c->index];
        if (v->kind > VAL_BINARY || v->op > OPR_BITNOT || (v->a.v && v->a.v >= c->index) ||
            (v->b.v && v->b.v >= c->index) || v->path.v >= f->paths.len || v->sym.v >= f->syms.len ||
            v->call.v >= f->calls.len || v->name.v >= f->names.texts.len) {
            return bad(c, "id out of range or operand not before it");
        }
    }
    return true;
}

// Paths and values refer to each other: a path's value and a value's path must have been made before. Both tables grow
// together, so a depth is assigned to each by repeated passes; a cycle never settles.
enum { MAX_DEPTH = 4000 };

static bool check_acyclic(struct checking *c, struct arena *scratch) {
    const struct facts *f = c->f;
    uint16_t *path = ARENA_ARRAY(scratch, uint16_t, f->paths.len);
    uint16_t *val = ARENA_ARRAY(scratch, uint16_t, f->vals.len);
    bool changed = true;
    for (unsigned round = 0; changed; round++) {
        changed = false;
        if (round > MAX_DEPTH) {
            return error_set(c->err, "facts: paths and values refer to each other in a circle");
        }
        for (uint32_t i = 1; i < f->paths.len; i++) {
            uint16_t base = path[f->paths.data[i].base.v];
            uint16_t v = val[f->paths.data[i].val.v];
            uint16_t d = (uint16_t)((base > v ? base : v) + 1);
            if (d > path[i] && d <= MAX_DEPTH) {
                path[i] = d;
                changed = true;
            } else if (d > MAX_DEPTH) {
                return error_set(c->err, "facts: paths and values refer to each other in a circle");
            }
        }
        for (uint32_t i = 1; i < f->vals.len; i++) {
            const struct ir_val *x = &f->vals.data[i];
            uint16_t d = val[x->a.v] > val[x->b.v] ? val[x->a.v] : val[x->b.v];
            d = (uint16_t)((d > path[x->path.v] ? d : path[x->path.v]) + 1);
            if (d > val[i] && d <= MAX_DEPTH) {
                val[i] = d;
                changed = true;
            }
        }
    }
    return true;
}

static bool check_ops(struct checking *c) {
    const struct facts *f = c->f;
    c->table = "calls";
    for (c->index = 0; c->index < f->calls.len; c->index++) {
        const struct ir_call *x = &f->calls.data[c->index];
        if (x->kind > CALL_VIRTUAL || x->callee.v >= f->syms.len || x->target.v >= f->vals.len ||
            (uint64_t)x->first_arg.v + x->arg_count > f->args.len || x->type.v >= f->types.len ||
            x->loc.v >= f->locs.len || x->fn.v >= f->fns.len) {
            return bad(c, "id out of range");
        }
    }
    c->table = "args";
    for (c->index = 0; c->index < f->args.len; c->index++) {
        if (f->args.data[c->index].v >= f->vals.len) {
            return bad(c, "value out of range");
        }
    }
    c->table = "ops";
    for (c->index = 0; c->index < f->ops.len; c->index++) {
        const struct ir_op *o = &f->ops.data[c->index];
        if (o->kind > OP_UNKNOWN || o->opr > OPR_BITNOT || o->loc.v >= f->locs.len || o->path.v >= f->paths.len ||
            o->val.v >= f->vals.len || o->call.v >= f->calls.len || o->var.v >= f->vars.len) {
            return bad(c, "id out of range");
        }
    }
    return true;
}

static bool check_block(struct checking *c, const struct ir_block *b) {
    const struct facts *f = c->f;
    if (b->term > TERM_UNREACHABLE || b->cmp > OPR_BITNOT || (uint64_t)b->first_op.v + b->op_count > f->ops.len ||
        (uint64_t)b->first_edge.v + b->edge_count > f->edges.len || b->lhs.v >= f->vals.len ||
        b->rhs.v >= f->vals.len || b->loc.v >= f->locs.len) {
        return bad(c, "id out of range");
    }
    return true;
}

static bool check_fns(struct checking *c) {
    const struct facts *f = c->f;
    c->table = "blocks";
    for (c->index = 0; c->index < f->blocks.len; c->index++) {
        if (!check_block(c, &f->blocks.data[c->index])) {
            return false;
        }
    }
    c->table = "fns";
    for (c->index = 0; c->index < f->fns.len; c->index++) {
        const struct ir_fn *x = &f->fns.data[c->index];
        if (x->sym.v >= f->syms.len || x->loc.v >= f->locs.len || x->end.v >= f->locs.len ||
            (uint64_t)x->first_var + x->var_count > f->fn_vars.len || x->param_count > x->var_count ||
            (uint64_t)x->first_block.v + x->block_count > f->blocks.len) {
            return bad(c, "id out of range");
        }
        for (uint32_t i = 0; i < x->block_count; i++) {
            const struct ir_block *b = &f->blocks.data[x->first_block.v + i];
            for (uint32_t k = 0; k < b->edge_count; k++) {
                const struct ir_edge *e = &f->edges.data[b->first_edge.v + k];
                if (e->kind > EDGE_EXC || e->to.v < x->first_block.v ||
                    e->to.v - x->first_block.v >= x->block_count) {
                    return bad(c, "an edge leaves the function");
                }
            }
        }
    }
    c->table = "fn_vars";
    for (c->index = 0; c->index < f->fn_vars.len; c->index++) {
        if (f->fn_vars.data[c->index].v >= f->vars.len) {
            return bad(c, "variable out of range");
        }
    }
    c->table = "diags";
    for (c->index = 0; c->index < f->diags.len; c->index++) {
        if (f->diags.data[c->index].loc.v >= f->locs.len || f->diags.data[c->index].text.v >= f->names.texts.len) {
            return bad(c, "id out of range");
        }
    }
    c->table = "unhandled";
    for (c->index = 0; c->index < f->unhandled.len; c->index++) {
        if (f->unhandled.data[c->index].kind.v >= f->names.texts.len) {
            return bad(c, "name out of range");
        }
    }
    return true;
}

static bool has_dummies(const struct facts *f) {
    return f->files.len && f->locs.len && f->types.len && f->records.len && f->fields.len && f->vars.len &&
           f->syms.len && f->paths.len && f->vals.len && f->calls.len && f->args.len && f->ops.len &&
           f->blocks.len && f->edges.len && f->fns.len && f->names.texts.len;
}

bool ir_check(const struct facts *f, struct error *err) {
    struct checking c = {.f = f, .err = err};
    if (!has_dummies(f)) {
        return error_set(err, "facts: a table is empty");
    }
    struct arena scratch;
    arena_init(&scratch, 0);
    bool ok = check_names(&c) && check_symbols(&c) && check_values(&c) && check_acyclic(&c, &scratch) &&
              check_ops(&c) && check_fns(&c);
    arena_release(&scratch);
    return ok;
}
