// Structural sanity of facts, one table after the other. Everything later trusts it, so it must
// hold for any bytes: all loops are linear in the size of the tables.
#include "checker/ir/check.h"

#include "checker/ir/check_private.h"

enum { MAX_TYPE_DEPTH = 500 };

// Where a check failed, and what must not be used twice.
struct checking {
    const struct facts *f;
    struct error *err;
    const char *table;
    uint32_t index;
    struct arena scratch;
};

static bool bad(const struct checking *c, const char *rule) {
    return error_set(c->err, "facts: %s[%u]: %s", c->table, c->index, rule);
}

#define NAME_OK(id)                        ((id).v < f->names.texts.len)
#define ID_OK(table_name, id)              ((id).v < f->table_name.len)
#define RANGE_OK(table_name, first, count) ((uint64_t)(first) + (count) <= f->table_name.len)
#define EACH_ROW(c, name)                                                                          \
    for ((c)->table = #name, (c)->index = 0; (c)->index < (c)->f->name.len; (c)->index++)

// Row 0 of every table means "none".
static bool check_dummies(struct checking *c) {
    const struct facts *f = c->f;
    if (!f->files.len || !f->locs.len || !f->types.len || !f->records.len || !f->fields.len ||
        !f->vars.len || !f->syms.len || !f->paths.len || !f->vals.len || !f->calls.len ||
        !f->args.len || !f->ops.len || !f->blocks.len || !f->edges.len || !f->fns.len ||
        !f->names.texts.len) {
        return error_set(c->err, "facts: a table without its row 0");
    }
    bool empty = f->types.data[0].kind == TYPE_NONE && f->vars.data[0].kind == VAR_NONE &&
                 f->paths.data[0].kind == PATH_NONE && f->vals.data[0].kind == VAL_NONE &&
                 f->ops.data[0].kind == OP_NOP && f->calls.data[0].arg_count == 0 &&
                 f->records.data[0].field_count == 0 && f->args.data[0].v == 0 &&
                 f->blocks.data[0].op_count == 0 && f->blocks.data[0].edge_count == 0 &&
                 f->fns.data[0].block_count == 0 && f->fns.data[0].var_count == 0;
    return empty || error_set(c->err, "facts: row 0 of a table is not empty");
}

static bool check_types(struct checking *c) {
    const struct facts *f = c->f;
    uint16_t *depth = ARENA_ARRAY(&c->scratch, uint16_t, f->types.len);
    EACH_ROW(c, types) {
        const struct ir_type *t = &f->types.data[c->index];
        if (t->kind > TYPE_OTHER || !NAME_OK(t->name) || !ID_OK(records, t->record)) {
            return bad(c, "kind, name or record out of range");
        }
        if (t->target.v && t->target.v >= c->index) {
            return bad(c, "the target must come before the type");
        }
        depth[c->index] = (uint16_t)(depth[t->target.v] + 1);
        if (depth[c->index] > MAX_TYPE_DEPTH) {
            return bad(c, "nested too deeply");
        }
    }
    return true;
}

static bool check_places(struct checking *c) {
    const struct facts *f = c->f;
    EACH_ROW(c, files) {
        if (!NAME_OK(f->files.data[c->index].path)) {
            return bad(c, "path out of range");
        }
    }
    EACH_ROW(c, locs) {
        if (!ID_OK(files, f->locs.data[c->index].file)) {
            return bad(c, "file out of range");
        }
    }
    EACH_ROW(c, diags) {
        const struct ir_diag *d = &f->diags.data[c->index];
        if (!ID_OK(locs, d->loc) || !NAME_OK(d->text)) {
            return bad(c, "place or text out of range");
        }
    }
    EACH_ROW(c, unhandled) {
        if (!NAME_OK(f->unhandled.data[c->index].kind)) {
            return bad(c, "kind out of range");
        }
    }
    return NAME_OK(f->main_file) || error_set(c->err, "facts: main file out of range");
}

static bool check_records(struct checking *c) {
    const struct facts *f = c->f;
    uint64_t fields = 1;
    EACH_ROW(c, records) {
        const struct ir_record *r = &f->records.data[c->index];
        fields += r->field_count;
        if (!NAME_OK(r->name) || !NAME_OK(r->key) || !ID_OK(locs, r->loc) ||
            !ID_OK(syms, r->dtor) || !ID_OK(syms, r->call_op)) {
            return bad(c, "name, key, place or method out of range");
        }
        if (!RANGE_OK(fields, r->first_field.v, r->field_count) ||
            (r->field_count && !r->first_field.v) || fields > f->fields.len) {
            return bad(c, "fields out of range or shared");
        }
    }
    EACH_ROW(c, fields) {
        const struct ir_field *x = &f->fields.data[c->index];
        if (!NAME_OK(x->name) || !ID_OK(types, x->type) || !ID_OK(locs, x->loc)) {
            return bad(c, "name, type or place out of range");
        }
    }
    return true;
}

static bool check_symbols(struct checking *c) {
    const struct facts *f = c->f;
    EACH_ROW(c, vars) {
        const struct ir_var *v = &f->vars.data[c->index];
        if (v->kind > VAR_TEMP || !NAME_OK(v->name) || !NAME_OK(v->key) || !ID_OK(types, v->type) ||
            !ID_OK(locs, v->loc) || !ID_OK(fns, v->fn)) {
            return bad(c, "kind, name, key, type, place or function out of range");
        }
    }
    EACH_ROW(c, syms) {
        const struct ir_sym *s = &f->syms.data[c->index];
        if (!NAME_OK(s->name) || !NAME_OK(s->key) || !ID_OK(types, s->ret) ||
            !ID_OK(records, s->record) || !ID_OK(locs, s->loc)) {
            return bad(c, "name, key, type, record or place out of range");
        }
    }
    EACH_ROW(c, overrides) {
        const struct ir_override *o = &f->overrides.data[c->index];
        if (!ID_OK(syms, o->sym) || !ID_OK(syms, o->base)) {
            return bad(c, "symbol out of range");
        }
    }
    return true;
}

static bool check_contracts(struct checking *c) {
    const struct facts *f = c->f;
    EACH_ROW(c, contracts) {
        const struct ir_contract *x = &f->contracts.data[c->index];
        if (x->kind > CONTRACT_RACY || x->base > CONTRACT_BASE_GLOBAL ||
            x->step_count > CONTRACT_STEPS || !ID_OK(syms, x->sym) || !ID_OK(records, x->record) ||
            !NAME_OK(x->name) || !ID_OK(vars, x->var) || !ID_OK(vars, x->global)) {
            return bad(c, "kind, base, steps, symbol, record, name or variable out of range");
        }
        for (uint32_t i = 0; i < CONTRACT_STEPS; i++) {
            if (!NAME_OK(x->steps[i]) || !ID_OK(records, x->records[i])) {
                return bad(c, "step out of range");
            }
        }
    }
    return true;
}

static bool check_values(struct checking *c) {
    const struct facts *f = c->f;
    EACH_ROW(c, paths) {
        const struct ir_path *p = &f->paths.data[c->index];
        if (p->kind > PATH_UNKNOWN || !NAME_OK(p->name) || !ID_OK(vals, p->val) ||
            !ID_OK(vars, p->var) || !ID_OK(types, p->type) || !ID_OK(records, p->record)) {
            return bad(c, "kind, name, value, variable, type or record out of range");
        }
        if (p->base.v && p->base.v >= c->index) {
            return bad(c, "the base must come before the path");
        }
    }
    EACH_ROW(c, vals) {
        const struct ir_val *v = &f->vals.data[c->index];
        if (v->kind > VAL_BINARY || v->op > OPR_BITNOT || !ID_OK(paths, v->path) ||
            !ID_OK(syms, v->sym) || !ID_OK(calls, v->call) || !NAME_OK(v->name)) {
            return bad(c, "kind, operator, path, symbol, call or text out of range");
        }
        if ((v->a.v && v->a.v >= c->index) || (v->b.v && v->b.v >= c->index)) {
            return bad(c, "an operand must come before the value");
        }
    }
    return true;
}

static bool check_calls(struct checking *c) {
    const struct facts *f = c->f;
    uint64_t args = 1;
    EACH_ROW(c, calls) {
        const struct ir_call *x = &f->calls.data[c->index];
        args += x->arg_count;
        if (x->kind > CALL_VIRTUAL || !ID_OK(syms, x->callee) || !ID_OK(vals, x->target) ||
            !ID_OK(types, x->type) || !ID_OK(locs, x->loc) || !ID_OK(fns, x->fn)) {
            return bad(c, "kind, callee, target, type, place or function out of range");
        }
        if (!RANGE_OK(args, x->first_arg.v, x->arg_count) || args > f->args.len) {
            return bad(c, "arguments out of range or shared");
        }
    }
    EACH_ROW(c, args) {
        if (!ID_OK(vals, f->args.data[c->index])) {
            return bad(c, "value out of range");
        }
    }
    return true;
}

static bool check_ops(struct checking *c) {
    const struct facts *f = c->f;
    bool *called = ARENA_ARRAY(&c->scratch, bool, f->calls.len);
    EACH_ROW(c, ops) {
        const struct ir_op *o = &f->ops.data[c->index];
        if (o->kind > OP_UNKNOWN || o->opr > OPR_BITNOT || !ID_OK(locs, o->loc) ||
            !ID_OK(paths, o->path) || !ID_OK(vals, o->val) || !ID_OK(calls, o->call) ||
            !ID_OK(vars, o->var)) {
            return bad(c, "kind, operator, place or operand out of range");
        }
        if (o->kind != OP_CALL) {
            continue;
        }
        if (!o->call.v || called[o->call.v]) {
            return bad(c, "a call op without a call, or with one used before");
        }
        called[o->call.v] = true;
    }
    return true;
}

// Terminator and edges of one block; exception edges may be added to any.
static bool edges_fit(const struct facts *f, const struct ir_block *b) {
    uint32_t counts[EDGE_EXC + 1] = {0};
    for (uint32_t i = 0; i < b->edge_count; i++) {
        counts[f->edges.data[b->first_edge.v + i].kind]++;
    }
    uint32_t all = b->edge_count - counts[EDGE_EXC];
    switch ((enum term_kind)b->term) {
    case TERM_JUMP:
        return all == 1 && counts[EDGE_NEXT] == 1;
    case TERM_BRANCH:
        return all == 2 && counts[EDGE_TRUE] == 1 && counts[EDGE_FALSE] == 1 && b->cmp >= OPR_EQ &&
               b->cmp <= OPR_GE;
    case TERM_SWITCH:
        return all == counts[EDGE_CASE] + 1 && counts[EDGE_DEFAULT] == 1;
    case TERM_INDIRECT:
        return all == counts[EDGE_NEXT];
    case TERM_RETURN:
    case TERM_NORETURN:
    case TERM_THROW:
    case TERM_UNREACHABLE:
        return all == 0;
    case TERM_NONE:
    default:
        return false;
    }
}

// Ops and edges of the blocks follow each other in the order of the blocks.
static bool check_blocks(struct checking *c) {
    const struct facts *f = c->f;
    uint64_t op = 1;
    uint64_t edge = 1;
    EACH_ROW(c, edges) {
        if (f->edges.data[c->index].kind > EDGE_EXC || !ID_OK(blocks, f->edges.data[c->index].to)) {
            return bad(c, "kind or block out of range");
        }
    }
    EACH_ROW(c, blocks) {
        const struct ir_block *b = &f->blocks.data[c->index];
        if (b->term > TERM_UNREACHABLE || b->cmp > OPR_BITNOT || !ID_OK(vals, b->lhs) ||
            !ID_OK(vals, b->rhs) || !ID_OK(locs, b->loc)) {
            return bad(c, "terminator, operand or place out of range");
        }
        if (c->index == 0) {
            continue;
        }
        if (b->first_op.v != op || b->first_edge.v != edge || !RANGE_OK(ops, op, b->op_count) ||
            !RANGE_OK(edges, edge, b->edge_count)) {
            return bad(c, "ops or edges do not follow those of the block before");
        }
        op += b->op_count;
        edge += b->edge_count;
        if (!edges_fit(f, b)) {
            return bad(c, b->term ? "edges do not fit the terminator" : "not terminated");
        }
    }
    return (op == f->ops.len && edge == f->edges.len) ||
           error_set(c->err, "facts: ops or edges outside of blocks");
}

static bool check_body(struct checking *c, const struct ir_fn *fn) {
    const struct facts *f = c->f;
    for (uint32_t i = 0; i < fn->block_count; i++) {
        const struct ir_block *b = &f->blocks.data[fn->first_block.v + i];
        for (uint32_t k = 0; k < b->edge_count; k++) {
            uint32_t to = f->edges.data[b->first_edge.v + k].to.v;
            if (to < fn->first_block.v || to - fn->first_block.v >= fn->block_count) {
                return bad(c, "an edge leaves the function");
            }
        }
        for (uint32_t k = 0; k < b->op_count; k++) {
            const struct ir_op *o = &f->ops.data[b->first_op.v + k];
            if (o->kind == OP_CALL && f->calls.data[o->call.v].fn.v != c->index) {
                return bad(c, "a call belongs to another function");
            }
        }
    }
    return true;
}

static bool check_fn_vars(struct checking *c, const struct ir_fn *fn) {
    const struct facts *f = c->f;
    for (uint32_t i = 0; i < fn->var_count; i++) {
        var_id id = f->fn_vars.data[fn->first_var + i];
        if (!ID_OK(vars, id) || f->vars.data[id.v].fn.v != c->index) {
            return bad(c, "a variable of another function");
        }
        if ((f->vars.data[id.v].kind == VAR_PARAM) != (i < fn->param_count)) {
            return bad(c, "parameters must come first");
        }
    }
    return true;
}

static bool check_fns(struct checking *c) {
    const struct facts *f = c->f;
    bool *owned = ARENA_ARRAY(&c->scratch, bool, f->blocks.len);
    bool *listed = ARENA_ARRAY(&c->scratch, bool, f->fn_vars.len);
    uint64_t blocks = 1;
    uint64_t vars = 0;
    EACH_ROW(c, fns) {
        const struct ir_fn *fn = &f->fns.data[c->index];
        blocks += fn->block_count;
        vars += fn->var_count;
        if (!ID_OK(syms, fn->sym) || !ID_OK(locs, fn->loc) || !ID_OK(locs, fn->end)) {
            return bad(c, "symbol or place out of range");
        }
        if (!RANGE_OK(fn_vars, fn->first_var, fn->var_count) || vars > f->fn_vars.len ||
            fn->param_count > fn->var_count) {
            return bad(c, "variables out of range or shared");
        }
        if (!RANGE_OK(blocks, fn->first_block.v, fn->block_count) || blocks > f->blocks.len ||
            (fn->first_block.v == 0) != (c->index == 0) ||
            (fn->block_count == 0) != (c->index == 0)) {
            return bad(c, "blocks out of range or shared, or no entry");
        }
        for (uint32_t i = 0; i < fn->block_count; i++) {
            if (owned[fn->first_block.v + i]) {
                return bad(c, "shares blocks with another function");
            }
            owned[fn->first_block.v + i] = true;
        }
        for (uint32_t i = 0; i < fn->var_count; i++) {
            if (listed[fn->first_var + i]) {
                return bad(c, "shares variables with another function");
            }
            listed[fn->first_var + i] = true;
        }
        if (!check_fn_vars(c, fn) || !check_body(c, fn)) {
            return false;
        }
    }
    return (blocks == f->blocks.len && vars == f->fn_vars.len) ||
           error_set(c->err, "facts: blocks or variables without a function");
}

bool ir_check(const struct facts *f, struct error *err) {
    struct checking c = {.f = f, .err = err};
    arena_init(&c.scratch, 0);
    bool ok = check_dummies(&c) && check_places(&c) && check_types(&c) && check_records(&c) &&
              check_symbols(&c) && check_contracts(&c) && check_values(&c) && check_calls(&c) &&
              check_ops(&c) && check_blocks(&c) && check_fns(&c) &&
              check_acyclic(f, &c.scratch, err);
    arena_release(&c.scratch);
    return ok;
}
