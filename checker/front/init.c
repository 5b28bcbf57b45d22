// Initialisers: lists become one write per field or element; designators and left-out braces are
// followed.
//
// libclang shows the list as written: a designator is an UnexposedExpr with the steps (MemberRef,
// index expression) and the value as children; braces that were left out are left out here too.
#include "checker/front/fn.h"
#include "checker/front/symbol.h"

enum { MAX_FIELDS = 512, MAX_ZEROED = 64, PLAIN_TABLE = 16 };

// The items of one pair of braces, consumed from `at` on.
struct items {
    struct cx_list list;
    uint32_t at;
    uint8_t flags;
};

struct fields {
    struct arena *arena;
    VEC(CXCursor) list;
};

static enum CXVisitorResult add_field(CXCursor field, CXClientData data) {
    struct fields *f = data;
    vec_push(f->arena, &f->list, field);
    return f->list.len < MAX_FIELDS ? CXVisit_Continue : CXVisit_Break;
}

static struct fields fields_of(struct lower *l, CXType record) {
    struct fields f = {.arena = l->scratch};
    clang_Type_visitFields(clang_getCanonicalType(record), add_field, &f);
    return f;
}

static path_id field_path(struct lower *l, path_id base, CXCursor field) {
    name_id name = lower_field_name(l, field);
    if (!name.v) {
        return base;
    }
    return ir_path_field(l->b, base, name, lower_type(l, clang_getCursorType(field)),
                         lower_record(l, clang_getCursorSemanticParent(field)));
}

static bool is_record(CXType t) {
    return clang_getCanonicalType(t).kind == CXType_Record;
}

// Lists of library objects say nothing by member: PTHREAD_MUTEX_INITIALIZER, std::vector{1, 2}.
static bool is_opaque(CXType t) {
    CXCursor decl = clang_getTypeDeclaration(clang_getCanonicalType(t));
    return clang_Location_isInSystemHeader(clang_getCursorLocation(decl)) != 0 &&
           (clang_getCursorKind(decl) == CXCursor_UnionDecl ||
            clang_getCursorKind(clang_getCursorSemanticParent(decl)) == CXCursor_Namespace);
}

// --- designators ---

static struct cx_list designator(struct lower *l, CXCursor item) {
    struct cx_list none = {0};
    if (clang_getCursorKind(item) != CXCursor_UnexposedExpr ||
        clang_getCanonicalType(clang_getCursorType(item)).kind != CXType_Void) {
        return none;
    }
    struct cx_list parts = cx_children(l->scratch, item);
    return parts.count >= 2 ? parts : none;
}

static bool constant_of(CXCursor c, int64_t *ret_value) {
    CXEvalResult r = clang_Cursor_Evaluate(c);
    bool ok = r && clang_EvalResult_getKind(r) == CXEval_Int;
    if (ok) {
        *ret_value = clang_EvalResult_getAsLongLong(r);
    }
    clang_EvalResult_dispose(r);
    return ok;
}

// One index step; `[first ... last]` is two expressions and initialises all of them: the first
// stands for all.
static path_id index_step(struct lower *l, path_id path, CXType *t, struct cx_list parts,
                          uint32_t *at) {
    int64_t n = 0;
    bool ok = constant_of(parts.items[*at], &n);
    *t = clang_getArrayElementType(clang_getCanonicalType(*t));
    bool next_is_index =
        *at + 2 < parts.count && clang_isExpression(clang_getCursorKind(parts.items[*at + 1]));
    bool is_range = next_is_index && !lower_is_array(*t);
    *at += is_range;
    val_id index = ok && !is_range ? ir_val_const(l->b, n) : ir_val_unknown(l->b);
    return ir_path_index(l->b, path, index, lower_type(l, *t));
}

// Follows the steps of a designator and stores its value.
static void designated(struct lower *l, path_id path, CXType t, struct cx_list parts,
                       uint8_t flags) {
    for (uint32_t i = 0; i + 1 < parts.count; i++) {
        if (clang_getCursorKind(parts.items[i]) == CXCursor_MemberRef) {
            CXCursor field = clang_getCursorReferenced(parts.items[i]);
            path = field_path(l, path, field);
            t = clang_getCursorType(field);
        } else if (lower_is_array(t)) {
            path = index_step(l, path, &t, parts, &i);
        }
    }
    lower_store(l, path, t, parts.items[parts.count - 1], flags);
}

// --- lists ---

static void fill(struct lower *l, path_id path, CXType t, struct items *s, bool is_braced);

