// Printing of facts, one line per declaration, op or terminator. The grammar is in docs/facts.md.
#include "checker/ir/text.h"

#include "checker/ir/text_private.h"

static void put_flags(struct buf *out, uint32_t flags, const struct text_word *words) {
    for (; words->word; words++) {
        if (flags & words->bit) {
            buf_addf(out, " %s", words->word);
        }
    }
}

static struct str text_of(const struct printer *p, name_id name) {
    return facts_text(p->scope.f, name);
}

static void print_files(struct printer *p) {
    const struct facts *f = p->scope.f;
    buf_add_c(p->out, "tu ");
    text_put_quoted(p->out, text_of(p, f->main_file));
    buf_add_char(p->out, '\n');
    for (uint32_t i = 1; i < f->files.len; i++) {
        const struct ir_file *x = &f->files.data[i];
        uint32_t flags = (x->is_main ? TEXT_FILE_MAIN : 0u) |
                         (x->is_system ? TEXT_FILE_SYSTEM : 0u) | (x->is_own ? TEXT_FILE_OWN : 0u);
        buf_add_c(p->out, "file ");
        text_put_quoted(p->out, text_of(p, x->path));
        put_flags(p->out, flags, text_file_flags);
        if (x->content.hi || x->content.lo) {
            char hex[33];
            hash128_hex(x->content, hex);
            buf_addf(p->out, " hash %s", hex);
        }
        buf_add_char(p->out, '\n');
    }
}

static void print_record(struct printer *p, const struct ir_record *r) {
    const struct facts *f = p->scope.f;
    buf_add_c(p->out, "record ");
    text_put_quoted(p->out, text_of(p, r->key));
    buf_add_char(p->out, ' ');
    text_put_name(p->out, text_of(p, r->name));
    put_flags(p->out, r->flags, text_record_flags);
    if (r->dtor.v) {
        buf_add_c(p->out, " dtor=");
        text_put_sym(p, r->dtor);
    }
    if (r->call_op.v) {
        buf_add_c(p->out, " call=");
        text_put_sym(p, r->call_op);
    }
    text_put_loc(p, r->loc);
    buf_add_char(p->out, '\n');
    for (uint32_t i = 0; i < r->field_count; i++) {
        const struct ir_field *x = &f->fields.data[r->first_field.v + i];
        buf_add_c(p->out, "  field ");
        text_put_name(p->out, text_of(p, x->name));
        buf_add_c(p->out, ": ");
        text_put_type(p, x->type);
        put_flags(p->out, x->flags, text_field_flags);
        text_put_loc(p, x->loc);
        buf_add_char(p->out, '\n');
    }
}

static void print_sym(struct printer *p, const struct ir_sym *s) {
    buf_add_c(p->out, "sym ");
    text_put_quoted(p->out, text_of(p, s->key));
    buf_add_char(p->out, ' ');
    text_put_name(p->out, text_of(p, s->name));
    buf_add_c(p->out, ": ");
    text_put_type(p, s->ret);
    buf_addf(p->out, " params=%u", s->param_count);
    if (s->record.v) {
        buf_add_c(p->out, " of=");
        text_put_record(p, s->record);
    }
    put_flags(p->out, s->flags, text_sym_flags);
    text_put_loc(p, s->loc);
    buf_add_char(p->out, '\n');
}

static void print_var(struct printer *p, var_id id) {
    const struct ir_var *v = &p->scope.f->vars.data[id.v];
    bool is_listed = p->scope.is_listed[id.v];
    bool is_shared = v->kind == VAR_GLOBAL || v->kind == VAR_STATIC_LOCAL;
    const char *indent = is_listed ? "  " : is_shared ? "" : "stray ";
    buf_addf(p->out, "%s%s ", indent, text_var_words[v->kind]);
    text_put_name(p->out, text_of(p, v->name));
    buf_add_c(p->out, ": ");
    text_put_type(p, v->type);
    put_flags(p->out, v->flags, text_var_flags);
    if (v->key.v) {
        buf_add_c(p->out, " key=");
        text_put_quoted(p->out, text_of(p, v->key));
    }
    if (v->index != (v->kind == VAR_PARAM ? p->scope.position[id.v] : 0)) {
        buf_addf(p->out, " index=%u", v->index);
    }
    if (!is_listed && v->fn.v) {
        buf_addf(p->out, " in=fn%u", v->fn.v);
    }
    text_put_loc(p, v->loc);
    buf_add_char(p->out, '\n');
}

// --- functions ---

