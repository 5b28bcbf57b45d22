// Printing of names, types, paths and values.
#include "checker/ir/text_private.h"

void text_put_quoted(struct buf *out, struct str text) {
    buf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\') {
            buf_add_char(out, '\\');
            buf_add_char(out, (char)c);
        } else if (c == '\n') {
            buf_add_c(out, "\\n");
        } else if (c < 0x20 || c == 0x7f) {
            buf_addf(out, "\\x%02x", c);
        } else {
            buf_add_char(out, (char)c);
        }
    }
    buf_add_char(out, '"');
}

void text_put_name(struct buf *out, struct str text) {
    if (text_is_bare(text)) {
        buf_add(out, text);
    } else {
        text_put_quoted(out, text);
    }
}

static void put_type_name(struct buf *out, struct str text) {
    if (text_is_bare_type(text)) {
        buf_add(out, text);
    } else {
        text_put_quoted(out, text);
    }
}

void text_put_sym(struct printer *p, sym_id sym) {
    const struct facts *f = p->scope.f;
    const struct ir_sym *s = &f->syms.data[sym.v];
    if (!sym.v) {
        buf_add_char(p->out, '-');
    } else if (text_is_bare(facts_text(f, s->name)) &&
               text_is_unique(&p->scope.syms, s->name, sym.v)) {
        buf_add(p->out, facts_text(f, s->name));
    } else {
        text_put_quoted(p->out, facts_text(f, s->key));
    }
}

void text_put_record(struct printer *p, record_id record) {
    const struct facts *f = p->scope.f;
    const struct ir_record *r = &f->records.data[record.v];
    if (!record.v) {
        buf_add_char(p->out, '-');
    } else if (text_is_bare(facts_text(f, r->name)) &&
               text_is_unique(&p->scope.records, r->name, record.v)) {
        buf_add(p->out, facts_text(f, r->name));
    } else {
        text_put_quoted(p->out, facts_text(f, r->key));
    }
}

static void put_record_type(struct printer *p, const struct ir_type *t) {
    const struct facts *f = p->scope.f;
    buf_add_c(p->out, t->record.v ? "struct " : "opaque ");
    text_put_name(p->out, facts_text(f, t->name));
    bool follows = t->name.v == f->records.data[t->record.v].name.v &&
                   text_is_bare(facts_text(f, t->name)) &&
                   text_is_unique(&p->scope.records, t->name, t->record.v);
    if (t->record.v && !follows) {
        buf_add_char(p->out, '=');
        text_put_quoted(p->out, facts_text(f, f->records.data[t->record.v].key));
    }
}

void text_put_type(struct printer *p, type_id id) {
    const struct ir_type *t = &p->scope.f->types.data[id.v];
    struct str name = facts_text(p->scope.f, t->name);
    bool has_target = t->kind == TYPE_POINTER || t->kind == TYPE_REFERENCE ||
                      t->kind == TYPE_ARRAY || t->kind == TYPE_FUNCTION || t->kind == TYPE_ATOMIC;
    if (has_target) {
        text_put_type(p, t->target);
    }
    switch ((enum type_kind)t->kind) {
    case TYPE_VOID:
        buf_add_c(p->out, "void");
        break;
    case TYPE_BUILTIN:
        put_type_name(p->out, name);
        break;
    case TYPE_POINTER:
        buf_add_c(p->out, " *");
        break;
    case TYPE_REFERENCE:
        buf_add_c(p->out, " &");
        break;
    case TYPE_ARRAY:
        buf_addf(p->out, " [%llu]", (unsigned long long)t->count);
        break;
    case TYPE_TYPEDEF:
        put_type_name(p->out, name);
        buf_add_char(p->out, '{');
        text_put_type(p, t->target);
        buf_add_char(p->out, '}');
        break;
    case TYPE_RECORD:
        put_record_type(p, t);
        break;
    case TYPE_ENUM:
        buf_add_c(p->out, "enum ");
        text_put_name(p->out, name);
        break;
    case TYPE_FUNCTION:
        buf_add_c(p->out, " ()");
        break;
    case TYPE_ATOMIC:
        buf_add_c(p->out, " atomic");
        break;
    case TYPE_OTHER:
        buf_add_c(p->out, "other ");
        text_put_name(p->out, name);
        break;
    case TYPE_NONE:
    default:
        buf_add_char(p->out, '-');
        break;
    }
    buf_add_c(p->out, t->quals & TYPE_CONST ? " const" : "");
    buf_add_c(p->out, t->quals & TYPE_VOLATILE ? " volatile" : "");
}

