// Initialisers: lists become one write per field or element, designators obeyed.
#include "checker/front/fn.h"
#include "checker/front/symbol.h"

enum { MAX_FIELDS = 512, MAX_ELEMENTS = 4096 };

struct fields {
    struct arena *arena;
    VEC(CXCursor) list;
};

static enum CXVisitorResult add_field(CXCursor field, CXClientData data) {
    struct fields *f = data;
    vec_push(f->arena, &f->list, field);
    return f->list.len < MAX_FIELDS ? CXVisit_Continue : CXVisit_Break;
}

static path_id field_path(struct lower *l, path_id base, CXCursor field) {
    name_id name = lower_field_name(l, field);
    if (!name.v) {
        return base;
    }
    return ir_path_field(l->b, base, name, lower_type(l, clang_getCursorType(field)),
                         lower_record(l, clang_getCursorSemanticParent(field)));
}

// `.a = v` or `[i] = v`: children are the designators, then the value. True when it was one.
static bool designated(struct lower *l, path_id base, CXCursor item, uint32_t *ret_next, const struct fields *fields) {
    if (clang_getCursorKind(item) != CXCursor_UnexposedExpr) {
        return false;
    }
    struct cx_list list = cx_children(l->scratch, item);
    if (list.count < 2 || clang_getCursorKind(list.items[0]) != CXCursor_MemberRef) {
        return false;
    }
    path_id path = base;
    CXType t = clang_getCursorType(item);
    for (uint32_t i = 0; i + 1 < list.count; i++) {
        CXCursor field = clang_getCursorReferenced(list.items[i]);
        if (clang_getCursorKind(list.items[i]) != CXCursor_MemberRef || cx_is_null(field)) {
            lower_discard(l, list.items[list.count - 1]);
            return true;
        }
        path = field_path(l, path, field);
        t = clang_getCursorType(field);
        for (uint32_t k = 0; i == 0 && k < fields->list.len; k++) {
            if (clang_equalCursors(fields->list.data[k], field)) {
                *ret_next = k + 1;
            }
        }
    }
    lower_init(l, path, t, list.items[list.count - 1]);
    return true;
}

static void record_list(struct lower *l, path_id path, CXType t, struct cx_list list) {
    struct fields fields = {.arena = l->scratch};
    clang_Type_visitFields(t, add_field, &fields);
    uint32_t next = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        if (designated(l, path, list.items[i], &next, &fields)) {
            continue;
        }
        if (next >= fields.list.len) {
            lower_discard(l, list.items[i]);
            continue;
        }
        CXCursor field = fields.list.data[next++];
        lower_init(l, field_path(l, path, field), clang_getCursorType(field), list.items[i]);
    }
}

// `[3] = v`, `[A ... B] = v`: the index expressions, then the value.
static bool array_designated(struct lower *l, path_id path, CXType element, CXCursor item, int64_t *next) {
    if (clang_getCursorKind(item) != CXCursor_UnexposedExpr) {
        return false;
    }
    struct cx_list list = cx_children(l->scratch, item);
    if (list.count < 2 || clang_getCanonicalType(clang_getCursorType(item)).kind != CXType_Void) {
        return false;
    }
    CXEvalResult r = clang_Cursor_Evaluate(list.items[0]);
    if (r) {
        *next = clang_EvalResult_getAsLongLong(r);
        clang_EvalResult_dispose(r);
    }
    path_id at = ir_path_index(l->b, path, ir_val_const(l->b, (*next)++), lower_type(l, element));
    CXType t = element;
    for (uint32_t i = 1; i + 1 < list.count; i++) {
        CXCursor field = clang_getCursorReferenced(list.items[i]);
        if (clang_getCursorKind(list.items[i]) == CXCursor_MemberRef && !cx_is_null(field)) {
            at = field_path(l, at, field);
            t = clang_getCursorType(field);
        }
    }
    lower_init(l, at, t, list.items[list.count - 1]);
    return true;
}

static void array_list(struct lower *l, path_id path, CXType t, struct cx_list list) {
    CXType element = clang_getArrayElementType(t);
    int64_t next = 0;
    for (uint32_t i = 0; i < list.count && i < MAX_ELEMENTS; i++) {
        if (!array_designated(l, path, element, list.items[i], &next)) {
            path_id at = ir_path_index(l->b, path, ir_val_const(l->b, next++), lower_type(l, element));
            lower_init(l, at, element, list.items[i]);
        }
    }
}

static bool is_literal_table(struct lower *l, struct cx_list list) {
    (void)l;
    for (uint32_t i = 0; i < list.count; i++) {
        enum CXCursorKind kind = clang_getCursorKind(cx_peel(list.items[i]));
        if (kind != CXCursor_IntegerLiteral && kind != CXCursor_FloatingLiteral &&
            kind != CXCursor_StringLiteral && kind != CXCursor_CharacterLiteral) {
            return false;
        }
    }
    return list.count > 16;
}

void lower_init(struct lower *l, path_id path, CXType t, CXCursor init) {
    CXCursor value = cx_peel(init);
    enum CXCursorKind kind = clang_getCursorKind(value);
    if (kind == CXCursor_CompoundLiteralExpr) {
        struct cx_list parts = cx_children(l->scratch, value);
        if (parts.count) {
            value = parts.items[parts.count - 1];
            kind = clang_getCursorKind(value);
        }
    }
    loc_id loc = lower_at(l, init);
    if (kind != CXCursor_InitListExpr) {
        val_id v = lower_rvalue(l, init);
        ir_op_write(l->b, path, v, (uint8_t)(OPF_INIT | lower_access_flags(l, t)), loc);
        return;
    }
    CXType canonical = clang_getCanonicalType(t);
    struct cx_list list = cx_children(l->scratch, value);
    if (canonical.kind == CXType_ConstantArray || canonical.kind == CXType_IncompleteArray) {
        if (!is_literal_table(l, list)) {
            array_list(l, path, canonical, list);
        }
    } else if (canonical.kind == CXType_Record) {
        record_list(l, path, canonical, list);
    } else if (list.count == 1) {
        lower_init(l, path, t, list.items[0]);
    }
}
