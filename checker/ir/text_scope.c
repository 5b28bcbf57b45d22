// Words of the textual form and what its names refer to.
#include "checker/ir/text_private.h"

// clang-format off
const struct text_word text_record_flags[] = {
    {RECORD_UNION, "union"}, {RECORD_LAMBDA, "lambda"}, {RECORD_POLYMORPHIC, "polymorphic"},
    {RECORD_FINAL, "final"}, {RECORD_USER_DTOR, "user_dtor"}, {RECORD_SYSTEM, "system"}, {0, NULL}};
const struct text_word text_field_flags[] = {
    {FIELD_BASE, "base"}, {FIELD_BITFIELD, "bitfield"}, {FIELD_MUTABLE, "mutable"},
    {FIELD_CAPTURE, "capture"}, {FIELD_ALIGNED, "aligned"}, {0, NULL}};
const struct text_word text_var_flags[] = {
    {VAR_INTERNAL, "internal"}, {VAR_THREAD_LOCAL, "thread_local"}, {VAR_HAS_INIT, "init"},
    {VAR_EXTERN, "extern"}, {VAR_THIS, "this"}, {VAR_SYSTEM, "system"}, {0, NULL}};
const struct text_word text_sym_flags[] = {
    {SYM_INTERNAL, "internal"}, {SYM_NORETURN, "noreturn"}, {SYM_SYSTEM, "system"},
    {SYM_BUILTIN, "builtin"}, {SYM_METHOD, "method"}, {SYM_VIRTUAL, "virtual"}, {SYM_CTOR, "ctor"},
    {SYM_DTOR, "dtor"}, {SYM_VARIADIC, "variadic"}, {SYM_NOTHROW, "nothrow"},
    {SYM_LAMBDA, "lambda"}, {SYM_CONSTRUCTOR_ATTR, "before_main"},
    {SYM_DESTRUCTOR_ATTR, "at_exit"}, {SYM_COPY_OR_MOVE, "copy_or_move"},
    {SYM_STATIC_MEMBER, "static_member"}, {0, NULL}};
const struct text_word text_fn_flags[] = {
    {FN_PARTIAL, "partial"}, {FN_TRUNCATED, "truncated"}, {FN_GLOBAL_INIT, "global_init"},
    {FN_HEADER, "header"}, {FN_TEMPLATE, "template"}, {FN_COROUTINE, "coroutine"},
    {FN_HAS_GOTO, "has_goto"}, {FN_SYSTEM, "system"}, {0, NULL}};
const struct text_word text_op_flags[] = {
    {OPF_ATOMIC, "atomic"}, {OPF_VOLATILE, "volatile"}, {OPF_MEMORY, "memory"}, {OPF_INIT, "init"},
    {0, NULL}};
const struct text_word text_call_flags[] = {
    {CALL_IMPLICIT, "implicit"}, {CALL_IN_MACRO, "in_macro"}, {CALL_CLEANUP, "cleanup"}, {0, NULL}};
const struct text_word text_file_flags[] = {
    {TEXT_FILE_MAIN, "main"}, {TEXT_FILE_SYSTEM, "system"}, {TEXT_FILE_OWN, "own"}, {0, NULL}};

const char *const text_var_words[VAR_TEMP + 1] = {
    [VAR_NONE] = "none", [VAR_GLOBAL] = "global", [VAR_STATIC_LOCAL] = "static",
    [VAR_LOCAL] = "local", [VAR_PARAM] = "param", [VAR_TEMP] = "temp"};
const char *const text_binary_words[OPR_BITNOT + 1] = {
    [OPR_ADD] = "+", [OPR_SUB] = "-", [OPR_MUL] = "*", [OPR_DIV] = "/", [OPR_REM] = "%",
    [OPR_SHL] = "<<", [OPR_SHR] = ">>", [OPR_AND] = "&", [OPR_OR] = "|", [OPR_XOR] = "^",
    [OPR_EQ] = "==", [OPR_NE] = "!=", [OPR_LT] = "<", [OPR_LE] = "<=", [OPR_GT] = ">", [OPR_GE] = ">="};
