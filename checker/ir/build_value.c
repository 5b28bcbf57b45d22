// Interning of names, places, types, symbols, variables, paths and values.
#include "checker/ir/build_private.h"

struct ir_builder *ir_builder_new(struct facts *f, struct arena *scratch) {
    struct ir_builder *b = ARENA_NEW(f->arena, struct ir_builder);
    b->f = f;
    b->scratch = scratch;
    struct map *const maps[] = {&b->files, &b->locs,  &b->types, &b->syms,     &b->records,
                                &b->vars,  &b->paths, &b->vals,  &b->unhandled};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        map_init(maps[i], f->arena);
    }
    return b;
}

struct facts *ir_facts(struct ir_builder *b) {
    return b->f;
}

name_id ir_name(struct ir_builder *b, struct str text) {
    return (name_id){intern(&b->f->names, text)};
}

file_id ir_file(struct ir_builder *b, const struct ir_file *file) {
    uint32_t i = 0;
    if (map_get(&b->files, file->path.v, &i)) {
        return (file_id){i};
    }
    vec_push(b->f->arena, &b->f->files, *file);
    map_put(&b->files, file->path.v, b->f->files.len - 1);
    return (file_id){b->f->files.len - 1};
}

static bool same_loc(const struct ir_loc *x, const struct ir_loc *y) {
    return x->file.v == y->file.v && x->line == y->line && x->col == y->col &&
           x->end_col == y->end_col && x->in_macro == y->in_macro;
}

loc_id ir_loc(struct ir_builder *b, const struct ir_loc *loc) {
    uint64_t h = hash_mix((uint64_t)loc->file.v << 32 | loc->line,
                          (uint64_t)loc->col << 32 | loc->end_col << 1 | loc->in_macro);
    uint32_t i = 0;
    for (; map_get(&b->locs, h, &i); h = hash_mix(h, 1)) {
        if (same_loc(&b->f->locs.data[i], loc)) {
            return (loc_id){i};
        }
    }
    vec_push(b->f->arena, &b->f->locs, *loc);
    map_put(&b->locs, h, b->f->locs.len - 1);
    return (loc_id){b->f->locs.len - 1};
}

static bool same_type(const struct ir_type *x, const struct ir_type *y) {
    return x->kind == y->kind && x->quals == y->quals && x->name.v == y->name.v &&
           x->target.v == y->target.v && x->record.v == y->record.v && x->count == y->count;
}

type_id ir_type(struct ir_builder *b, const struct ir_type *type) {
    uint64_t h = hash_mix((uint64_t)type->kind << 8 | type->quals,
                          (uint64_t)type->name.v << 32 | type->target.v);
    h = hash_mix(h, hash_mix(type->record.v, type->count));
    uint32_t i = 0;
    for (; map_get(&b->types, h, &i); h = hash_mix(h, 1)) {
        if (same_type(&b->f->types.data[i], type)) {
            return (type_id){i};
        }
    }
    vec_push(b->f->arena, &b->f->types, *type);
    map_put(&b->types, h, b->f->types.len - 1);
    return (type_id){b->f->types.len - 1};
}

sym_id ir_sym(struct ir_builder *b, const struct ir_sym *sym) {
    uint32_t i = 0;
    if (map_get(&b->syms, sym->key.v, &i)) {
        struct ir_sym *s = &b->f->syms.data[i];
        s->flags |= sym->flags;
        s->ret = s->ret.v ? s->ret : sym->ret;
        s->record = s->record.v ? s->record : sym->record;
        s->loc = s->loc.v ? s->loc : sym->loc;
        s->param_count = s->param_count ? s->param_count : sym->param_count;
        return (sym_id){i};
    }
    vec_push(b->f->arena, &b->f->syms, *sym);
    map_put(&b->syms, sym->key.v, b->f->syms.len - 1);
    return (sym_id){b->f->syms.len - 1};
}

record_id ir_record(struct ir_builder *b, const struct ir_record *record) {
    uint32_t i = 0;
    if (map_get(&b->records, record->key.v, &i)) {
        struct ir_record *r = &b->f->records.data[i];
        r->flags |= record->flags;
        r->dtor = r->dtor.v ? r->dtor : record->dtor;
        r->call_op = r->call_op.v ? r->call_op : record->call_op;
        r->loc = r->loc.v ? r->loc : record->loc;
        return (record_id){i};
    }
    vec_push(b->f->arena, &b->f->records, *record);
    map_put(&b->records, record->key.v, b->f->records.len - 1);
    return (record_id){b->f->records.len - 1};
}

void ir_record_fields(struct ir_builder *b, record_id record, const struct ir_field *fields,
                      uint32_t count) {
    if (b->f->records.data[record.v].field_count || !count) {
        return;
    }
    b->f->records.data[record.v].first_field = (field_id){b->f->fields.len};
    b->f->records.data[record.v].field_count = count;
    for (uint32_t i = 0; i < count; i++) {
        vec_push(b->f->arena, &b->f->fields, fields[i]);
    }
}

