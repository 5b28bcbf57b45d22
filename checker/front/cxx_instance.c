// Destructors of class template instances. libclang shows the members of an implicit instantiation
// only when an expression names them, and nothing names a destructor (P22). So the body of the
// template's destructor is lowered once per instance: fields are looked up by name in the instance,
// whose types are known, and calls of members on them by name in their class. Enough for guards;
// what else depends on a parameter stays unknown.
#include "checker/front/cxx.h"

#include "checker/front/scan.h"

#include <string.h>

enum { MAX_BASES = 8 };

bool cxx_claim_instance(struct lower *l, sym_id sym) {
    uint64_t key = hash_mix(sym.v, 0x696e7374);
    uint32_t known = 0;
    bool first = !map_get(&l->queued, key, &known);
    map_put(&l->queued, key, 1);
    return first;
}

void cxx_enqueue_instance(struct lower *l, CXCursor method, CXCursor concrete, sym_id sym) {
    struct cxx_state *s = cxx_here(l);
    if (cx_is_null(method) || !cxx_claim_instance(l, sym)) {
        return;
    }
    struct class_instance instance = {.method = method, .concrete = concrete, .sym = sym};
    vec_push(l->scratch, &s->instances, instance);
}

static uint32_t flags_of(struct lower *l, loc_id loc) {
    file_id file = l->f->locs.data[loc.v].file;
    return FN_TEMPLATE | (l->f->files.data[file.v].is_main ? 0 : FN_HEADER);
}

bool cxx_lower_instance(struct lower *l) {
    struct cxx_state *s = cxx_here(l);
    if (s->next_instance == s->instances.len) {
        return false;
    }
    struct class_instance instance = s->instances.data[s->next_instance++];
    CXCursor method = instance.method;
    loc_id loc = lower_loc(l, method);
    struct ir_fn ir = {.sym = instance.sym, .loc = loc, .flags = flags_of(l, loc)};
    s->instance = &instance;
    ir_fn_begin(l->b, &ir);
    struct lower_fn fn;
    lower_fn_open(l, &fn, method);
    (void)cxx_this_param(l, method);
    struct cx_list children = cx_children(l->scratch, method);
    if (!cxx_body(l, method, children) && children.count > 0) {
        lower_stmt(l, children.items[children.count - 1]);
    }
    loc_id end = lower_source_loc(l, cx_end(method));
    if (ir_bb_open(l->b)) {
        ir_term_return(l->b, (val_id){0}, end);
    }
    lower_fn_close(l);
    ir_fn_end(l->b, end);
    s->instance = NULL;
    return true;
}

// --- members of the instance ---

struct field_search {
    struct lower *l;
    struct str name;
    CXCursor found;
};

static enum CXVisitorResult match_field(CXCursor field, CXClientData data) {
    struct field_search *search = data;
    if (!str_eq(cx_spelling(search->l->scratch, field), search->name)) {
        return CXVisit_Continue;
    }
    search->found = field;
    return CXVisit_Break;
}

CXCursor cxx_concrete_field(struct lower *l, CXCursor field) {
    const struct class_instance *instance = cxx_here(l)->instance;
    if (!instance || !lower_is_dependent(field)) {
        return field;
    }
    struct field_search search = {.l = l, .name = cx_spelling(l->scratch, field), .found = field};
    clang_Type_visitFields(clang_getCanonicalType(clang_getCursorType(instance->concrete)),
                           match_field, &search);
    return search.found;
}

CXCursor cxx_concrete_class(struct lower *l, CXCursor owner) {
    const struct class_instance *instance = cxx_here(l)->instance;
    return instance && lower_is_dependent(owner) ? instance->concrete : owner;
}

CXType cxx_expr_type(struct lower *l, CXCursor c) {
    CXCursor inner = cx_peel(c);
    CXCursor decl = clang_getCursorReferenced(inner);
    if (clang_getCursorKind(inner) == CXCursor_MemberRefExpr &&
        clang_getCursorKind(decl) == CXCursor_FieldDecl && cxx_here(l)->instance) {
        return cxx_bare_type(clang_getCursorType(cxx_concrete_field(l, decl)));
    }
    return clang_getCursorType(c);
}

// --- calls by name ---

static CXCursor find_method(struct lower *l, CXCursor decl, struct str name, uint32_t depth) {
    struct cx_list members = cx_children(l->scratch, decl);
    for (uint32_t i = 0; i < members.count; i++) {
        if (clang_getCursorKind(members.items[i]) == CXCursor_CXXMethod &&
            str_eq(cx_spelling(l->scratch, members.items[i]), name)) {
            return members.items[i];
        }
    }
    for (uint32_t i = 0; i < members.count && depth < MAX_BASES; i++) {
        if (clang_getCursorKind(members.items[i]) == CXCursor_CXXBaseSpecifier) {
            CXType t = clang_getCanonicalType(clang_getCursorType(members.items[i]));
            CXCursor found = find_method(l, clang_getTypeDeclaration(t), name, depth + 1);
            if (!cx_is_null(found)) {
                return found;
            }
        }
    }
    return clang_getNullCursor();
}

