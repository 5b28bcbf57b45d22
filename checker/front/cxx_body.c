// Bodies: constructors with member initialisers, destructors with what follows their body, function
// try blocks, coroutines; and return statements.
#include "checker/front/cxx.h"

enum { MAX_DEFAULT_DEPTH = 4 };

struct member_list {
    struct arena *arena;
    VEC(CXCursor) fields;
};

static enum CXVisitorResult add_member(CXCursor field, CXClientData data) {
    struct member_list *list = data;
    vec_push(list->arena, &list->fields, field);
    return CXVisit_Continue;
}

static struct member_list members_of(struct lower *l, CXCursor decl) {
    struct member_list list = {.arena = l->scratch};
    clang_Type_visitFields(clang_getCanonicalType(clang_getCursorType(decl)), add_member, &list);
    return list;
}

// Default member initialiser: the last expression below the field that is not a size.
static CXCursor default_initialiser(struct lower *l, CXCursor field) {
    if (clang_Cursor_isBitField(field)) {
        return clang_getNullCursor();
    }
    struct cx_list list = cx_children(l->scratch, field);
    CXCursor last = list.count ? list.items[list.count - 1] : clang_getNullCursor();
    if (cx_is_null(last) || !clang_isExpression(clang_getCursorKind(last))) {
        return clang_getNullCursor();
    }
    CXType t = clang_getCanonicalType(clang_getCursorType(field));
    enum CXCursorKind kind = clang_getCursorKind(cx_peel(last));
    bool is_size = t.kind == CXType_ConstantArray && kind != CXCursor_InitListExpr &&
                   kind != CXCursor_StringLiteral && kind != CXCursor_CallExpr;
    return is_size ? clang_getNullCursor() : last;
}

static path_id member_path(struct lower *l, path_id object, CXCursor field) {
    CXCursor owner = clang_getCursorSemanticParent(field);
    return ir_path_field(l->b, object, lower_field_name(l, field),
                         lower_type(l, clang_getCursorType(field)), lower_record(l, owner));
}

static CXCursor default_constructor(struct lower *l, CXCursor decl) {
    struct cx_list list = cx_children(l->scratch, decl);
    for (uint32_t i = 0; i < list.count; i++) {
        CXCursor c = list.items[i];
        if (clang_getCursorKind(c) == CXCursor_Constructor &&
            clang_CXXConstructor_isDefaultConstructor(c)) {
            return c;
        }
    }
    return clang_getNullCursor();
}

// A member or base nothing initialises: its default constructor runs.
static void default_construct(struct lower *l, CXType t, path_id path, loc_id loc, uint32_t depth) {
    t = clang_getCanonicalType(t);
    while (t.kind == CXType_ConstantArray) {
        t = clang_getCanonicalType(clang_getArrayElementType(t));
        path = ir_path_index(l->b, path, ir_val_unknown(l->b), lower_type(l, t));
    }
    CXCursor decl = clang_getCursorDefinition(clang_getTypeDeclaration(t));
    if (t.kind != CXType_Record || clang_isPODType(t) || cx_is_null(decl) ||
        clang_Location_isInSystemHeader(clang_getCursorLocation(decl)) ||
        depth > MAX_DEFAULT_DEPTH) {
        return; // what a system class does to itself is no concern
    }
    CXCursor ctor = default_constructor(l, decl);
    if (!cx_is_null(ctor) && !clang_CXXMethod_isDefaulted(ctor)) {
        lower_enqueue(l, ctor);
        val_id address = ir_val_addr(l->b, path);
        struct ir_call call = {.callee = lower_sym(l, ctor), .flags = CALL_IMPLICIT, .loc = loc};
        (void)lower_emit_call(l, &call, &address, 1);
    } else {
        cxx_default_members(l, decl, path, loc, depth + 1);
    }
}