// c1, c2 ... are calls.
static bool looks_like_call(struct str name) {
    uint64_t number = 0;
    return name.len > 1 && name.ptr[0] == 'c' && str_to_u64(str_slice(name, 1, name.len), &number);
}

void text_put_var(struct printer *p, var_id id) {
    const struct text_scope *s = &p->scope;
    const struct ir_var *v = &s->f->vars.data[id.v];
    struct str name = facts_text(s->f, v->name);
    bool is_bare = text_is_bare(name) && !looks_like_call(name);
    uint32_t other = 0;
    if (!id.v) {
        buf_add_c(p->out, "#none");
    } else if (!s->is_listed[id.v]) {
        if (is_bare && text_is_unique(&s->globals, v->name, id.v) &&
            !map_get(&s->locals, v->name.v, &other)) {
            buf_add(p->out, name);
        } else {
            buf_addf(p->out, "::#%u", s->position[id.v]);
        }
    } else if (v->fn.v != s->fn.v) {
        buf_addf(p->out, "fn%u:#%u", v->fn.v, s->position[id.v]);
    } else if (is_bare && text_is_unique(&s->locals, v->name, id.v)) {
        buf_add(p->out, name);
    } else {
        if (is_bare) {
            buf_add(p->out, name);
        }
        buf_addf(p->out, "#%u", s->position[id.v]);
    }
}

static void put_annotation(struct printer *p, const struct ir_path *x) {
    if (x->kind == PATH_FIELD && x->record.v != text_expected_record(p->scope.f, x).v) {
        buf_add_c(p->out, "{of ");
        text_put_record(p, x->record);
        buf_add_char(p->out, '}');
    }
    if (x->type.v != text_expected_type(p->scope.f, x).v) {
        buf_add_char(p->out, '{');
        text_put_type(p, x->type);
        buf_add_char(p->out, '}');
    }
}

// Values that need parentheses before "->".
static bool binds_loosely(const struct facts *f, const struct ir_val *v) {
    if (v->kind == VAL_PATH) {
        return f->paths.data[v->path.v].kind == PATH_DEREF;
    }
    return v->kind == VAL_ADDR || v->kind == VAL_UNARY || v->kind == VAL_CONST;
}

static void put_base(struct printer *p, path_id base) {
    bool is_deref = p->scope.f->paths.data[base.v].kind == PATH_DEREF;
    buf_add_c(p->out, is_deref ? "(" : "");
    text_put_path(p, base);
    buf_add_c(p->out, is_deref ? ")" : "");
}

static void put_field(struct printer *p, const struct ir_path *x) {
    const struct facts *f = p->scope.f;
    const struct ir_path *base = &f->paths.data[x->base.v];
    if (base->kind == PATH_DEREF) {
        bool paren = binds_loosely(f, &f->vals.data[base->val.v]);
        buf_add_c(p->out, paren ? "(" : "");
        text_put_val(p, base->val);
        buf_add_c(p->out, paren ? ")->" : "->");
        put_annotation(p, base);
    } else {
        text_put_path(p, x->base);
        buf_add_char(p->out, '.');
    }
    text_put_name(p->out, facts_text(f, x->name));
    put_annotation(p, x);
}

