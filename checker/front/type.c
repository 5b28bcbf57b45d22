// Types and records: CXType -> type_id with typedefs kept (P43), class declarations -> record_id.
//
// Records of system headers keep their name and flags only: what std::mutex is made of is no
// business of the analysis, models know it by name. Fields of lambdas are set where the LambdaExpr
// is lowered: only there their names can be found.
#include "checker/front/cx.h"
#include "checker/front/symbol.h"

static type_id type_of(struct lower *l, CXType t, uint8_t quals);

static uint8_t quals_of(CXType t) {
    uint8_t quals = 0;
    if (clang_isConstQualifiedType(t)) {
        quals |= TYPE_CONST;
    }
    if (clang_isVolatileQualifiedType(t)) {
        quals |= TYPE_VOLATILE;
    }
    return quals;
}

static type_id add_type(struct lower *l, enum type_kind kind, uint8_t quals, type_id target) {
    struct ir_type t = {.kind = (uint8_t)kind, .quals = quals, .target = target};
    return ir_type(l->b, &t);
}

static type_id named_type(struct lower *l, enum type_kind kind, uint8_t quals, struct str name) {
    struct ir_type t = {.kind = (uint8_t)kind, .quals = quals, .name = ir_name(l->b, name)};
    return ir_type(l->b, &t);
}

static type_id array_type(struct lower *l, CXType t, uint8_t quals) {
    long long count = t.kind == CXType_ConstantArray ? clang_getArraySize(t) : 0;
    struct ir_type made = {
        .kind = TYPE_ARRAY,
        .quals = quals,
        .target = type_of(l, clang_getArrayElementType(t), 0),
        .count = count > 0 ? (uint64_t)count : 0,
    };
    return ir_type(l->b, &made);
}

static type_id typedef_type(struct lower *l, CXType t, uint8_t quals) {
    CXCursor decl = clang_getTypeDeclaration(t);
    struct ir_type made = {
        .kind = TYPE_TYPEDEF,
        .quals = quals,
        .name = ir_name(l->b, lower_qualified_name(l, decl)),
        .target = type_of(l, clang_getTypedefDeclUnderlyingType(decl), 0),
    };
    return ir_type(l->b, &made);
}

static type_id record_type(struct lower *l, CXType t, uint8_t quals) {
    CXCursor decl = clang_getTypeDeclaration(t);
    struct ir_type made = {
        .kind = TYPE_RECORD,
        .quals = quals,
        .name = ir_name(l->b, lower_qualified_name(l, decl)),
        .record = lower_record(l, decl),
    };
    return ir_type(l->b, &made);
}

// The next layer below sugar without a name of its own, or a type of kind Invalid when there is
// none.
static CXType without_sugar(CXType t) {
    CXType inner = {.kind = CXType_Invalid};
    if (t.kind == CXType_Elaborated) {
        inner = clang_Type_getNamedType(t);
    } else if (t.kind == CXType_Attributed) {
        inner = clang_Type_getModifiedType(t);
    } else if (t.kind == CXType_Auto || t.kind == CXType_Unexposed ||
               t.kind == CXType_ObjCTypeParam || t.kind == CXType_BTFTagAttributed) {
        inner = clang_getCanonicalType(t);
    }
    return clang_equalTypes(inner, t) ? (CXType){.kind = CXType_Invalid} : inner;
}