static void default_bases(struct lower *l, CXCursor decl, path_id object, loc_id loc,
                          uint32_t depth) {
    struct cx_list list = cx_children(l->scratch, decl);
    for (uint32_t i = 0; i < list.count; i++) {
        if (clang_getCursorKind(list.items[i]) == CXCursor_CXXBaseSpecifier) {
            default_construct(l, clang_getCursorType(list.items[i]), object, loc, depth);
        }
    }
}

void cxx_default_member(struct lower *l, CXCursor field, path_id object, loc_id loc,
                        uint32_t depth) {
    path_id path = member_path(l, object, field);
    CXType t = clang_getCursorType(field);
    CXCursor init = default_initialiser(l, field);
    if (!cx_is_null(init) && depth == 0) {
        uint32_t mark = cxx_full_begin(l);
        cxx_init(l, path, t, init);
        cxx_full_end(l, mark);
    } else if (cx_is_null(init)) {
        default_construct(l, t, path, loc, depth);
    }
}

void cxx_default_members(struct lower *l, CXCursor decl, path_id object, loc_id loc,
                         uint32_t depth) {
    if (depth > MAX_DEFAULT_DEPTH || clang_getCursorKind(decl) == CXCursor_UnionDecl) {
        return;
    }
    default_bases(l, decl, object, loc, depth);
    struct member_list list = members_of(l, decl);
    for (uint32_t i = 0; i < list.fields.len; i++) {
        cxx_default_member(l, list.fields.data[i], object, loc, depth);
    }
}

// --- constructors ---

// Initialiser of `field` in the list of a constructor's children (MemberRef, then the expression);
// null when absent.
static CXCursor listed_initialiser(struct cx_list children, CXCursor field) {
    for (uint32_t i = 0; i + 1 < children.count; i++) {
        if (clang_getCursorKind(children.items[i]) == CXCursor_MemberRef &&
            clang_equalCursors(clang_getCursorReferenced(children.items[i]), field)) {
            CXCursor next = children.items[i + 1];
            return clang_isExpression(clang_getCursorKind(next)) ? next : clang_getNullCursor();
        }
    }
    return clang_getNullCursor();
}

// Calls of base constructors, or of the constructor delegated to; true when it delegates.
static bool init_bases(struct lower *l, CXCursor decl, struct cx_list children, path_id object,
                       loc_id loc) {
    bool delegates = false;
    bool has_base = false;
    for (uint32_t i = 0; i < children.count; i++) {
        CXCursor c = children.items[i];
        enum CXCursorKind before =
            i ? clang_getCursorKind(children.items[i - 1]) : CXCursor_UnexposedDecl;
        CXCursor ctor = clang_getCursorReferenced(cx_peel(c));
        if (before == CXCursor_MemberRef || clang_getCursorKind(ctor) != CXCursor_Constructor) {
            continue;
        }
        uint32_t mark = cxx_full_begin(l);
        cxx_construct(l, cx_peel(c), object);
        cxx_full_end(l, mark);
        has_base = true;
        CXCursor owner = clang_getCursorSemanticParent(ctor);
        delegates |= clang_equalCursors(clang_getCanonicalCursor(owner),
                                        clang_getCanonicalCursor(decl)) != 0;
    }
    if (!has_base) {
        default_bases(l, decl, object, loc, 0);
    }
    return delegates;
}

void cxx_init_members(struct lower *l, const struct ctor_start *start) {
    struct cx_list children = start->children;
    CXCursor decl = clang_getCursorSemanticParent(start->ctor);
    loc_id loc = lower_at(l, start->ctor);
    path_id object = ir_path_deref(l->b, cxx_this(l), lower_type(l, clang_getCursorType(decl)));
    if (init_bases(l, decl, children, object, loc) ||
        clang_getCursorKind(decl) == CXCursor_UnionDecl) {
        return;
    }
    struct member_list list = members_of(l, decl);
    for (uint32_t i = 0; i < list.fields.len; i++) {
        CXCursor field = list.fields.data[i];
        CXCursor init = listed_initialiser(children, field);
        if (cx_is_null(init)) {
            cxx_default_member(l, field, object, loc, 0);
            continue;
        }
        uint32_t mark = cxx_full_begin(l);
        cxx_init(l, member_path(l, object, field), clang_getCursorType(field), init);
        cxx_full_end(l, mark);
    }
}