void text_put_path(struct printer *p, path_id path) {
    const struct ir_path *x = &p->scope.f->paths.data[path.v];
    switch ((enum path_kind)x->kind) {
    case PATH_VAR:
        text_put_var(p, x->var);
        put_annotation(p, x);
        break;
    case PATH_FIELD:
        put_field(p, x);
        break;
    case PATH_INDEX:
        put_base(p, x->base);
        buf_add_char(p->out, '[');
        text_put_val(p, x->val);
        buf_add_char(p->out, ']');
        put_annotation(p, x);
        break;
    case PATH_DEREF:
        buf_add_char(p->out, '*');
        put_annotation(p, x);
        text_put_val(p, x->val);
        break;
    case PATH_UNKNOWN:
        buf_add_c(p->out, "?place");
        put_annotation(p, x);
        break;
    case PATH_NONE:
    default:
        buf_add_c(p->out, "[]");
        break;
    }
}

static void put_call_ref(struct printer *p, call_id call) {
    fn_id fn = p->scope.f->calls.data[call.v].fn;
    if (!call.v) {
        buf_add_char(p->out, '?');
        return;
    }
    if (fn.v != p->scope.fn.v) {
        buf_addf(p->out, "fn%u:", fn.v);
    }
    buf_addf(p->out, "c%u", p->scope.call_number[call.v]);
}

static void put_operator(struct printer *p, const struct ir_val *v) {
    const char *unary = text_unary_words[v->op];
    const char *binary = text_binary_words[v->op];
    if (v->kind == VAL_UNARY && unary) {
        bool paren = p->scope.f->vals.data[v->a.v].kind == VAL_CONST;
        buf_addf(p->out, "%s%s", unary, paren ? "(" : "");
        text_put_val(p, v->a);
        buf_add_c(p->out, paren ? ")" : "");
    } else if (v->kind == VAL_BINARY && binary) {
        buf_add_char(p->out, '(');
        text_put_val(p, v->a);
        buf_addf(p->out, " %s ", binary);
        text_put_val(p, v->b);
        buf_add_char(p->out, ')');
    } else {
        buf_add_char(p->out, '?');
    }
}

void text_put_val(struct printer *p, val_id val) {
    const struct ir_val *v = &p->scope.f->vals.data[val.v];
    switch ((enum val_kind)v->kind) {
    case VAL_CONST:
        buf_addf(p->out, "%lld", (long long)v->num);
        break;
    case VAL_STR:
        text_put_quoted(p->out, facts_text(p->scope.f, v->name));
        break;
    case VAL_PATH:
        text_put_path(p, v->path);
        break;
    case VAL_ADDR:
        buf_add_char(p->out, '&');
        text_put_path(p, v->path);
        break;
    case VAL_FN:
        buf_add_c(p->out, "fn:");
        text_put_sym(p, v->sym);
        if (v->path.v) {
            buf_add_char(p->out, '{');
            text_put_path(p, v->path);
            buf_add_char(p->out, '}');
        }
        break;
    case VAL_CALL:
        put_call_ref(p, v->call);
        break;
    case VAL_UNARY:
    case VAL_BINARY:
        put_operator(p, v);
        break;
    case VAL_UNKNOWN:
        buf_add_char(p->out, '?');
        break;
    case VAL_NONE:
    default:
        buf_add_c(p->out, "()");
        break;
    }
}

void text_put_loc(struct printer *p, loc_id loc) {
    const struct facts *f = p->scope.f;
    const struct ir_loc *l = &f->locs.data[loc.v];
    if (!loc.v) {
        return;
    }
    buf_add_c(p->out, " @");
    if (l->file.v != p->scope.file.v) {
        text_put_quoted(p->out, facts_text(f, f->files.data[l->file.v].path));
        buf_add_char(p->out, ':');
    }
    buf_addf(p->out, "%u:%u", l->line, l->col);
    if (l->end_col) {
        buf_addf(p->out, "-%u", l->end_col);
    }
    buf_add_c(p->out, l->in_macro ? "!" : "");
}