static struct str join(struct lower *l, struct str a, struct str b, struct str c) {
    char *text = arena_alloc(l->scratch, 1, a.len + b.len + c.len + 1);
    memcpy(text, a.ptr ? a.ptr : "", a.len);
    memcpy(text + a.len, b.ptr ? b.ptr : "", b.len);
    memcpy(text + a.len + b.len, c.ptr ? c.ptr : "", c.len);
    return str_make(text, a.len + b.len + c.len);
}

static sym_id member_of_instance(struct lower *l, CXCursor decl, struct str name,
                                 struct str key_end) {
    bool is_system = clang_Location_isInSystemHeader(clang_getCursorLocation(decl)) != 0;
    struct str full = join(l, lower_qualified_name(l, decl), STR("::"), name);
    struct str key = join(l, lower_key(l, decl), STR("@F@"), key_end);
    return lower_named_sym(l, full, key, SYM_METHOD | (is_system ? SYM_SYSTEM : 0));
}

// Identifier after the `.` or `->` that follows an expression: libclang does not spell it.
static struct str name_after(struct lower *l, CXCursor base) {
    struct cx_place end = cx_spelling_place(cx_end(base));
    struct str text = lower_text(l, end.file);
    size_t at = scan_skip_blank(text, end.offset);
    if (at < text.len && text.ptr[at] == '.') {
        return scan_identifier(text, at + 1);
    }
    if (at + 1 < text.len && text.ptr[at] == '-' && text.ptr[at + 1] == '>') {
        return scan_identifier(text, at + 2);
    }
    return (struct str){0};
}

// base.name(...) where the type of base depends on a parameter.
static val_id call_by_name(struct lower *l, CXCursor c, CXCursor base) {
    struct str name = name_after(l, base);
    CXType t = clang_getCanonicalType(cxx_expr_type(l, base));
    bool is_pointer = t.kind == CXType_Pointer;
    val_id object = is_pointer ? lower_rvalue(l, base) : ir_val_addr(l->b, lower_lvalue(l, base));
    CXCursor decl =
        clang_getTypeDeclaration(is_pointer ? clang_getCanonicalType(clang_getPointeeType(t)) : t);
    loc_id loc = lower_at(l, c);
    if (cx_is_null(decl) || lower_is_dependent(decl) || name.len == 0) {
        ir_op_unknown(l->b, loc);
        return ir_val_unknown(l->b);
    }
    CXCursor method = find_method(l, decl, name, 0);
    struct ir_call call = {.loc = loc};
    if (cx_is_null(method)) {
        call.callee = member_of_instance(l, decl, name, join(l, name, STR("#"), STR("")));
    } else {
        lower_enqueue(l, method);
        call.callee = lower_sym(l, method);
        call.kind = clang_CXXMethod_isVirtual(method) ? CALL_VIRTUAL : CALL_DIRECT;
        call.type = lower_type(l, clang_getCursorResultType(method));
    }
    return lower_emit_call(l, &call, &object, 1);
}

// A method of the instance itself: its template's body is lowered for it too.
static val_id call_own_method(struct lower *l, CXCursor c, CXCursor method) {
    const struct class_instance *instance = cxx_here(l)->instance;
    struct str usr = cx_str(l->scratch, clang_getCursorUSR(method));
    size_t at = str_find(usr, STR("@F@"), 0);
    struct str end = at == SIZE_MAX ? usr : str_slice(usr, at + 3, usr.len);
    sym_id sym = member_of_instance(l, instance->concrete, cx_spelling(l->scratch, method), end);
    if (clang_Cursor_getNumArguments(method) == 0) {
        CXCursor definition = clang_getCursorDefinition(method);
        cxx_enqueue_instance(l, definition, instance->concrete, sym);
    }
    val_id object = cxx_this(l);
    struct ir_call call = {.callee = sym, .loc = lower_at(l, c)};
    return lower_emit_call(l, &call, &object, 1);
}

bool cxx_instance_call(struct lower *l, CXCursor c, CXCursor callee, val_id *ret) {
    if (!cxx_here(l)->instance || clang_getCursorKind(callee) != CXCursor_MemberRefExpr) {
        return false;
    }
    CXCursor decl = clang_getCursorReferenced(callee);
    CXCursor base = cx_only_child(callee);
    if (clang_getCursorKind(decl) == CXCursor_CXXMethod && lower_is_dependent(decl)) {
        *ret = call_own_method(l, c, decl);
        return true;
    }
    if (!cx_is_null(decl) || cx_is_null(base)) {
        return false;
    }
    *ret = call_by_name(l, c, base);
    return true;
}
