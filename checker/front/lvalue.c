// Expressions that name a place: variables, members, elements, what pointers point to.
//
// Pointer arithmetic is kept as element paths, so that `p + i`, `&p[i]` and `&i[p]` are one value
// and
// `*(p + i)` and `p[i]` one path.
#include "checker/front/fn.h"
#include "checker/front/omp.h"
#include "checker/front/symbol.h"

bool lower_is_array(CXType t) {
    enum CXTypeKind kind = clang_getCanonicalType(t).kind;
    return kind == CXType_ConstantArray || kind == CXType_IncompleteArray ||
           kind == CXType_VariableArray || kind == CXType_DependentSizedArray;
}

bool lower_is_pointer(CXType t) {
    enum CXTypeKind kind = clang_getCanonicalType(t).kind;
    return kind == CXType_Pointer || kind == CXType_ObjCObjectPointer;
}

bool lower_is_reference(CXType t) {
    enum CXTypeKind kind = clang_getCanonicalType(t).kind;
    return kind == CXType_LValueReference || kind == CXType_RValueReference;
}

bool lower_is_function(CXType t) {
    enum CXTypeKind kind = clang_getCanonicalType(t).kind;
    return kind == CXType_FunctionProto || kind == CXType_FunctionNoProto;
}

// libclang shows the type of a parameter `T a[]`, and of expressions made of it, as the array.
static bool is_address(CXType t) {
    return lower_is_pointer(t) || lower_is_array(t);
}

bool lower_is_decayed_param(CXCursor decl) {
    CXType t = clang_getCursorType(decl);
    return clang_getCursorKind(decl) == CXCursor_ParmDecl &&
           (lower_is_array(t) || lower_is_function(t));
}

static CXType pointee(CXType t) {
    CXType canonical = clang_getCanonicalType(t);
    return lower_is_array(t) ? clang_getArrayElementType(canonical)
                             : clang_getPointeeType(canonical);
}

// --- elements ---

static const struct ir_type *plain_type(struct lower *l, type_id t) {
    return &l->f->types.data[facts_strip_typedefs(l->f, t, NULL).v];
}

// Equal but for qualifiers and typedefs.
static bool same_type(struct lower *l, type_id a, type_id b) {
    while (a.v && b.v && a.v != b.v) {
        const struct ir_type *x = plain_type(l, a);
        const struct ir_type *y = plain_type(l, b);
        if (x->kind != y->kind || x->name.v != y->name.v || x->record.v != y->record.v ||
            x->count != y->count) {
            return false;
        }
        if (!x->target.v && !y->target.v) {
            return true;
        }
        a = x->target;
        b = y->target;
    }
    return a.v == b.v;
}

static bool is_array_param_path(struct lower *l, path_id path) {
    const struct ir_path *p = &l->f->paths.data[path.v];
    return p->kind == PATH_VAR && l->f->vars.data[p->var.v].kind == VAR_PARAM;
}

static bool is_array_place(struct lower *l, path_id path) {
    return plain_type(l, l->f->paths.data[path.v].type)->kind == TYPE_ARRAY &&
           !is_array_param_path(l, path);
}

static bool is_zero(struct lower *l, val_id v) {
    const struct ir_val *x = &l->f->vals.data[v.v];
    return x->kind == VAL_CONST && x->num == 0;
}

// The place of `type` that is `index` elements after the one `pointer` points to.
static path_id element(struct lower *l, val_id pointer, val_id index, type_id type) {
    const struct ir_val *v = &l->f->vals.data[pointer.v];
    if (v->kind != VAL_ADDR) {
        path_id place = ir_path_deref(l->b, pointer, type);
        return is_zero(l, index) ? place : ir_path_index(l->b, place, index, type);
    }
    path_id at = v->path;
    struct ir_path p = l->f->paths.data[at.v];
    if (is_array_place(l, at) && !same_type(l, p.type, type)) {
        return ir_path_index(l->b, at, index, type);
    }
    if (is_zero(l, index)) {
        return at;
    }
    if (p.kind == PATH_INDEX) {
        return ir_path_index(l->b, p.base, ir_val_binary(l->b, OPR_ADD, p.val, index), type);
    }
    return ir_path_index(l->b, at, index, type);
}

// The value is a pointer to places of this type, as far as is known (casts change it).
static bool points_to(struct lower *l, val_id pointer, type_id type) {
    const struct ir_val *v = &l->f->vals.data[pointer.v];
    if (v->kind == VAL_ADDR) {
        type_id at = l->f->paths.data[v->path.v].type;
        return same_type(l, at, type) ||
               (is_array_place(l, v->path) && same_type(l, plain_type(l, at)->target, type));
    }
    if (v->kind != VAL_PATH) {
        return false;
    }
    const struct ir_type *t = plain_type(l, l->f->paths.data[v->path.v].type);
    return (t->kind == TYPE_POINTER || t->kind == TYPE_ARRAY) && same_type(l, t->target, type);
}