const char *const text_unary_words[OPR_BITNOT + 1] = {
    [OPR_NEG] = "-", [OPR_NOT] = "!", [OPR_BITNOT] = "~"};
const char *const text_term_words[TERM_UNREACHABLE + 1] = {
    [TERM_NONE] = "none", [TERM_JUMP] = "jump", [TERM_BRANCH] = "branch", [TERM_SWITCH] = "switch",
    [TERM_INDIRECT] = "indirect", [TERM_RETURN] = "return", [TERM_NORETURN] = "noreturn",
    [TERM_THROW] = "throw", [TERM_UNREACHABLE] = "unreachable"};
const char *const text_edge_words[EDGE_EXC + 1] = {
    [EDGE_NEXT] = "", [EDGE_TRUE] = "true", [EDGE_FALSE] = "false", [EDGE_CASE] = "case",
    [EDGE_DEFAULT] = "default", [EDGE_EXC] = "catch"};
const char *const text_call_words[CALL_VIRTUAL + 1] = {
    [CALL_DIRECT] = "call", [CALL_INDIRECT] = "indirect", [CALL_VIRTUAL] = "virtual"};
// clang-format on

static void add_name(struct map *names, name_id name, uint32_t id) {
    uint32_t known = 0;
    map_put(names, name.v, map_get(names, name.v, &known) ? TEXT_AMBIGUOUS : id);
}

static void place_vars(struct text_scope *s) {
    const struct facts *f = s->f;
    s->position = ARENA_ARRAY(s->arena, uint32_t, f->vars.len);
    s->is_listed = ARENA_ARRAY(s->arena, bool, f->vars.len);
    s->unlisted = ARENA_ARRAY(s->arena, var_id, f->vars.len);
    for (uint32_t i = 1; i < f->fns.len; i++) {
        for (uint32_t k = 0; k < f->fns.data[i].var_count; k++) {
            var_id var = facts_fn_var(f, (fn_id){i}, k);
            s->position[var.v] = k;
            s->is_listed[var.v] = true;
        }
    }
    for (uint32_t i = 1; i < f->vars.len; i++) {
        if (!s->is_listed[i]) {
            s->position[i] = s->unlisted_count;
            s->unlisted[s->unlisted_count++] = (var_id){i};
            add_name(&s->globals, f->vars.data[i].name, i);
        }
    }
}

static void number_calls(struct text_scope *s) {
    const struct facts *f = s->f;
    s->call_number = ARENA_ARRAY(s->arena, uint32_t, f->calls.len);
    s->calls = ARENA_ARRAY(s->arena, call_id, f->calls.len);
    s->first_call = ARENA_ARRAY(s->arena, uint32_t, (size_t)f->fns.len + 1);
    for (uint32_t i = 1; i < f->calls.len; i++) {
        s->call_number[i] = ++s->first_call[f->calls.data[i].fn.v + 1];
    }
    for (uint32_t i = 0; i < f->fns.len; i++) {
        s->first_call[i + 1] += s->first_call[i];
    }
    for (uint32_t i = 1; i < f->calls.len; i++) {
        s->calls[s->first_call[f->calls.data[i].fn.v] + s->call_number[i] - 1] = (call_id){i};
    }
}

void text_scope_init(struct text_scope *s, const struct facts *f, struct arena *arena) {
    *s = (struct text_scope){.f = f, .arena = arena};
    map_init(&s->syms, arena);
    map_init(&s->records, arena);
    map_init(&s->globals, arena);
    for (uint32_t i = 1; i < f->syms.len; i++) {
        add_name(&s->syms, f->syms.data[i].name, i);
    }
    for (uint32_t i = 1; i < f->records.len; i++) {
        add_name(&s->records, f->records.data[i].name, i);
    }
    place_vars(s);
    number_calls(s);
    text_scope_enter(s, (fn_id){0});
}