// --- bodies ---

var_id cxx_this_param(struct lower *l, CXCursor function) {
    CXCursor owner = cxx_concrete_class(l, clang_getCursorSemanticParent(function));
    struct ir_type pointer = {.kind = TYPE_POINTER,
                              .target = lower_type(l, clang_getCursorType(owner))};
    struct ir_var v = {.kind = VAR_PARAM,
                       .flags = VAR_THIS,
                       .name = ir_name(l->b, STR("this")),
                       .type = ir_type(l->b, &pointer),
                       .loc = lower_loc(l, function)};
    struct cxx_state *s = cxx_here(l);
    s->this_var = ir_var(l->b, &v);
    return s->this_var;
}

static CXCursor body_of(struct cx_list children) {
    return children.count ? children.items[children.count - 1] : clang_getNullCursor();
}

static void lower_statements(struct lower *l, CXCursor body) {
    if (clang_getCursorKind(body) == CXCursor_CXXTryStmt) {
        cxx_try(l, body, NULL);
    } else if (clang_getCursorKind(body) == CXCursor_CompoundStmt) {
        lower_compound(l, body);
    } else if (!clang_CXXMethod_isDefaulted(l->fn->cursor)) {
        ir_fn_flag(l->b, FN_PARTIAL);
    }
}

static void lower_constructor(struct lower *l, CXCursor ctor, struct cx_list children,
                              CXCursor body) {
    enum CXCursorKind kind = clang_getCursorKind(body);
    struct ctor_start start = {.ctor = ctor, .children = children};
    lower_scope_push(l);
    if (kind == CXCursor_CXXTryStmt) {
        cxx_try(l, body, &start); // the handlers see what the initialisers throw
    } else if (kind == CXCursor_CompoundStmt || clang_CXXMethod_isDefaulted(ctor)) {
        cxx_init_members(l, &start);
        lower_statements(l, body);
    }
    lower_scope_pop(l, l->fn->loc);
}

// The members and bases are destroyed on every way out of a destructor: `this` stands for them in
// the outermost scope.
static void lower_destructor(struct lower *l, CXCursor dtor, CXCursor body) {
    lower_scope_push(l);
    CXCursor decl = cxx_concrete_class(l, clang_getCursorSemanticParent(dtor));
    struct scope_item item = {
        .var = cxx_here(l)->this_var, .type = clang_getCursorType(decl), .destroy = true};
    vec_push(l->scratch, &l->fn->scope->items, item);
    lower_statements(l, body);
    lower_scope_pop(l, l->fn->loc);
}

bool cxx_body(struct lower *l, CXCursor function, struct cx_list children) {
    enum CXCursorKind kind = clang_getCursorKind(function);
    CXCursor body = body_of(children);
    enum CXCursorKind body_kind = clang_getCursorKind(body);
    if (body_kind == CXCursor_UnexposedStmt) {
        ir_fn_flag(l->b, FN_COROUTINE | FN_TRUNCATED);
    } else if (kind == CXCursor_Constructor) {
        lower_constructor(l, function, children, body);
    } else if (kind == CXCursor_Destructor) {
        lower_destructor(l, function, body);
    } else if (body_kind == CXCursor_CXXTryStmt) {
        lower_scope_push(l);
        cxx_try(l, body, NULL);
        lower_scope_pop(l, l->fn->loc);
    } else {
        return false;
    }
    if (ir_bb_open(l->b)) {
        ir_term_return(l->b, (val_id){0}, l->fn->loc);
    }
    return true;
}

// --- return ---

