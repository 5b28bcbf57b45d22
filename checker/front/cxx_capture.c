// Which variables a lambda captures. libclang names neither the fields of the closure nor the
// implicit captures (P23): the list is rebuilt from the explicit captures in their order and, for
// the fields left over, from the outer variables in the order of their first use in the body. Types
// are compared, so a variable that is used but not captured (a constant) does not shift the others.
#include "checker/front/cxx.h"

enum { MAX_CAPTURES = 256 };

struct capture_fields {
    struct arena *arena;
    VEC(CXType) types;
};

static enum CXVisitorResult add_type(CXCursor field, CXClientData data) {
    struct capture_fields *fields = data;
    vec_push(fields->arena, &fields->types, clang_getCursorType(field));
    return fields->types.len < MAX_CAPTURES ? CXVisit_Continue : CXVisit_Break;
}

struct candidates {
    struct lower *l;
    CXCursor call_op;
    struct map seen;
    VEC(CXCursor) vars;
};

// The variable is declared in the lambda or in a lambda inside it.
static bool is_declared_inside(CXCursor var, CXCursor call_op) {
    CXCursor scope = clang_getCursorSemanticParent(var);
    while (!cx_is_null(scope) && clang_getCursorKind(scope) != CXCursor_TranslationUnit) {
        if (clang_equalCursors(scope, call_op)) {
            return true;
        }
        scope = clang_getCursorSemanticParent(scope);
    }
    return false;
}

static bool is_capturable(CXCursor var) {
    enum CXCursorKind kind = clang_getCursorKind(var);
    if (kind == CXCursor_ParmDecl || kind == CXCursor_UnexposedDecl) {
        return true;
    }
    return kind == CXCursor_VarDecl && clang_Cursor_hasVarDeclGlobalStorage(var) == 0;
}

static enum CXChildVisitResult add_candidate(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    struct candidates *found = data;
    enum CXCursorKind kind = clang_getCursorKind(c);
    if (kind != CXCursor_DeclRefExpr && kind != CXCursor_VariableRef) {
        return CXChildVisit_Recurse;
    }
    CXCursor var = clang_getCursorReferenced(c);
    if (cx_is_null(var) || !is_capturable(var)) {
        return CXChildVisit_Continue;
    }
    uint64_t key = lower_cursor_hash(var);
    uint32_t known = 0;
    if (!map_get(&found->seen, key, &known)) {
        map_put(&found->seen, key, 1);
        if (!is_declared_inside(var, found->call_op)) {
            vec_push(found->l->scratch, &found->vars, var);
        }
    }
    return CXChildVisit_Continue;
}

static CXType without_reference(CXType t) {
    t = clang_getCanonicalType(t);
    if (t.kind == CXType_LValueReference || t.kind == CXType_RValueReference) {
        t = clang_getCanonicalType(clang_getPointeeType(t));
    }
    return clang_getUnqualifiedType(t);
}

// Next candidate from *at on whose type fits the field; null when there is none.
static CXCursor take(const CXCursor *vars, uint32_t count, uint32_t *at, CXType field) {
    for (uint32_t i = *at; i < count; i++) {
        CXType t = clang_getCursorType(vars[i]);
        if (clang_equalTypes(without_reference(t), without_reference(field))) {
            *at = i + 1;
            return vars[i];
        }
    }
    return clang_getNullCursor();
}

static bool is_init_capture(struct candidates *found, CXCursor var) {
    return is_declared_inside(var, found->call_op);
}

static void name_capture(struct lower *l, struct lambda_capture *capture, uint32_t at) {
    if (capture->is_this) {
        capture->name = ir_name(l->b, STR("this"));
    } else if (!cx_is_null(capture->var)) {
        capture->name = ir_name(l->b, cx_spelling(l->scratch, capture->var));
    } else {
        char text[] = "capture000";
        text[7] = (char)('0' + at / 100 % 10);
        text[8] = (char)('0' + at / 10 % 10);
        text[9] = (char)('0' + at % 10);
        capture->name = ir_name(l->b, STR(text));
    }
}

// A field no variable fits: the object around the lambda when it is a pointer to a class or a
// class.
static bool looks_like_this(CXType field) {
    CXType t = clang_getCanonicalType(field);
    if (t.kind == CXType_Pointer) {
        t = clang_getCanonicalType(clang_getPointeeType(t));
    }
    return t.kind == CXType_Record;
}

static void match_fields(struct candidates *found, const struct capture_fields *fields,
                         const CXCursor *named, uint32_t named_count, struct lambda_captures *out) {
    uint32_t named_at = 0;
    uint32_t used_at = 0;
    for (uint32_t i = 0; i < fields->types.len; i++) {
        struct lambda_capture *capture = &out->items[i];
        CXType t = fields->types.data[i];
        CXType canonical = clang_getCanonicalType(t);
        capture->init = clang_getNullCursor();
        capture->type = t;
        capture->is_reference =
            canonical.kind == CXType_LValueReference || canonical.kind == CXType_RValueReference;
        capture->var = take(named, named_count, &named_at, t);
        if (cx_is_null(capture->var)) {
            capture->var = take(found->vars.data, found->vars.len, &used_at, t);
        }
        if (cx_is_null(capture->var)) {
            capture->is_this = looks_like_this(t);
        } else if (is_init_capture(found, capture->var)) {
            capture->init = clang_Cursor_getVarDeclInitializer(capture->var);
        }
        name_capture(found->l, capture, i);
    }
}

struct lambda_captures cxx_captures(struct lower *l, CXCursor lambda, CXCursor call_op,
                                    struct cx_list parts) {
    struct capture_fields fields = {.arena = l->scratch};
    clang_Type_visitFields(clang_getCursorType(lambda), add_type, &fields);
    struct lambda_captures out = {
        .items = ARENA_ARRAY(l->scratch, struct lambda_capture, fields.types.len),
        .count = fields.types.len,
    };
    if (out.count == 0) {
        return out;
    }
    struct candidates found = {.l = l, .call_op = call_op};
    map_init(&found.seen, l->scratch);
    VEC(CXCursor) named = {0};
    for (uint32_t i = 0; i < parts.count; i++) {
        if (clang_getCursorKind(parts.items[i]) == CXCursor_VariableRef) {
            CXCursor var = clang_getCursorReferenced(parts.items[i]);
            vec_push(l->scratch, &named, var);
            map_put(&found.seen, lower_cursor_hash(var), 1);
        }
    }
    if (parts.count > 0 && named.len < out.count) {
        clang_visitChildren(parts.items[parts.count - 1], add_candidate, &found);
    }
    match_fields(&found, &fields, named.data, named.len, &out);
    return out;
}