static void print_call(struct printer *p, call_id id) {
    const struct facts *f = p->scope.f;
    const struct ir_call *c = &f->calls.data[id.v];
    buf_addf(p->out, "c%u", p->scope.call_number[id.v]);
    if (c->type.v) {
        buf_add_c(p->out, ": ");
        text_put_type(p, c->type);
    }
    buf_addf(p->out, " = %s ", text_call_words[c->kind]);
    if (c->kind == CALL_INDIRECT) {
        text_put_val(p, c->target);
        if (c->callee.v) {
            buf_add_c(p->out, " to ");
            text_put_sym(p, c->callee);
        }
    } else {
        text_put_sym(p, c->callee);
    }
    buf_add_char(p->out, '(');
    for (uint32_t i = 0; i < c->arg_count; i++) {
        buf_add_c(p->out, i ? ", " : "");
        text_put_val(p, f->args.data[c->first_arg.v + i]);
    }
    buf_add_char(p->out, ')');
    put_flags(p->out, c->flags, text_call_flags);
    text_put_loc(p, c->loc);
}

static void print_op(struct printer *p, const struct ir_op *o) {
    struct buf *out = p->out;
    const char *opr = text_binary_words[o->opr];
    buf_add_c(out, "    ");
    switch ((enum op_kind)o->kind) {
    case OP_READ:
        buf_add_c(out, "read ");
        text_put_path(p, o->path);
        break;
    case OP_WRITE:
        buf_add_c(out, "write ");
        text_put_path(p, o->path);
        buf_add_c(out, " = ");
        text_put_val(p, o->val);
        break;
    case OP_UPDATE:
        buf_add_c(out, "update ");
        text_put_path(p, o->path);
        buf_addf(out, " %s= ", opr ? opr : "?");
        text_put_val(p, o->val);
        break;
    case OP_CALL:
        print_call(p, o->call);
        break;
    case OP_SCOPE_BEGIN:
    case OP_SCOPE_END:
        buf_add_c(out, o->kind == OP_SCOPE_BEGIN ? "begin " : "end ");
        text_put_var(p, o->var);
        break;
    case OP_ASM:
        buf_add_c(out, "asm");
        break;
    case OP_UNKNOWN:
        buf_add_c(out, "unknown");
        break;
    case OP_NOP:
    default:
        buf_add_c(out, "nop");
        break;
    }
    if (o->kind != OP_CALL) {
        put_flags(out, o->flags, text_op_flags);
        text_put_loc(p, o->loc);
    }
    buf_add_char(out, '\n');
}

static void print_edge(struct printer *p, const struct ir_edge *e, block_id first) {
    const char *word = text_edge_words[e->kind];
    buf_addf(p->out, "%s%s", word, *word ? " " : "");
    if (e->kind == EDGE_CASE && e->lo == e->hi) {
        buf_addf(p->out, "%lld ", (long long)e->lo);
    } else if (e->kind == EDGE_CASE) {
        buf_addf(p->out, "%lld..%lld ", (long long)e->lo, (long long)e->hi);
    }
    buf_addf(p->out, "b%u", e->to.v - first.v + 1);
}

static void print_block(struct printer *p, const struct ir_block *b, block_id first) {
    const struct facts *f = p->scope.f;
    for (uint32_t i = 0; i < b->op_count; i++) {
        print_op(p, &f->ops.data[b->first_op.v + i]);
    }
    buf_addf(p->out, "    %s", text_term_words[b->term]);
    if (b->term == TERM_BRANCH || b->term == TERM_SWITCH || b->term == TERM_INDIRECT ||
        (b->term == TERM_RETURN && b->lhs.v)) {
        buf_add_char(p->out, ' ');
        text_put_val(p, b->lhs);
    }
    if (b->term == TERM_BRANCH) {
        buf_addf(p->out, " %s ", text_binary_words[b->cmp]);
        text_put_val(p, b->rhs);
    }
    for (uint32_t i = 0; i < b->edge_count; i++) {
        buf_add_c(p->out, i ? ", " : " -> ");
        print_edge(p, &f->edges.data[b->first_edge.v + i], first);
    }
    text_put_loc(p, b->loc);
    buf_add_char(p->out, '\n');
}

// Calls of `fn` that are in no block: their code is unreachable, but a value may mention them.
static void print_dropped(struct printer *p, fn_id fn, const bool *is_placed) {
    for (uint32_t i = p->scope.first_call[fn.v]; i < p->scope.first_call[fn.v + 1]; i++) {
        if (!is_placed[p->scope.calls[i].v]) {
            buf_add_c(p->out, fn.v ? "  drop " : "drop ");
            print_call(p, p->scope.calls[i]);
            buf_add_char(p->out, '\n');
        }
    }
}

static void print_fn(struct printer *p, fn_id id, const bool *is_placed) {
    const struct facts *f = p->scope.f;
    const struct ir_fn *fn = &f->fns.data[id.v];
    buf_add_c(p->out, "fn ");
    text_put_sym(p, fn->sym);
    put_flags(p->out, fn->flags, text_fn_flags);
    text_put_loc(p, fn->loc);
    text_scope_enter(&p->scope, id);
    if (fn->end.v) {
        buf_add_c(p->out, " to");
        text_put_loc(p, fn->end);
    }
    buf_add_char(p->out, '\n');
    for (uint32_t i = 0; i < fn->var_count; i++) {
        print_var(p, facts_fn_var(f, id, i));
    }
    print_dropped(p, id, is_placed);
    for (uint32_t i = 0; i < fn->block_count; i++) {
        buf_addf(p->out, "  b%u:\n", i + 1);
        print_block(p, &f->blocks.data[fn->first_block.v + i], fn->first_block);
    }
    text_scope_enter(&p->scope, (fn_id){0});
}