// Local of class type that is returned by name: it is moved from or elided.
static var_id returned_local(struct lower *l, CXCursor value) {
    CXCursor inner = cxx_peel(value);
    if (clang_getCursorKind(inner) == CXCursor_CallExpr) {
        CXCursor ctor = clang_getCursorReferenced(inner);
        bool copies = clang_getCursorKind(ctor) == CXCursor_Constructor &&
                      (clang_CXXConstructor_isCopyConstructor(ctor) ||
                       clang_CXXConstructor_isMoveConstructor(ctor));
        inner = copies ? cxx_peel(clang_Cursor_getArgument(inner, 0)) : clang_getNullCursor();
    }
    if (clang_getCursorKind(inner) == CXCursor_CallExpr && cx_is_spelled(inner, "move") &&
        clang_Cursor_getNumArguments(inner) == 1) {
        inner = cxx_peel(clang_Cursor_getArgument(inner, 0)); // return std::move(x)
    }
    if (clang_getCursorKind(inner) != CXCursor_DeclRefExpr) {
        return (var_id){0};
    }
    CXCursor decl = clang_getCursorReferenced(inner);
    enum CXCursorKind kind = clang_getCursorKind(decl);
    bool is_local = (kind == CXCursor_VarDecl && clang_Cursor_hasVarDeclGlobalStorage(decl) == 0) ||
                    kind == CXCursor_ParmDecl;
    bool is_same = clang_equalTypes(cxx_bare_type(clang_getCursorType(decl)),
                                    cxx_bare_type(l->fn->result)) != 0;
    uint32_t known = 0;
    if (!is_local || !is_same || cxx_is_reference(clang_getCursorType(decl)) ||
        !map_get(&l->vars, lower_cursor_hash(decl), &known) ||
        l->f->vars.data[known].fn.v != l->f->fns.len - 1) {
        return (var_id){0};
    }
    return (var_id){known};
}

static val_id returned_class(struct lower *l, CXCursor value) {
    CXCursor inner = cxx_peel(value);
    bool is_call = clang_getCursorKind(inner) == CXCursor_CallExpr &&
                   clang_getCursorKind(clang_getCursorReferenced(inner)) != CXCursor_Constructor &&
                   !cxx_returns_reference(inner);
    if (is_call) {
        return cxx_call(l, inner);
    }
    CXType t = clang_getCursorType(value);
    path_id object = lower_temp(l, lower_type(l, t), lower_at(l, value));
    cxx_init(l, object, t, value);
    return ir_val_path(l->b, object);
}

static val_id returned_value(struct lower *l, CXCursor value, bool *ret_is_object) {
    *ret_is_object = false;
    if (l->fn->returns_reference) {
        return ir_val_addr(l->b, lower_lvalue(l, value));
    }
    if (cxx_is_class(clang_getCursorType(value))) {
        *ret_is_object = true;
        return returned_class(l, value);
    }
    return lower_rvalue(l, value);
}

bool cxx_return(struct lower *l, CXCursor c) {
    loc_id loc = lower_at(l, c);
    CXCursor value = cx_only_child(c);
    if (cx_is_null(value)) {
        return false;
    }
    bool is_class_result = cxx_is_class(l->fn->result);
    var_id local = is_class_result ? returned_local(l, value) : (var_id){0};
    if (local.v) {
        lower_cleanups_except(l, NULL, local, loc);
        ir_term_return(l->b, ir_val_path(l->b, ir_path_var(l->b, local)), loc);
        return true;
    }
    uint32_t mark = cxx_full_begin(l);
    bool is_object = false;
    val_id v = returned_value(l, value, &is_object);
    uint8_t kind = l->f->vals.data[v.v].kind;
    bool is_stable =
        is_object || kind == VAL_CONST || kind == VAL_CALL || kind == VAL_FN || kind == VAL_STR;
    bool has_temps = cxx_here(l)->temps.len > mark;
    if (!is_stable && (has_temps || lower_has_cleanups(l, NULL)) && ir_bb_open(l->b)) {
        path_id temp = lower_temp(l, lower_type(l, l->fn->result), loc);
        ir_op_write(l->b, temp, v, OPF_INIT, loc);
        v = ir_val_path(l->b, temp);
    }
    cxx_full_end(l, mark);
    lower_cleanups(l, NULL, loc);
    ir_term_return(l->b, v, loc);
    return true;
}