val_id lower_sum(struct lower *l, CXCursor c, enum ir_operator op, val_id x, val_id y) {
    CXType t = clang_getCursorType(c);
    if ((op != OPR_ADD && op != OPR_SUB) || !is_address(t)) {
        return ir_val_binary(l->b, op, x, y);
    }
    type_id type = lower_type(l, pointee(t));
    if (points_to(l, x, type)) {
        val_id index = op == OPR_SUB ? ir_val_unary(l->b, OPR_NEG, y) : y;
        return ir_val_addr(l->b, element(l, x, index, type));
    }
    if (op == OPR_ADD && points_to(l, y, type)) {
        return ir_val_addr(l->b, element(l, y, x, type));
    }
    return ir_val_binary(l->b, op, x, y);
}

static path_id subscript(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    type_id type = lower_type(l, clang_getCursorType(c));
    if (list.count != 2) {
        lower_unhandled(l, c);
        return ir_path_unknown(l->b, type);
    }
    bool is_swapped = !is_address(clang_getCursorType(list.items[0])); // i[a]
    val_id first = lower_rvalue(l, list.items[0]);
    val_id second = lower_rvalue(l, list.items[1]);
    return is_swapped ? element(l, second, first, type) : element(l, first, second, type);
}

// --- variables and members ---

static path_id behind_reference(struct lower *l, path_id path, CXType t) {
    if (!lower_is_reference(t)) {
        return path;
    }
    return ir_path_deref(l->b, ir_val_path(l->b, path), lower_type(l, pointee(t)));
}

static path_id variable(struct lower *l, CXCursor decl) {
    path_id shared = {0};
    if (omp_captured(l, decl, &shared)) {
        return shared;
    }
    return behind_reference(l, ir_path_var(l->b, lower_var(l, decl)), clang_getCursorType(decl));
}

static path_id unknown_place(struct lower *l, CXCursor c) {
    return ir_path_unknown(l->b, lower_type(l, clang_getCursorType(c)));
}

static path_id member(struct lower *l, CXCursor c) {
    CXCursor field = clang_getCursorReferenced(c);
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count == 0) {
        return unknown_place(l, c);
    }
    CXCursor base = list.items[0];
    CXType base_type = clang_getCursorType(base);
    path_id object = is_address(base_type)
                         ? element(l, lower_rvalue(l, base), ir_val_const(l->b, 0),
                                   lower_type(l, pointee(base_type)))
                         : lower_lvalue(l, base);
    if (clang_getCursorKind(field) == CXCursor_VarDecl) {
        return variable(l, field);
    }
    if (clang_getCursorKind(field) != CXCursor_FieldDecl) {
        return unknown_place(l, c);
    }
    name_id name = lower_field_name(l, field);
    if (!name.v) {
        return object; // anonymous struct or union: its members count as the outer record's
    }
    CXType t = clang_getCursorType(field);
    record_id owner = lower_record(l, clang_getCursorSemanticParent(field));
    return behind_reference(l, ir_path_field(l->b, object, name, lower_type(l, t), owner), t);
}

static path_id reference_to(struct lower *l, CXCursor c) {
    CXCursor decl = clang_getCursorReferenced(c);
    enum CXCursorKind kind = clang_getCursorKind(decl);
    return kind == CXCursor_VarDecl || kind == CXCursor_ParmDecl ? variable(l, decl)
                                                                 : unknown_place(l, c);
}

// --- objects made by expressions ---

// A value that has to live somewhere: a temporary holds it.
static path_id materialise(struct lower *l, CXCursor c) {
    CXType t = clang_getCursorType(c);
    loc_id loc = lower_at(l, c);
    val_id v = lower_rvalue(l, c);
    path_id temp = lower_temp(l, lower_type(l, t), loc);
    ir_op_write(l->b, temp, v, OPF_INIT, loc);
    return temp;
}

static path_id compound_literal(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    CXType t = clang_getCursorType(c);
    path_id temp = lower_temp(l, lower_type(l, t), lower_at(l, c));
    if (list.count) {
        lower_init(l, temp, t, list.items[list.count - 1]);
    }
    return temp;
}