void ir_override(struct ir_builder *b, sym_id sym, sym_id base) {
    vec_push(b->f->arena, &b->f->overrides, ((struct ir_override){sym, base}));
}

void ir_contract(struct ir_builder *b, const struct ir_contract *contract) {
    vec_push(b->f->arena, &b->f->contracts, *contract);
}

var_id ir_var(struct ir_builder *b, const struct ir_var *var) {
    uint32_t i = 0;
    bool shared = var->kind == VAR_GLOBAL || var->kind == VAR_STATIC_LOCAL;
    if (shared && map_get(&b->vars, var->key.v, &i)) {
        struct ir_var *v = &b->f->vars.data[i];
        if ((v->flags & VAR_EXTERN) && !(var->flags & VAR_EXTERN)) {
            v->flags = var->flags;
            v->loc = var->loc;
            v->type = var->type.v ? var->type : v->type;
        }
        return (var_id){i};
    }
    struct ir_var v = *var;
    if (var->kind != VAR_GLOBAL && b->fn) {
        v.fn = b->fn->fn;
    }
    vec_push(b->f->arena, &b->f->vars, v);
    var_id id = {b->f->vars.len - 1};
    if (shared) {
        map_put(&b->vars, var->key.v, id.v);
    } else if (b->fn) {
        vec_push(b->scratch, &b->fn->vars, id);
        b->fn->param_count += var->kind == VAR_PARAM;
    }
    return id;
}

// --- paths ---

static bool same_path(const struct ir_path *x, const struct ir_path *y) {
    return x->kind == y->kind && x->name.v == y->name.v && x->base.v == y->base.v &&
           x->val.v == y->val.v && x->var.v == y->var.v && x->record.v == y->record.v;
}

path_id build_path(struct ir_builder *b, struct ir_path p) {
    uint64_t h = hash_mix((uint64_t)p.kind << 32 | p.name.v, (uint64_t)p.base.v << 32 | p.val.v);
    h = hash_mix(h, (uint64_t)p.var.v << 32 | p.record.v);
    uint32_t i = 0;
    for (; map_get(&b->paths, h, &i); h = hash_mix(h, 1)) {
        if (same_path(&b->f->paths.data[i], &p)) {
            return (path_id){i};
        }
    }
    vec_push(b->f->arena, &b->f->paths, p);
    map_put(&b->paths, h, b->f->paths.len - 1);
    return (path_id){b->f->paths.len - 1};
}

path_id ir_path_var(struct ir_builder *b, var_id var) {
    return build_path(
        b, (struct ir_path){.kind = PATH_VAR, .var = var, .type = b->f->vars.data[var.v].type});
}

path_id ir_path_field(struct ir_builder *b, path_id base, name_id field, type_id type,
                      record_id owner) {
    return build_path(
        b, (struct ir_path){
               .kind = PATH_FIELD, .base = base, .name = field, .type = type, .record = owner});
}

path_id ir_path_index(struct ir_builder *b, path_id base, val_id index, type_id type) {
    return build_path(
        b, (struct ir_path){.kind = PATH_INDEX, .base = base, .val = index, .type = type});
}

path_id ir_path_deref(struct ir_builder *b, val_id pointer, type_id type) {
    const struct ir_val *v = &b->f->vals.data[pointer.v];
    if (v->kind == VAL_ADDR) {
        return v->path;
    }
    return build_path(b, (struct ir_path){.kind = PATH_DEREF, .val = pointer, .type = type});
}

path_id ir_path_unknown(struct ir_builder *b, type_id type) {
    return build_path(b, (struct ir_path){.kind = PATH_UNKNOWN, .type = type});
}

// --- values ---

static bool same_val(const struct ir_val *x, const struct ir_val *y) {
    return x->kind == y->kind && x->op == y->op && x->a.v == y->a.v && x->b.v == y->b.v &&
           x->path.v == y->path.v && x->sym.v == y->sym.v && x->call.v == y->call.v &&
           x->name.v == y->name.v && x->num == y->num;
}

val_id build_val(struct ir_builder *b, struct ir_val v) {
    uint64_t h = hash_mix((uint64_t)v.kind << 8 | v.op, (uint64_t)v.a.v << 32 | v.b.v);
    h = hash_mix(h, (uint64_t)v.path.v << 32 | v.sym.v);
    h = hash_mix(h, hash_mix((uint64_t)v.call.v << 32 | v.name.v, (uint64_t)v.num));
    uint32_t i = 0;
    for (; map_get(&b->vals, h, &i); h = hash_mix(h, 1)) {
        if (same_val(&b->f->vals.data[i], &v)) {
            return (val_id){i};
        }
    }
    vec_push(b->f->arena, &b->f->vals, v);
    map_put(&b->vals, h, b->f->vals.len - 1);
    return (val_id){b->f->vals.len - 1};
}

