// Destruction of objects: which classes need a destructor call and which calls that is. libclang
// shows neither destructor calls nor implicit destructors (P22), so they are derived from the
// class.
#include "checker/front/cxx.h"

enum { MAX_CLASS_DEPTH = 16, MAX_DESTROY_DEPTH = 4 };

static CXCursor class_of(CXType t) {
    return clang_getTypeDeclaration(clang_getCanonicalType(t));
}

static bool needs_dtor(struct lower *l, CXCursor decl, uint32_t depth);

struct field_scan {
    struct lower *l;
    uint32_t depth;
    bool is_needed;
};

static CXType element_type(CXType t) {
    t = clang_getCanonicalType(t);
    while (t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray) {
        t = clang_getCanonicalType(clang_getArrayElementType(t));
    }
    return t;
}

static enum CXVisitorResult scan_field(CXCursor field, CXClientData data) {
    struct field_scan *scan = data;
    CXType t = element_type(clang_getCursorType(field));
    CXCursor decl = clang_getTypeDeclaration(t);
    bool is_class = t.kind == CXType_Record && !clang_isPODType(t);
    bool is_dependent =
        clang_getCursorKind(decl) == CXCursor_ClassTemplate; // Other<T> in a template
    if ((is_class || is_dependent) && needs_dtor(scan->l, decl, scan->depth + 1)) {
        scan->is_needed = true;
        return CXVisit_Break;
    }
    return CXVisit_Continue;
}

static CXCursor user_dtor(struct cx_list members) {
    for (uint32_t i = 0; i < members.count; i++) {
        CXCursor c = members.items[i];
        if (clang_getCursorKind(c) == CXCursor_Destructor) {
            return c;
        }
    }
    return clang_getNullCursor();
}

static bool is_written(CXCursor dtor) {
    return !cx_is_null(dtor) && !clang_CXXMethod_isDefaulted(dtor) &&
           !clang_CXXMethod_isDeleted(dtor);
}

static bool members_need_dtor(struct lower *l, CXCursor decl, struct cx_list members,
                              uint32_t depth) {
    struct field_scan scan = {.l = l, .depth = depth};
    for (uint32_t i = 0; i < members.count && !scan.is_needed; i++) {
        if (clang_getCursorKind(members.items[i]) == CXCursor_CXXBaseSpecifier) {
            CXCursor base = class_of(clang_getCursorType(members.items[i]));
            scan.is_needed = needs_dtor(l, base, depth + 1);
        }
    }
    CXType t = clang_getCursorType(decl);
    if (!scan.is_needed && t.kind != CXType_Invalid) {
        clang_Type_visitFields(clang_getCanonicalType(t), scan_field, &scan);
    }
    for (uint32_t i = 0; i < members.count && !scan.is_needed && t.kind == CXType_Invalid; i++) {
        if (clang_getCursorKind(members.items[i]) == CXCursor_FieldDecl) {
            scan_field(members.items[i], &scan);
        }
    }
    return scan.is_needed;
}

// Classes that hold objects of their template arguments, in ways the template does not show.
static bool holds_arguments(struct lower *l, CXCursor decl, uint32_t depth) {
    static const char *const names[] = {"optional", "variant", "tuple", "pair", "expected"};
    CXType t = clang_getCanonicalType(clang_getCursorType(decl));
    int count = clang_Type_getNumTemplateArguments(t);
    if (count <= 0 || !clang_Location_isInSystemHeader(clang_getCursorLocation(decl))) {
        return false;
    }
    bool is_holder = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        is_holder |= cx_is_spelled(decl, names[i]);
    }
    for (int i = 0; is_holder && i < count; i++) {
        CXType argument = element_type(clang_Type_getTemplateArgumentAsType(t, (unsigned)i));
        if (argument.kind == CXType_Record && !clang_isPODType(argument) &&
            needs_dtor(l, clang_getTypeDeclaration(argument), depth + 1)) {
            return true;
        }
    }
    return false;
}

static bool needs_dtor(struct lower *l, CXCursor decl, uint32_t depth) {
    CXCursor definition = clang_getCursorDefinition(decl);
    if (!cx_is_null(definition)) {
        decl = definition;
    }
    if (cx_is_null(decl) || depth > MAX_CLASS_DEPTH ||
        clang_getCursorKind(decl) == CXCursor_UnionDecl) {
        return false;
    }
    uint64_t key = lower_cursor_hash(decl);
    uint32_t known = 0;
    if (map_get(&cxx_here(l)->needs_dtor, key, &known)) {
        return known != 0;
    }
    bool is_pattern = false;
    struct cx_list members = cx_members(l->scratch, decl, &is_pattern);
    bool is_needed = is_written(user_dtor(members)) || members_need_dtor(l, decl, members, depth) ||
                     holds_arguments(l, decl, depth);
    map_put(&cxx_here(l)->needs_dtor, key, is_needed ? 1 : 0);
    return is_needed;
}

bool cxx_needs_dtor(struct lower *l, CXType t) {
    t = element_type(t);
    if (!l->is_cxx || t.kind != CXType_Record || clang_isPODType(t)) {
        return false;
    }
    return needs_dtor(l, clang_getTypeDeclaration(t), 0);
}