// `c ? a : b` as a place (C++): a temporary points to the one chosen.
static path_id chosen_place(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count != 3) {
        return materialise(l, c);
    }
    loc_id loc = lower_at(l, c);
    type_id type = lower_type(l, clang_getCursorType(c));
    struct ir_type pointer = {.kind = TYPE_POINTER, .target = type};
    path_id temp = lower_temp(l, ir_type(l->b, &pointer), loc);
    ir_bb arms[2] = {ir_bb_new(l->b), ir_bb_new(l->b)};
    ir_bb after = ir_bb_new(l->b);
    lower_cond(l, list.items[0], arms[0], arms[1]);
    for (uint32_t i = 0; i < 2; i++) {
        ir_bb_set(l->b, arms[i]);
        val_id address = ir_val_addr(l->b, lower_lvalue(l, list.items[i + 1]));
        ir_op_write(l->b, temp, address, OPF_INIT, loc);
        ir_term_jump(l->b, after, loc);
    }
    ir_bb_set(l->b, after);
    return ir_path_deref(l->b, ir_val_path(l->b, temp), type);
}

// --- dispatch ---

static path_id unary_place(struct lower *l, CXCursor c) {
    CXCursor operand = cx_only_child(c);
    if (cx_is_null(operand)) {
        return materialise(l, c);
    }
    switch ((int)clang_getCursorUnaryOperatorKind(c)) {
    case CXUnaryOperator_Deref:
        return element(l, lower_rvalue(l, operand), ir_val_const(l->b, 0),
                       lower_type(l, clang_getCursorType(c)));
    case CXUnaryOperator_Extension:
    case CXUnaryOperator_Real:
    case CXUnaryOperator_Imag:
        return lower_lvalue(l, operand);
    case CXUnaryOperator_PreInc:
    case CXUnaryOperator_PreDec:
        return lower_step(l, c, operand);
    default:
        return materialise(l, c);
    }
}

static path_id binary_place(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(c);
    if (list.count == 2 && op == CXBinaryOperator_Comma) {
        lower_discard(l, list.items[0]);
        return lower_lvalue(l, list.items[1]);
    }
    if (list.count == 2 && l->is_cxx && op == CXBinaryOperator_Assign) {
        return lower_assign(l, list.items[0], list.items[1], lower_at(l, c), NULL);
    }
    return materialise(l, c);
}

static path_id inner_place(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count == 0 || !clang_isExpression(clang_getCursorKind(list.items[list.count - 1]))) {
        return unknown_place(l, c);
    }
    return lower_lvalue(l, list.items[list.count - 1]);
}

static path_id lvalue(struct lower *l, CXCursor c) {
    switch ((int)clang_getCursorKind(c)) {
    case CXCursor_DeclRefExpr:
        return reference_to(l, c);
    case CXCursor_MemberRefExpr:
        return member(l, c);
    case CXCursor_ArraySubscriptExpr:
        return subscript(l, c);
    case CXCursor_CompoundLiteralExpr:
        return compound_literal(l, c);
    case CXCursor_UnaryOperator:
        return unary_place(l, c);
    case CXCursor_BinaryOperator:
        return binary_place(l, c);
    case CXCursor_CompoundAssignOperator:
        return l->is_cxx ? lower_compound_assign(l, c) : materialise(l, c);
    case CXCursor_ConditionalOperator:
        return l->is_cxx ? chosen_place(l, c) : materialise(l, c);
    case CXCursor_ParenExpr:
    case CXCursor_UnexposedExpr: {
        CXCursor inner = cx_only_child(c);
        return cx_is_null(inner) ? materialise(l, c) : lower_lvalue(l, inner);
    }
    case CXCursor_CStyleCastExpr:
    case CXCursor_CXXStaticCastExpr:
    case CXCursor_CXXConstCastExpr:
    case CXCursor_CXXReinterpretCastExpr:
        return inner_place(l, c);
    default:
        return materialise(l, c);
    }
}

path_id lower_lvalue(struct lower *l, CXCursor c) {
    if (!lower_enter(l)) {
        return ir_path_unknown(l->b, (type_id){0});
    }
    path_id p = {0};
    if (!l->is_cxx || !cxx_lvalue(l, c, &p)) {
        p = lvalue(l, c);
    }
    l->depth--;
    return p;
}

val_id lower_address_of(struct lower *l, CXCursor operand) {
    CXCursor peeled = cx_peel(operand);
    if (clang_getCursorKind(peeled) == CXCursor_DeclRefExpr) {
        CXCursor decl = clang_getCursorReferenced(peeled);
        enum CXCursorKind kind = clang_getCursorKind(decl);
        if (kind == CXCursor_FunctionDecl || kind == CXCursor_CXXMethod ||
            kind == CXCursor_FunctionTemplate) {
            lower_enqueue(l, decl);
            return ir_val_fn(l->b, lower_sym(l, decl), (path_id){0});
        }
    }
    return ir_val_addr(l->b, lower_lvalue(l, operand));
}