val_id ir_val_unknown(struct ir_builder *b) {
    return build_val(b, (struct ir_val){.kind = VAL_UNKNOWN});
}

val_id ir_val_const(struct ir_builder *b, int64_t num) {
    return build_val(b, (struct ir_val){.kind = VAL_CONST, .num = num});
}

enum { STRING_MAX = 256 };

val_id ir_val_str(struct ir_builder *b, struct str text) {
    size_t len = text.len < STRING_MAX ? text.len : STRING_MAX;
    while (len && len < text.len && (text.ptr[len] & 0xC0) == 0x80) {
        len--; // not in the middle of a character
    }
    return build_val(b,
                     (struct ir_val){.kind = VAL_STR, .name = ir_name(b, str_slice(text, 0, len))});
}

val_id ir_val_path(struct ir_builder *b, path_id path) {
    return build_val(b, (struct ir_val){.kind = VAL_PATH, .path = path});
}

val_id ir_val_addr(struct ir_builder *b, path_id path) {
    const struct ir_path *p = &b->f->paths.data[path.v];
    if (p->kind == PATH_DEREF) {
        return p->val;
    }
    return build_val(b, (struct ir_val){.kind = VAL_ADDR, .path = path});
}

val_id ir_val_fn(struct ir_builder *b, sym_id sym, path_id closure) {
    return build_val(b, (struct ir_val){.kind = VAL_FN, .sym = sym, .path = closure});
}

val_id ir_val_call(struct ir_builder *b, call_id call) {
    return build_val(b, (struct ir_val){.kind = VAL_CALL, .call = call});
}

val_id ir_val_unary(struct ir_builder *b, enum ir_operator op, val_id a) {
    const struct ir_val *x = &b->f->vals.data[a.v];
    if (x->kind == VAL_CONST) {
        switch ((int)op) {
        case OPR_NEG:
            return ir_val_const(b, (int64_t)(0 - (uint64_t)x->num));
        case OPR_NOT:
            return ir_val_const(b, x->num == 0);
        case OPR_BITNOT:
            return ir_val_const(b, ~x->num);
        default:
            break;
        }
    }
    return build_val(b, (struct ir_val){.kind = VAL_UNARY, .op = (uint8_t)op, .a = a});
}

static bool divide(enum ir_operator op, int64_t a, int64_t b, int64_t *ret_value) {
    if (b == 0 || (a == INT64_MIN && b == -1)) {
        return false;
    }
    *ret_value = op == OPR_DIV ? a / b : a % b;
    return true;
}

// Beyond ir_fold: division and shifts, where they are defined.
static bool fold(enum ir_operator op, int64_t a, int64_t b, int64_t *ret_value) {
    uint64_t ua = (uint64_t)a;
    uint64_t ub = (uint64_t)b;
    switch ((int)op) {
    case OPR_DIV:
    case OPR_REM:
        return divide(op, a, b, ret_value);
    case OPR_SHL:
        *ret_value = (int64_t)(ua << (ub & 63));
        return ub < 64;
    case OPR_SHR:
        *ret_value = (int64_t)(ua >> (ub & 63));
        return ub < 64 && a >= 0;
    default:
        return ir_fold((uint8_t)op, a, b, ret_value);
    }
}

val_id ir_val_binary(struct ir_builder *b, enum ir_operator op, val_id a, val_id b_operand) {
    const struct ir_val *x = &b->f->vals.data[a.v];
    const struct ir_val *y = &b->f->vals.data[b_operand.v];
    int64_t value = 0;
    if (x->kind == VAL_CONST && y->kind == VAL_CONST && fold(op, x->num, y->num, &value)) {
        return ir_val_const(b, value);
    }
    return build_val(
        b, (struct ir_val){.kind = VAL_BINARY, .op = (uint8_t)op, .a = a, .b = b_operand});
}

void ir_diag(struct ir_builder *b, uint8_t severity, loc_id loc, struct str text) {
    vec_push(b->f->arena, &b->f->diags, ((struct ir_diag){severity, loc, ir_name(b, text)}));
}

void ir_unhandled(struct ir_builder *b, struct str kind) {
    name_id name = ir_name(b, kind);
    uint32_t i = 0;
    if (map_get(&b->unhandled, name.v, &i)) {
        b->f->unhandled.data[i].count++;
        return;
    }
    vec_push(b->f->arena, &b->f->unhandled, ((struct ir_unhandled){name, 1}));
    map_put(&b->unhandled, name.v, b->f->unhandled.len - 1);
}