static bool *placed_calls(const struct facts *f, struct arena *arena) {
    bool *is_placed = ARENA_ARRAY(arena, bool, f->calls.len);
    for (uint32_t i = 1; i < f->ops.len; i++) {
        if (f->ops.data[i].kind == OP_CALL) {
            is_placed[f->ops.data[i].call.v] = true;
        }
    }
    return is_placed;
}

static void print_notes(struct printer *p) {
    const struct facts *f = p->scope.f;
    for (uint32_t i = 0; i < f->diags.len; i++) {
        buf_addf(p->out, "diag %u ", f->diags.data[i].severity);
        text_put_quoted(p->out, text_of(p, f->diags.data[i].text));
        text_put_loc(p, f->diags.data[i].loc);
        buf_add_char(p->out, '\n');
    }
    for (uint32_t i = 0; i < f->unhandled.len; i++) {
        buf_add_c(p->out, "unhandled ");
        text_put_quoted(p->out, text_of(p, f->unhandled.data[i].kind));
        buf_addf(p->out, " %u\n", f->unhandled.data[i].count);
    }
}

// As comments: there is no syntax to read them back.
static void print_contract(struct printer *p, const struct ir_contract *x) {
    static const char *const kinds[] = {
        "none",     "guarded", "pointee guarded", "requires", "excludes", "acquires", "tries",
        "releases", "asserts", "unchecked",       "lockable", "scoped",   "racy"};
    static const char *const bases[] = {"", " param", " owner", " global"};
    const struct facts *f = p->scope.f;
    buf_addf(p->out, "# contract %s%s of ", kinds[x->kind], x->shared ? " shared" : "");
    text_put_name(p->out, x->sym.v      ? facts_sym_name(f, x->sym)
                          : x->var.v    ? text_of(p, f->vars.data[x->var.v].name)
                          : x->record.v ? text_of(p, f->records.data[x->record.v].name)
                                        : STR(""));
    if (x->name.v) {
        buf_add_c(p->out, "::");
        text_put_name(p->out, text_of(p, x->name));
    }
    buf_addf(p->out, ":%s", bases[x->base]);
    if (x->base == CONTRACT_BASE_PARAM) {
        buf_addf(p->out, " %u", x->param);
    } else if (x->base == CONTRACT_BASE_GLOBAL) {
        buf_add_char(p->out, ' ');
        text_put_name(p->out, text_of(p, f->vars.data[x->global.v].name));
    }
    for (uint32_t i = 0; i < x->step_count; i++) {
        buf_add_c(p->out, x->derefs >> i & 1 ? " -> " : " . ");
        text_put_name(p->out, text_of(p, x->steps[i]));
    }
    buf_addf(p->out, "%s%s\n", x->derefs >> x->step_count & 1 ? " ->" : "",
             x->kind == CONTRACT_TRIES && !x->number ? " when 0" : "");
}

void ir_text_print(const struct facts *f, struct buf *out) {
    struct arena arena;
    arena_init(&arena, 0);
    struct printer p = {.out = out};
    text_scope_init(&p.scope, f, &arena);
    const bool *is_placed = placed_calls(f, &arena);
    print_files(&p);
    for (uint32_t i = 1; i < f->records.len; i++) {
        print_record(&p, &f->records.data[i]);
    }
    for (uint32_t i = 1; i < f->syms.len; i++) {
        print_sym(&p, &f->syms.data[i]);
    }
    for (uint32_t i = 0; i < f->overrides.len; i++) {
        buf_add_c(out, "override ");
        text_put_sym(&p, f->overrides.data[i].sym);
        buf_add_char(out, ' ');
        text_put_sym(&p, f->overrides.data[i].base);
        buf_add_char(out, '\n');
    }
    for (uint32_t i = 0; i < f->contracts.len; i++) {
        print_contract(&p, &f->contracts.data[i]);
    }
    for (uint32_t i = 0; i < p.scope.unlisted_count; i++) {
        print_var(&p, p.scope.unlisted[i]);
    }
    print_dropped(&p, (fn_id){0}, is_placed);
    print_notes(&p);
    for (uint32_t i = 1; i < f->fns.len; i++) {
        buf_add_char(out, '\n');
        print_fn(&p, (fn_id){i}, is_placed);
    }
    arena_release(&arena);
}

void ir_text_print_fn(const struct facts *f, fn_id fn, struct buf *out) {
    struct arena arena;
    arena_init(&arena, 0);
    struct printer p = {.out = out};
    text_scope_init(&p.scope, f, &arena);
    print_fn(&p, fn, placed_calls(f, &arena));
    arena_release(&arena);
}