static bool is_string(CXCursor c) {
    return clang_getCursorKind(cx_peel(c)) == CXCursor_StringLiteral;
}

// The next item initialises a whole of type `t`, as opposed to its first member.
static bool is_whole(CXType t, CXCursor item) {
    if (!is_record(t) && !lower_is_array(t)) {
        return true;
    }
    if (clang_getCursorKind(cx_peel(item)) == CXCursor_InitListExpr) {
        return true;
    }
    if (lower_is_array(t)) {
        return is_string(item);
    }
    CXType own = clang_getUnqualifiedType(clang_getCanonicalType(clang_getCursorType(item)));
    return clang_equalTypes(own, clang_getUnqualifiedType(clang_getCanonicalType(t))) ||
           own.kind == CXType_Record;
}

static void fill_member(struct lower *l, path_id path, CXType t, struct items *s) {
    if (is_whole(t, s->list.items[s->at])) {
        lower_store(l, path, t, s->list.items[s->at++], s->flags);
    } else {
        uint32_t before = s->at;
        fill(l, path, t, s, false);
        s->at += s->at == before; // an empty record takes nothing: go on
    }
}

// Index of the field a designator starts with; the count when it is none of them.
static uint32_t field_index(const struct fields *fields, CXCursor field) {
    uint32_t i = 0;
    while (i < fields->list.len && !clang_equalCursors(fields->list.data[i], field)) {
        i++;
    }
    return i;
}

static void zero_field(struct lower *l, path_id base, CXCursor field, uint8_t flags) {
    CXType t = clang_getCanonicalType(clang_getCursorType(field));
    bool is_scalar = lower_is_pointer(t) || t.kind == CXType_Enum ||
                     (t.kind >= CXType_Bool && t.kind <= CXType_Int128);
    if (is_scalar && clang_Cursor_isBitField(field) == 0) {
        ir_op_write(l->b, field_path(l, base, field), ir_val_const(l->b, 0), flags, l->fn->loc);
    }
}

// Fields of a local the list does not mention are zero; of globals everything is, so that is not
// said.
static void zero_rest(struct lower *l, path_id path, CXType t, const struct fields *fields,
                      const bool *is_set, uint8_t flags) {
    CXCursor decl = clang_getTypeDeclaration(clang_getCanonicalType(t));
    bool is_system = clang_Location_isInSystemHeader(clang_getCursorLocation(decl)) != 0;
    bool is_local = clang_getCursorKind(l->fn->cursor) != CXCursor_TranslationUnit;
    if (!is_local || is_system || l->is_cxx || fields->list.len > MAX_ZEROED ||
        clang_getCursorKind(decl) == CXCursor_UnionDecl) {
        return;
    }
    for (uint32_t i = 0; i < fields->list.len; i++) {
        if (!is_set[i]) {
            zero_field(l, path, fields->list.data[i], flags);
        }
    }
}

static void fill_record(struct lower *l, path_id path, CXType t, struct items *s, bool is_braced) {
    struct fields fields = fields_of(l, t);
    bool *is_set = ARENA_ARRAY(l->scratch, bool, fields.list.len + 1);
    bool is_union = clang_getCursorKind(clang_getTypeDeclaration(clang_getCanonicalType(t))) ==
                    CXCursor_UnionDecl;
    uint32_t next = 0;
    while (s->at < s->list.count) {
        struct cx_list parts = designator(l, s->list.items[s->at]);
        if (parts.count) {
            if (!is_braced) {
                return; // belongs to the braces around
            }
            uint32_t at = field_index(&fields, clang_getCursorReferenced(parts.items[0]));
            is_set[at] = true;
            next = at < fields.list.len ? at + 1 : next;
            designated(l, path, t, parts, s->flags);
            s->at++;
        } else if (next < fields.list.len && !(is_union && next > 0)) {
            CXCursor field = fields.list.data[next];
            is_set[next++] = true;
            fill_member(l, field_path(l, path, field), clang_getCursorType(field), s);
        } else if (is_braced) {
            lower_discard(l, s->list.items[s->at++]); // too many
        } else {
            return;
        }
    }
    zero_rest(l, path, t, &fields, is_set, s->flags);
}