// Destructor to call for the class: user-written, or the named one of a system class; none for
// implicit ones.
static sym_id dtor_sym(struct lower *l, CXType t, bool *ret_is_virtual) {
    CXCursor decl = clang_getTypeDeclaration(element_type(t));
    *ret_is_virtual = false;
    bool is_pattern = false;
    struct cx_list members = cx_members(l->scratch, decl, &is_pattern);
    CXCursor dtor = user_dtor(members);
    bool is_system = clang_Location_isInSystemHeader(clang_getCursorLocation(decl)) != 0;
    if (!is_written(dtor) && !is_system) {
        return (sym_id){0};
    }
    *ret_is_virtual = !cx_is_null(dtor) && clang_CXXMethod_isVirtual(dtor);
    if (cx_is_null(dtor) || is_pattern) {
        sym_id sym = lower_implied_dtor(l, decl);
        if (!is_system && !cx_is_null(dtor)) {
            cxx_enqueue_instance(l, clang_getCursorDefinition(dtor), decl, sym);
        }
        return sym;
    }
    lower_enqueue(l, dtor);
    return lower_sym(l, dtor);
}

struct destroy {
    struct lower *l;
    VEC(CXCursor) fields;
};

static enum CXVisitorResult note_field(CXCursor field, CXClientData data) {
    struct destroy *d = data;
    if (cxx_needs_dtor(d->l, clang_getCursorType(field))) {
        vec_push(d->l->scratch, &d->fields, field);
    }
    return CXVisit_Continue;
}

static void destroy_object(struct lower *l, CXType t, path_id object, loc_id loc, uint32_t depth);

// Copies a closure holds.
static void destroy_captures(struct lower *l, CXCursor decl, path_id object, loc_id loc,
                             uint32_t depth) {
    struct cxx_state *s = cxx_here(l);
    uint32_t at = 0;
    if (!map_get(&s->lambdas, lower_cursor_hash(decl), &at)) {
        return;
    }
    const struct lambda_captures *captures = &s->captures.data[at];
    record_id owner = lower_record(l, decl);
    for (uint32_t i = captures->count; i-- > 0;) {
        const struct lambda_capture *capture = &captures->items[i];
        if (cxx_needs_dtor(l, capture->type)) {
            path_id field =
                ir_path_field(l->b, object, capture->name, lower_type(l, capture->type), owner);
            destroy_object(l, capture->type, field, loc, depth + 1);
        }
    }
}

void cxx_destroy_members(struct lower *l, CXCursor decl, path_id object, loc_id loc,
                         uint32_t depth) {
    if (depth >= MAX_DESTROY_DEPTH || clang_getCursorKind(decl) == CXCursor_UnionDecl) {
        return;
    }
    if (lower_is_lambda_class(decl)) {
        destroy_captures(l, decl, object, loc, depth);
        return;
    }
    struct destroy d = {.l = l};
    record_id owner = lower_record(l, decl);
    clang_Type_visitFields(clang_getCanonicalType(clang_getCursorType(decl)), note_field, &d);
    for (uint32_t i = d.fields.len; i-- > 0;) {
        CXType t = clang_getCursorType(d.fields.data[i]);
        path_id field = ir_path_field(l->b, object, lower_field_name(l, d.fields.data[i]),
                                      lower_type(l, t), owner);
        destroy_object(l, t, field, loc, depth + 1);
    }
    bool is_pattern = false;
    struct cx_list members = cx_members(l->scratch, decl, &is_pattern);
    for (uint32_t i = members.count; i-- > 0;) {
        CXType t = clang_getCursorType(members.items[i]);
        if (clang_getCursorKind(members.items[i]) == CXCursor_CXXBaseSpecifier &&
            cxx_needs_dtor(l, t)) {
            destroy_object(l, t, object, loc, depth + 1);
        }
    }
}

static void destroy_object(struct lower *l, CXType t, path_id object, loc_id loc, uint32_t depth) {
    t = clang_getCanonicalType(t);
    while (t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray) {
        t = clang_getCanonicalType(clang_getArrayElementType(t));
        object = ir_path_index(l->b, object, ir_val_unknown(l->b), lower_type(l, t));
    }
    if (!cxx_needs_dtor(l, t)) {
        return;
    }
    bool is_virtual = false;
    sym_id dtor = dtor_sym(l, t, &is_virtual);
    if (dtor.v) {
        val_id address = ir_val_addr(l->b, object);
        struct ir_call call = {.callee = dtor, .flags = CALL_IMPLICIT | CALL_CLEANUP, .loc = loc};
        cxx_emit(l, call, &address, 1);
    } else {
        cxx_destroy_members(l, clang_getTypeDeclaration(t), object, loc, depth);
    }
}

void cxx_destroy_pointee(struct lower *l, CXType t, val_id pointer, loc_id loc) {
    t = clang_getCanonicalType(t);
    bool is_virtual = false;
    sym_id dtor = cxx_needs_dtor(l, t) ? dtor_sym(l, t, &is_virtual) : (sym_id){0};
    if (dtor.v && is_virtual) {
        struct ir_call call = {
            .kind = CALL_VIRTUAL, .callee = dtor, .flags = CALL_IMPLICIT, .loc = loc};
        cxx_emit(l, call, &pointer, 1);
    } else {
        destroy_object(l, t, ir_path_deref(l->b, pointer, lower_type(l, t)), loc, 0);
    }
}

void cxx_destroy(struct lower *l, CXType t, path_id object, loc_id loc) {
    destroy_object(l, t, object, loc, 0);
}