// clang-format off
static type_id plain_type(struct lower *l, CXType t, uint8_t quals) {
    switch ((int)t.kind) {
    case CXType_Invalid:
        return (type_id){0};
    case CXType_Void:
        return add_type(l, TYPE_VOID, quals, (type_id){0});
    case CXType_Pointer:
    case CXType_BlockPointer:
    case CXType_ObjCObjectPointer:
        return add_type(l, TYPE_POINTER, quals, type_of(l, clang_getPointeeType(t), 0));
    case CXType_LValueReference:
    case CXType_RValueReference:
        return add_type(l, TYPE_REFERENCE, quals, type_of(l, clang_getPointeeType(t), 0));
    case CXType_Typedef:
        return typedef_type(l, t, quals);
    case CXType_Record:
        return record_type(l, t, quals);
    case CXType_Enum:
        return named_type(l, TYPE_ENUM, quals, lower_qualified_name(l, clang_getTypeDeclaration(t)));
    case CXType_FunctionProto:
    case CXType_FunctionNoProto:
        return add_type(l, TYPE_FUNCTION, quals, type_of(l, clang_getResultType(t), 0));
    case CXType_ConstantArray:
    case CXType_IncompleteArray:
    case CXType_VariableArray:
    case CXType_DependentSizedArray:
        return array_type(l, t, quals);
    case CXType_Atomic:
        return add_type(l, TYPE_ATOMIC, quals, type_of(l, clang_Type_getValueType(t), 0));
    default:
        break;
    }
    CXType bare = clang_getUnqualifiedType(t);
    bool is_builtin = t.kind >= CXType_FirstBuiltin && t.kind <= CXType_LastBuiltin;
    return named_type(l, is_builtin ? TYPE_BUILTIN : TYPE_OTHER, quals, cx_type_spelling(l->scratch, bare));
}
// clang-format on

static type_id type_of(struct lower *l, CXType t, uint8_t quals) {
    quals |= quals_of(t);
    CXType inner = without_sugar(t);
    if (inner.kind != CXType_Invalid) {
        return type_of(l, inner, quals);
    }
    uint64_t key = hash_mix(cx_type_hash(t), quals);
    uint32_t known = 0;
    if (map_get(&l->types, key, &known)) {
        return (type_id){known};
    }
    type_id made = plain_type(l, t, quals);
    map_put(&l->types, key, made.v);
    return made;
}

type_id lower_type(struct lower *l, CXType t) {
    if (t.kind == CXType_Invalid) {
        return (type_id){0};
    }
    uint64_t key = hash_mix(cx_type_hash(t), 255);
    uint32_t known = 0;
    if (map_get(&l->types, key, &known)) {
        return (type_id){known};
    }
    type_id made = type_of(l, t, 0);
    map_put(&l->types, key, made.v);
    return made;
}

// --- records ---

struct field_list {
    struct lower *l;
    record_id record;
    VEC(struct ir_field) fields;
};

static enum CXVisitorResult add_field(CXCursor c, CXClientData data) {
    struct field_list *list = data;
    struct lower *l = list->l;
    struct ir_field field = {
        .name = lower_field_name(l, c),
        .type = lower_type(l, clang_getCursorType(c)),
        .loc = lower_loc(l, c),
    };
    if (clang_Cursor_isBitField(c)) {
        field.flags |= FIELD_BITFIELD;
    }
    if (clang_CXXField_isMutable(c)) {
        field.flags |= FIELD_MUTABLE;
    }
    if (clang_Cursor_hasAttrs(c) && !cx_is_null(cx_find_child(c, CXCursor_AlignedAttr))) {
        field.flags |= FIELD_ALIGNED;
    }
    vec_push(l->scratch, &list->fields, field);
    lower_field_contracts(l, c, list->record, field.name);
    return CXVisit_Continue;
}

static void add_bases(struct field_list *list, struct cx_list children) {
    for (uint32_t i = 0; i < children.count; i++) {
        CXCursor c = children.items[i];
        if (clang_getCursorKind(c) != CXCursor_CXXBaseSpecifier) {
            continue;
        }
        CXType t = clang_getCursorType(c);
        CXCursor decl = clang_getTypeDeclaration(clang_getCanonicalType(t));
        struct ir_field field = {
            .name = ir_name(list->l->b, lower_qualified_name(list->l, decl)),
            .type = lower_type(list->l, t),
            .loc = lower_loc(list->l, c),
            .flags = FIELD_BASE,
        };
        vec_push(list->l->scratch, &list->fields, field);
    }
}