static void fill_array(struct lower *l, path_id path, CXType t, struct items *s, bool is_braced) {
    CXType element = clang_getArrayElementType(clang_getCanonicalType(t));
    long long size = clang_getArraySize(clang_getCanonicalType(t));
    type_id type = lower_type(l, element);
    int64_t next = 0;
    while (s->at < s->list.count && (is_braced || next < size)) {
        struct cx_list parts = designator(l, s->list.items[s->at]);
        if (parts.count && !is_braced) {
            return;
        }
        if (parts.count) {
            bool is_range = parts.count > 2 &&
                            clang_isExpression(clang_getCursorKind(parts.items[1])) &&
                            !lower_is_array(element);
            if (constant_of(parts.items[is_range], &next)) {
                next++;
            }
            designated(l, path, t, parts, s->flags);
            s->at++;
        } else {
            fill_member(l, ir_path_index(l->b, path, ir_val_const(l->b, next++), type), element, s);
        }
    }
}

static void fill(struct lower *l, path_id path, CXType t, struct items *s, bool is_braced) {
    if (!lower_enter(l)) {
        s->at = s->list.count;
        return;
    }
    if (is_record(t)) {
        fill_record(l, path, t, s, is_braced);
    } else {
        fill_array(l, path, t, s, is_braced);
    }
    l->depth--;
}

// A long table of literals says nothing about threads.
static bool is_plain_table(struct cx_list list) {
    if (list.count <= PLAIN_TABLE) {
        return false;
    }
    for (uint32_t i = 0; i < list.count; i++) {
        enum CXCursorKind kind = clang_getCursorKind(cx_peel(list.items[i]));
        if (kind != CXCursor_IntegerLiteral && kind != CXCursor_FloatingLiteral &&
            kind != CXCursor_UnaryOperator && kind != CXCursor_StringLiteral &&
            kind != CXCursor_CharacterLiteral) {
            return false;
        }
    }
    return true;
}

static enum CXChildVisitResult find_enumerator(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    CXCursor named =
        clang_getCursorKind(c) == CXCursor_DeclRefExpr ? clang_getCursorReferenced(c) : c;
    if (clang_getCursorKind(named) != CXCursor_EnumConstantDecl) {
        return CXChildVisit_Recurse;
    }
    *(CXCursor *)data = named;
    return CXChildVisit_Break;
}

// What is known of the content of an opaque object: the enumerator in it, such as the kind in
// PTHREAD_MUTEX_INITIALIZER.
static val_id opaque_value(struct lower *l, struct cx_list list) {
    CXCursor found = clang_getNullCursor();
    for (uint32_t i = 0; i < list.count && cx_is_null(found); i++) {
        clang_visitChildren(list.items[i], find_enumerator, &found);
    }
    return cx_is_null(found) ? ir_val_unknown(l->b)
                             : ir_val_const(l->b, clang_getEnumConstantDeclValue(found));
}

static void store_list(struct lower *l, path_id path, CXType t, struct cx_list list,
                       uint8_t flags) {
    struct items s = {.list = list, .flags = flags};
    loc_id loc = l->fn->loc;
    bool is_array = lower_is_array(t);
    if (list.count == 1 && (is_array ? is_string(list.items[0]) : !is_record(t))) {
        lower_store(l, path, t, list.items[0], flags); // char s[] = {"text"}, int x = {1}
    } else if (is_array && is_plain_table(list)) {
        // thousands of numbers: nobody asks for them
    } else if (is_array || (is_record(t) &&
                            !(is_opaque(t) && list.count && !designator(l, list.items[0]).count))) {
        fill(l, path, t, &s, true);
    } else { // opaque (PTHREAD_MUTEX_INITIALIZER), vectors, `int x = {}`
        bool is_zero = !is_record(t) && list.count == 0;
        ir_op_write(l->b, path, is_zero ? ir_val_const(l->b, 0) : opaque_value(l, list), flags,
                    loc);
    }
}

void lower_store(struct lower *l, path_id path, CXType t, CXCursor init, uint8_t flags) {
    if (!lower_enter(l)) {
        return;
    }
    CXCursor value = cx_peel(init);
    if (clang_getCursorKind(value) == CXCursor_CompoundLiteralExpr) {
        struct cx_list parts = cx_children(l->scratch, value);
        value = parts.count ? parts.items[parts.count - 1] : value;
    }
    loc_id loc = lower_at(l, init);
    if (clang_getCursorKind(value) == CXCursor_InitListExpr) {
        store_list(l, path, t, cx_children(l->scratch, value), flags);
    } else {
        val_id v = lower_rvalue(l, init);
        ir_op_write(l->b, path, v, (uint8_t)(flags | lower_access_flags(l, t)), loc);
    }
    l->depth--;
}

void lower_init(struct lower *l, path_id path, CXType t, CXCursor init) {
    lower_store(l, path, t, init, OPF_INIT);
}