void text_scope_enter(struct text_scope *s, fn_id fn) {
    const struct facts *f = s->f;
    s->fn = fn;
    s->file = f->locs.data[f->fns.data[fn.v].loc.v].file;
    for (uint32_t i = f->files.len; i-- > 1 && !fn.v;) {
        s->file = f->files.data[i].path.v == f->main_file.v ? (file_id){i} : s->file;
    }
    map_init(&s->locals, s->arena);
    for (uint32_t i = 0; i < f->fns.data[fn.v].var_count; i++) {
        var_id var = facts_fn_var(f, fn, i);
        add_name(&s->locals, f->vars.data[var.v].name, var.v);
    }
}

static bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '~';
}

bool text_is_bare(struct str text) {
    if (!text.len || (text.ptr[0] >= '0' && text.ptr[0] <= '9')) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        bool is_scope = text.ptr[i] == ':' && i > 0 && i + 2 < text.len && text.ptr[i + 1] == ':' &&
                        is_word_char(text.ptr[i + 2]);
        if (is_scope) {
            i++;
        } else if (!is_word_char(text.ptr[i]) ||
                   (text.ptr[i] == '~' && i > 0 && text.ptr[i - 1] != ':')) {
            return false;
        }
    }
    return text.ptr[0] != '~';
}

bool text_is_bare_type(struct str text) {
    static const char *const taken[] = {"void",  "struct", "opaque",   "enum",
                                        "other", "const",  "volatile", "atomic"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        if (str_eq(text, str_from(taken[i]))) {
            return false;
        }
    }
    return text_is_bare(text);
}

bool text_is_unique(const struct map *names, name_id name, uint32_t id) {
    uint32_t known = 0;
    return map_get(names, name.v, &known) && known == id;
}

// --- what follows from the parts of a path ---

record_id text_expected_record(const struct facts *f, const struct ir_path *p) {
    if (p->kind != PATH_FIELD) {
        return (record_id){0};
    }
    return f->types.data[facts_strip_typedefs(f, f->paths.data[p->base.v].type, NULL).v].record;
}

static type_id type_of_val(const struct facts *f, val_id val) {
    const struct ir_val *v = &f->vals.data[val.v];
    while (v->kind == VAL_BINARY) {
        v = &f->vals.data[v->a.v];
    }
    if (v->kind == VAL_PATH) {
        return f->paths.data[v->path.v].type;
    }
    return v->kind == VAL_CALL ? f->calls.data[v->call.v].type : (type_id){0};
}

static type_id target_of(const struct facts *f, type_id t, bool is_array) {
    const struct ir_type *x = &f->types.data[facts_strip_typedefs(f, t, NULL).v];
    bool fits =
        is_array ? x->kind == TYPE_ARRAY : x->kind == TYPE_POINTER || x->kind == TYPE_REFERENCE;
    return fits ? x->target : (type_id){0};
}

static type_id type_of_field(const struct facts *f, const struct ir_path *p) {
    const struct ir_record *r = &f->records.data[p->record.v];
    for (uint32_t i = 0; i < r->field_count; i++) {
        const struct ir_field *x = &f->fields.data[r->first_field.v + i];
        if (x->name.v == p->name.v) {
            return x->type;
        }
    }
    return (type_id){0};
}

type_id text_expected_type(const struct facts *f, const struct ir_path *p) {
    switch ((enum path_kind)p->kind) {
    case PATH_VAR:
        return f->vars.data[p->var.v].type;
    case PATH_FIELD:
        return type_of_field(f, p);
    case PATH_INDEX:
        return target_of(f, f->paths.data[p->base.v].type, true);
    case PATH_DEREF:
        return target_of(f, type_of_val(f, p->val), false);
    case PATH_NONE:
    case PATH_UNKNOWN:
    default:
        return (type_id){0};
    }
}