static bool is_final_class(struct cx_list children) {
    for (uint32_t i = 0; i < children.count; i++) {
        if (clang_getCursorKind(children.items[i]) == CXCursor_CXXFinalAttr) {
            return true;
        }
    }
    return false;
}

static bool is_user_written(CXCursor method) {
    return !clang_CXXMethod_isDefaulted(method) && !clang_CXXMethod_isDeleted(method);
}

// Destructor, operator() and polymorphism of a class from its members.
static void read_members(struct lower *l, struct ir_record *record, CXCursor decl,
                         struct cx_list children, bool is_pattern) {
    uint32_t call_ops = 0;
    for (uint32_t i = 0; i < children.count; i++) {
        CXCursor c = children.items[i];
        enum CXCursorKind kind = clang_getCursorKind(c);
        if (kind != CXCursor_CXXMethod && kind != CXCursor_Destructor) {
            call_ops += kind == CXCursor_FunctionTemplate && cx_is_spelled(c, "operator()");
            continue;
        }
        if (clang_CXXMethod_isVirtual(c)) {
            record->flags |= RECORD_POLYMORPHIC;
        }
        if (kind == CXCursor_Destructor) {
            record->flags |= is_user_written(c) ? RECORD_USER_DTOR : 0;
            record->dtor = is_pattern ? lower_implied_dtor(l, decl) : lower_sym(l, c);
        } else if (cx_is_spelled(c, "operator()")) {
            call_ops++;
            record->call_op = is_pattern ? (sym_id){0} : lower_sym(l, c);
        }
    }
    if (call_ops != 1) {
        record->call_op = (sym_id){0};
    }
}

static void fill_record(struct lower *l, record_id id, CXCursor decl, struct ir_record *record) {
    struct field_list list = {.l = l, .record = id};
    if (l->is_cxx) {
        bool is_pattern = false;
        struct cx_list children = cx_members(l->scratch, decl, &is_pattern);
        add_bases(&list, children);
        read_members(l, record, decl, children, is_pattern);
        record->flags |= is_final_class(children) ? RECORD_FINAL : 0;
        struct ir_record *made = &l->f->records.data[id.v];
        made->dtor = record->dtor;
        made->call_op = record->call_op;
        made->flags |= record->flags;
    }
    if (!(record->flags & RECORD_LAMBDA)) {
        clang_Type_visitFields(clang_getCursorType(decl), add_field, &list);
        ir_record_fields(l->b, id, list.fields.data, list.fields.len);
    }
}

record_id lower_record(struct lower *l, CXCursor record_decl) {
    CXCursor decl = clang_getCursorDefinition(record_decl);
    if (cx_is_null(decl)) {
        return (record_id){0};
    }
    uint64_t key = lower_cursor_hash(decl);
    uint32_t known = 0;
    if (map_get(&l->records, key, &known)) {
        return (record_id){known};
    }
    struct ir_record record = {
        .name = ir_name(l->b, lower_qualified_name(l, decl)),
        .key = ir_name(l->b, lower_key(l, decl)),
        .loc = lower_loc(l, decl),
    };
    bool is_system = clang_Location_isInSystemHeader(clang_getCursorLocation(decl)) != 0;
    record.flags |= is_system ? RECORD_SYSTEM : 0;
    record.flags |= clang_getCursorKind(decl) == CXCursor_UnionDecl ? RECORD_UNION : 0;
    record.flags |= lower_is_lambda_class(decl) ? RECORD_LAMBDA : 0;
    uint32_t before = l->f->records.len;
    record_id id = ir_record(l->b, &record);
    map_put(&l->records, key, id.v); // before the fields: they may point back here
    if (id.v >= before && !is_system) {
        fill_record(l, id, decl, &record);
        lower_record_contracts(l, decl, id);
    }
    return id;
}
