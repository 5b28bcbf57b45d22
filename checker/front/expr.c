// Expressions: values, places, conditions.
#include "checker/front/fn.h"
#include "checker/front/symbol.h"

static const uint32_t MAX_DEPTH = 1500;
static const uint32_t MAX_OPS = 200000;

loc_id lower_at(struct lower *l, CXCursor c) {
    loc_id loc = lower_loc(l, c);
    if (loc.v && l->f->locs.data[loc.v].line) {
        l->fn->loc = loc;
    }
    return l->fn->loc;
}

// False when limits are hit: then nothing more of this expression is lowered.
static bool enter(struct lower *l) {
    if (l->depth >= MAX_DEPTH || l->fn->ops >= MAX_OPS) {
        ir_fn_flag(l->b, FN_TRUNCATED);
        ir_op_unknown(l->b, l->fn->loc);
        return false;
    }
    l->depth++;
    l->fn->ops++;
    return true;
}

uint8_t lower_access_flags(struct lower *l, CXType t) {
    (void)l;
    uint8_t flags = clang_isVolatileQualifiedType(t) ? OPF_VOLATILE : 0;
    CXType canonical = clang_getCanonicalType(t);
    if (canonical.kind == CXType_Atomic) {
        flags |= OPF_ATOMIC;
    }
    if (clang_isVolatileQualifiedType(canonical)) {
        flags |= OPF_VOLATILE;
    }
    return flags;
}

void lower_read(struct lower *l, path_id path, CXType t, loc_id loc) {
    ir_op_read(l->b, path, lower_access_flags(l, t), loc);
}

path_id lower_temp(struct lower *l, type_id type, loc_id loc) {
    struct ir_var v = {.kind = VAR_TEMP, .name = ir_name(l->b, STR("%t")), .type = type, .loc = loc};
    var_id var = ir_var(l->b, &v);
    ir_op_scope(l->b, true, var, loc);
    return ir_path_var(l->b, var);
}

static bool is_array(CXType t) {
    enum CXTypeKind kind = clang_getCanonicalType(t).kind;
    return kind == CXType_ConstantArray || kind == CXType_IncompleteArray ||
           kind == CXType_VariableArray || kind == CXType_DependentSizedArray;
}

static bool is_pointer(CXType t) {
    enum CXTypeKind kind = clang_getCanonicalType(t).kind;
    return kind == CXType_Pointer || kind == CXType_ObjCObjectPointer;
}

static bool is_reference(CXType t) {
    enum CXTypeKind kind = clang_getCanonicalType(t).kind;
    return kind == CXType_LValueReference || kind == CXType_RValueReference;
}

static bool is_function_type(CXType t) {
    enum CXTypeKind kind = clang_getCanonicalType(t).kind;
    return kind == CXType_FunctionProto || kind == CXType_FunctionNoProto;
}

static CXType pointee(CXType t) {
    return clang_getPointeeType(clang_getCanonicalType(t));
}

// Content of a place as a value: arrays and functions give their address.
static val_id load(struct lower *l, path_id path, CXType t, loc_id loc) {
    if (is_array(t) || is_function_type(t)) {
        return ir_val_addr(l->b, path);
    }
    lower_read(l, path, t, loc);
    return ir_val_path(l->b, path);
}

val_id lower_unhandled(struct lower *l, CXCursor c) {
    ir_unhandled(l->b, cx_kind_name(l->scratch, c));
    struct cx_list list = cx_children(l->scratch, c);
    for (uint32_t i = 0; i < list.count; i++) {
        enum CXCursorKind kind = clang_getCursorKind(list.items[i]);
        if (clang_isExpression(kind)) {
            lower_discard(l, list.items[i]);
        } else if (clang_isStatement(kind)) {
            lower_stmt(l, list.items[i]);
        }
    }
    ir_op_unknown(l->b, lower_at(l, c));
    return ir_val_unknown(l->b);
}

// --- constants ---

static bool evaluated(CXCursor c, int64_t *ret_value) {
    CXEvalResult r = clang_Cursor_Evaluate(c);
    if (!r) {
        return false;
    }
    bool ok = clang_EvalResult_getKind(r) == CXEval_Int;
    if (ok) {
        *ret_value = clang_EvalResult_isUnsignedInt(r) ? (int64_t)clang_EvalResult_getAsUnsigned(r)
                                                       : clang_EvalResult_getAsLongLong(r);
    }
    clang_EvalResult_dispose(r);
    return ok;
}

static val_id constant(struct lower *l, CXCursor c) {
    int64_t n = 0;
    return evaluated(c, &n) ? ir_val_const(l->b, n) : ir_val_unknown(l->b);
}

static val_id string(struct lower *l, CXCursor c) {
    struct str text = cx_spelling(l->scratch, c);
    if (text.len >= 2 && text.ptr[text.len - 1] == '"') {
        size_t open = str_find_char(text, '"', 0);
        text = str_slice(text, open + 1, text.len - 1);
    }
    return ir_val_str(l->b, text);
}

// --- places ---

static path_id variable(struct lower *l, CXCursor decl) {
    path_id p = ir_path_var(l->b, lower_var(l, decl));
    CXType t = clang_getCursorType(decl);
    return is_reference(t) ? ir_path_deref(l->b, ir_val_path(l->b, p), lower_type(l, pointee(t))) : p;
}

static path_id member(struct lower *l, CXCursor c) {
    CXCursor field = clang_getCursorReferenced(c);
    CXCursor base = cx_only_child(c);
    if (cx_is_null(base)) {
        struct cx_list list = cx_children(l->scratch, c);
        base = list.count ? list.items[0] : clang_getNullCursor();
    }
    if (cx_is_null(base)) {
        return ir_path_unknown(l->b, lower_type(l, clang_getCursorType(c)));
    }
    CXType base_type = clang_getCursorType(base);
    path_id object = is_pointer(base_type)
                         ? ir_path_deref(l->b, lower_rvalue(l, base), lower_type(l, pointee(base_type)))
                         : lower_lvalue(l, base);
    if (cx_is_null(field) || clang_getCursorKind(field) != CXCursor_FieldDecl) {
        return clang_getCursorKind(field) == CXCursor_VarDecl
                   ? variable(l, field)
                   : ir_path_unknown(l->b, lower_type(l, clang_getCursorType(c)));
    }
    name_id name = lower_field_name(l, field);
    if (!name.v) {
        return object; // anonymous struct or union: its members count as the outer record's
    }
    record_id owner = lower_record(l, clang_getCursorSemanticParent(field));
    CXType t = clang_getCursorType(field);
    path_id p = ir_path_field(l->b, object, name, lower_type(l, t), owner);
    return is_reference(t) ? ir_path_deref(l->b, ir_val_path(l->b, p), lower_type(l, pointee(t))) : p;
}

static path_id subscript(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    type_id type = lower_type(l, clang_getCursorType(c));
    if (list.count != 2) {
        lower_unhandled(l, c);
        return ir_path_unknown(l->b, type);
    }
    CXCursor base = list.items[0];
    CXCursor index = list.items[1];
    if (!is_pointer(clang_getCursorType(base)) && !is_array(clang_getCursorType(base))) {
        base = list.items[1]; // i[a]
        index = list.items[0];
    }
    val_id pointer = lower_rvalue(l, base);
    val_id i = lower_rvalue(l, index);
    path_id array = ir_path_deref(l->b, pointer, type);
    const struct ir_val *v = &l->f->vals.data[i.v];
    bool is_first = v->kind == VAL_CONST && v->num == 0 && l->f->vals.data[pointer.v].kind != VAL_ADDR;
    return is_first ? array : ir_path_index(l->b, array, i, type);
}

static path_id deref(struct lower *l, CXCursor operand, CXType t) {
    return ir_path_deref(l->b, lower_rvalue(l, operand), lower_type(l, t));
}

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

static path_id reference_to(struct lower *l, CXCursor c) {
    CXCursor decl = clang_getCursorReferenced(c);
    enum CXCursorKind kind = clang_getCursorKind(decl);
    if (kind == CXCursor_VarDecl || kind == CXCursor_ParmDecl) {
        return variable(l, decl);
    }
    return ir_path_unknown(l->b, lower_type(l, clang_getCursorType(c)));
}

static path_id lvalue(struct lower *l, CXCursor c) {
    enum CXCursorKind kind = clang_getCursorKind(c);
    CXType t = clang_getCursorType(c);
    switch ((int)kind) {
    case CXCursor_DeclRefExpr: return reference_to(l, c);
    case CXCursor_MemberRefExpr: return member(l, c);
    case CXCursor_ArraySubscriptExpr: return subscript(l, c);
    case CXCursor_CompoundLiteralExpr: return compound_literal(l, c);
    case CXCursor_ParenExpr: {
        CXCursor inner = cx_only_child(c);
        return cx_is_null(inner) ? materialise(l, c) : lower_lvalue(l, inner);
    }
    case CXCursor_UnexposedExpr: {
        CXCursor inner = cx_only_child(c);
        return cx_is_null(inner) ? materialise(l, c) : lower_lvalue(l, inner);
    }
    case CXCursor_CStyleCastExpr:
    case CXCursor_CXXStaticCastExpr:
    case CXCursor_CXXConstCastExpr:
    case CXCursor_CXXReinterpretCastExpr: {
        struct cx_list list = cx_children(l->scratch, c);
        return list.count ? lower_lvalue(l, list.items[list.count - 1]) : ir_path_unknown(l->b, lower_type(l, t));
    }
    case CXCursor_UnaryOperator: {
        enum CXUnaryOperatorKind op = clang_getCursorUnaryOperatorKind(c);
        CXCursor operand = cx_only_child(c);
        if (op == CXUnaryOperator_Deref && !cx_is_null(operand)) {
            return deref(l, operand, t);
        }
        if (op == CXUnaryOperator_Extension && !cx_is_null(operand)) {
            return lower_lvalue(l, operand);
        }
        if ((op == CXUnaryOperator_PreInc || op == CXUnaryOperator_PreDec) && !cx_is_null(operand)) {
            lower_discard(l, c);
            return lower_lvalue(l, operand);
        }
        return materialise(l, c);
    }
    case CXCursor_BinaryOperator: {
        struct cx_list list = cx_children(l->scratch, c);
        if (list.count == 2 && clang_getCursorBinaryOperatorKind(c) == CXBinaryOperator_Comma) {
            lower_discard(l, list.items[0]);
            return lower_lvalue(l, list.items[1]);
        }
        return materialise(l, c);
    }
    default: return materialise(l, c);
    }
}

path_id lower_lvalue(struct lower *l, CXCursor c) {
    if (!enter(l)) {
        return ir_path_unknown(l->b, (type_id){0});
    }
    path_id p = {0};
    if (!l->is_cxx || !cxx_lvalue(l, c, &p)) {
        p = lvalue(l, c);
    }
    l->depth--;
    return p;
}

// --- operators ---

static enum ir_operator binary_of(enum CXBinaryOperatorKind op) {
    switch ((int)op) {
    case CXBinaryOperator_Mul:
    case CXBinaryOperator_MulAssign: return OPR_MUL;
    case CXBinaryOperator_Div:
    case CXBinaryOperator_DivAssign: return OPR_DIV;
    case CXBinaryOperator_Rem:
    case CXBinaryOperator_RemAssign: return OPR_REM;
    case CXBinaryOperator_Add:
    case CXBinaryOperator_AddAssign: return OPR_ADD;
    case CXBinaryOperator_Sub:
    case CXBinaryOperator_SubAssign: return OPR_SUB;
    case CXBinaryOperator_Shl:
    case CXBinaryOperator_ShlAssign: return OPR_SHL;
    case CXBinaryOperator_Shr:
    case CXBinaryOperator_ShrAssign: return OPR_SHR;
    case CXBinaryOperator_And:
    case CXBinaryOperator_AndAssign: return OPR_AND;
    case CXBinaryOperator_Or:
    case CXBinaryOperator_OrAssign: return OPR_OR;
    case CXBinaryOperator_Xor:
    case CXBinaryOperator_XorAssign: return OPR_XOR;
    case CXBinaryOperator_LT: return OPR_LT;
    case CXBinaryOperator_GT: return OPR_GT;
    case CXBinaryOperator_LE: return OPR_LE;
    case CXBinaryOperator_GE: return OPR_GE;
    case CXBinaryOperator_EQ: return OPR_EQ;
    case CXBinaryOperator_NE: return OPR_NE;
    default: return OPR_NONE;
    }
}

static bool is_logical(enum CXBinaryOperatorKind op) {
    return op == CXBinaryOperator_LAnd || op == CXBinaryOperator_LOr;
}

// && || ! as a value: 1 or 0 in a temporary.
static val_id truth(struct lower *l, CXCursor c) {
    loc_id loc = lower_at(l, c);
    path_id temp = lower_temp(l, lower_type(l, clang_getCursorType(c)), loc);
    ir_bb yes = ir_bb_new(l->b);
    ir_bb no = ir_bb_new(l->b);
    ir_bb after = ir_bb_new(l->b);
    lower_cond(l, c, yes, no);
    ir_bb_set(l->b, yes);
    ir_op_write(l->b, temp, ir_val_const(l->b, 1), OPF_INIT, loc);
    ir_term_jump(l->b, after, loc);
    ir_bb_set(l->b, no);
    ir_op_write(l->b, temp, ir_val_const(l->b, 0), OPF_INIT, loc);
    ir_term_jump(l->b, after, loc);
    ir_bb_set(l->b, after);
    return ir_val_path(l->b, temp);
}

static val_id assign(struct lower *l, CXCursor lhs, CXCursor rhs, loc_id loc) {
    CXType t = clang_getCursorType(lhs);
    CXCursor peeled = cx_peel(rhs);
    if (clang_getCursorKind(peeled) == CXCursor_InitListExpr ||
        clang_getCursorKind(peeled) == CXCursor_CompoundLiteralExpr) {
        path_id p = lower_lvalue(l, lhs);
        lower_init(l, p, t, rhs);
        return ir_val_path(l->b, p);
    }
    path_id p = lower_lvalue(l, lhs);
    val_id v = lower_rvalue(l, rhs);
    ir_op_write(l->b, p, v, lower_access_flags(l, t), loc);
    return v;
}

static val_id pointer_sum(struct lower *l, CXCursor c, enum ir_operator op, val_id x, val_id y) {
    const struct ir_val *v = &l->f->vals.data[x.v];
    if (op == OPR_ADD && v->kind == VAL_ADDR && is_pointer(clang_getCursorType(c))) {
        type_id element = lower_type(l, pointee(clang_getCursorType(c)));
        return ir_val_addr(l->b, ir_path_index(l->b, v->path, y, element));
    }
    return ir_val_binary(l->b, op, x, y);
}

static val_id binary(struct lower *l, CXCursor c, bool wanted) {
    enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(c);
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count != 2) {
        return lower_unhandled(l, c);
    }
    loc_id loc = lower_at(l, c);
    if (op == CXBinaryOperator_Assign) {
        return assign(l, list.items[0], list.items[1], loc);
    }
    if (op == CXBinaryOperator_Comma) {
        lower_discard(l, list.items[0]);
        if (wanted) {
            return lower_rvalue(l, list.items[1]);
        }
        lower_discard(l, list.items[1]);
        return ir_val_unknown(l->b);
    }
    if (is_logical(op)) {
        return truth(l, c);
    }
    val_id x = lower_rvalue(l, list.items[0]);
    val_id y = lower_rvalue(l, list.items[1]);
    enum ir_operator o = binary_of(op);
    return o == OPR_NONE ? ir_val_unknown(l->b) : pointer_sum(l, c, o, x, y);
}

static val_id compound_assign(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count != 2) {
        return lower_unhandled(l, c);
    }
    loc_id loc = lower_at(l, c);
    path_id p = lower_lvalue(l, list.items[0]);
    val_id v = lower_rvalue(l, list.items[1]);
    enum ir_operator op = binary_of(clang_getCursorBinaryOperatorKind(c));
    ir_op_update(l->b, p, op, v, lower_access_flags(l, clang_getCursorType(list.items[0])), loc);
    return ir_val_path(l->b, p);
}

static val_id step(struct lower *l, CXCursor c, CXCursor operand, enum CXUnaryOperatorKind op, bool wanted) {
    loc_id loc = lower_at(l, c);
    bool is_post = op == CXUnaryOperator_PostInc || op == CXUnaryOperator_PostDec;
    bool is_inc = op == CXUnaryOperator_PostInc || op == CXUnaryOperator_PreInc;
    path_id p = lower_lvalue(l, operand);
    CXType t = clang_getCursorType(operand);
    path_id old = p;
    if (is_post && wanted) {
        old = lower_temp(l, lower_type(l, t), loc);
        ir_op_write(l->b, old, ir_val_path(l->b, p), OPF_INIT, loc);
    }
    ir_op_update(l->b, p, is_inc ? OPR_ADD : OPR_SUB, ir_val_const(l->b, 1), lower_access_flags(l, t), loc);
    return ir_val_path(l->b, old);
}

static val_id address_of(struct lower *l, CXCursor operand) {
    CXCursor peeled = cx_peel(operand);
    if (clang_getCursorKind(peeled) == CXCursor_DeclRefExpr) {
        CXCursor decl = clang_getCursorReferenced(peeled);
        enum CXCursorKind kind = clang_getCursorKind(decl);
        if (kind == CXCursor_FunctionDecl || kind == CXCursor_CXXMethod || kind == CXCursor_FunctionTemplate) {
            lower_enqueue(l, decl);
            return ir_val_fn(l->b, lower_sym(l, decl), (path_id){0});
        }
    }
    return ir_val_addr(l->b, lower_lvalue(l, operand));
}

static val_id unary(struct lower *l, CXCursor c, bool wanted) {
    enum CXUnaryOperatorKind op = clang_getCursorUnaryOperatorKind(c);
    CXCursor operand = cx_only_child(c);
    if (cx_is_null(operand)) {
        return lower_unhandled(l, c);
    }
    switch ((int)op) {
    case CXUnaryOperator_AddrOf: return address_of(l, operand);
    case CXUnaryOperator_Deref: {
        CXType t = clang_getCursorType(c);
        if (is_function_type(t)) {
            return lower_rvalue(l, operand); // (*fp)()
        }
        return load(l, deref(l, operand, t), t, lower_at(l, c));
    }
    case CXUnaryOperator_PostInc:
    case CXUnaryOperator_PostDec:
    case CXUnaryOperator_PreInc:
    case CXUnaryOperator_PreDec: return step(l, c, operand, op, wanted);
    case CXUnaryOperator_Minus: return ir_val_unary(l->b, OPR_NEG, lower_rvalue(l, operand));
    case CXUnaryOperator_Not: return ir_val_unary(l->b, OPR_BITNOT, lower_rvalue(l, operand));
    case CXUnaryOperator_LNot: return ir_val_unary(l->b, OPR_NOT, lower_rvalue(l, operand));
    default: return lower_rvalue(l, operand);
    }
}

// --- conditional values ---

static void arm(struct lower *l, CXCursor c, path_id temp, ir_bb after, loc_id loc) {
    if (temp.v) {
        val_id v = lower_rvalue(l, c);
        ir_op_write(l->b, temp, v, OPF_INIT, loc);
    } else {
        lower_discard(l, c);
    }
    if (ir_bb_open(l->b)) {
        ir_term_jump(l->b, after, loc);
    }
}

static val_id conditional(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count != 3) {
        return lower_unhandled(l, c);
    }
    loc_id loc = lower_at(l, c);
    CXType t = clang_getCursorType(c);
    bool has_value = clang_getCanonicalType(t).kind != CXType_Void;
    path_id temp = has_value ? lower_temp(l, lower_type(l, t), loc) : (path_id){0};
    ir_bb yes = ir_bb_new(l->b);
    ir_bb no = ir_bb_new(l->b);
    ir_bb after = ir_bb_new(l->b);
    lower_cond(l, list.items[0], yes, no);
    ir_bb_set(l->b, yes);
    arm(l, list.items[1], temp, after, loc);
    ir_bb_set(l->b, no);
    arm(l, list.items[2], temp, after, loc);
    ir_bb_set(l->b, after);
    return has_value ? ir_val_path(l->b, temp) : ir_val_unknown(l->b);
}

// a ?: b (P7)
static val_id elvis(struct lower *l, CXCursor c, struct cx_list list) {
    loc_id loc = lower_at(l, c);
    path_id temp = lower_temp(l, lower_type(l, clang_getCursorType(c)), loc);
    ir_bb no = ir_bb_new(l->b);
    ir_bb after = ir_bb_new(l->b);
    val_id v = lower_rvalue(l, list.items[0]);
    ir_op_write(l->b, temp, v, OPF_INIT, loc);
    ir_term_branch(l->b, OPR_NE, v, ir_val_const(l->b, 0), after, no, loc);
    ir_bb_set(l->b, no);
    arm(l, list.items[3], temp, after, loc);
    ir_bb_set(l->b, after);
    return ir_val_path(l->b, temp);
}

static val_id statement_expr(struct lower *l, CXCursor c) {
    CXCursor body = cx_only_child(c);
    if (cx_is_null(body)) {
        return lower_unhandled(l, c);
    }
    struct cx_list list = cx_children(l->scratch, body);
    loc_id loc = lower_at(l, c);
    CXType t = clang_getCursorType(c);
    bool has_value = list.count && clang_getCanonicalType(t).kind != CXType_Void &&
                     clang_isExpression(clang_getCursorKind(list.items[list.count - 1]));
    path_id temp = has_value ? lower_temp(l, lower_type(l, t), loc) : (path_id){0};
    lower_scope_push(l);
    for (uint32_t i = 0; i + has_value < list.count; i++) {
        lower_stmt(l, list.items[i]);
    }
    if (has_value) {
        val_id v = lower_rvalue(l, list.items[list.count - 1]);
        ir_op_write(l->b, temp, v, OPF_INIT, loc);
    }
    lower_scope_pop(l, loc);
    return has_value ? ir_val_path(l->b, temp) : ir_val_unknown(l->b);
}

// _Generic: the association whose type is the whole expression's (P9).
static val_id generic(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    CXType t = clang_getCanonicalType(clang_getCursorType(c));
    for (uint32_t i = list.count; i > 1; i--) {
        CXCursor x = list.items[i - 1];
        if (clang_isExpression(clang_getCursorKind(x)) &&
            clang_equalTypes(clang_getCanonicalType(clang_getCursorType(x)), t)) {
            return lower_rvalue(l, x);
        }
    }
    ir_unhandled(l->b, STR("_Generic"));
    return ir_val_unknown(l->b);
}

static bool same_extent(CXCursor a, CXCursor b) {
    return clang_equalRanges(clang_getCursorExtent(a), clang_getCursorExtent(b)) != 0;
}

static val_id unexposed(struct lower *l, CXCursor c) {
    CXCursor inner = cx_only_child(c);
    if (!cx_is_null(inner)) {
        return lower_rvalue(l, inner);
    }
    val_id v = {0};
    if (lower_builtin(l, c, &v)) {
        return v;
    }
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count == 4 && same_extent(list.items[0], list.items[1])) {
        return elvis(l, c, list);
    }
    if (list.count == 0) {
        return constant(l, c);
    }
    return lower_unhandled(l, c);
}

static val_id decl_value(struct lower *l, CXCursor c) {
    CXCursor decl = clang_getCursorReferenced(c);
    enum CXCursorKind kind = clang_getCursorKind(decl);
    if (kind == CXCursor_EnumConstantDecl) {
        return ir_val_const(l->b, clang_getEnumConstantDeclValue(decl));
    }
    if (kind == CXCursor_FunctionDecl || kind == CXCursor_CXXMethod) {
        lower_enqueue(l, decl);
        return ir_val_fn(l->b, lower_sym(l, decl), (path_id){0});
    }
    return load(l, lower_lvalue(l, c), clang_getCursorType(c), lower_at(l, c));
}

static val_id cast(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    return list.count ? lower_rvalue(l, list.items[list.count - 1]) : lower_unhandled(l, c);
}

static val_id rvalue(struct lower *l, CXCursor c, bool wanted) {
    switch ((int)clang_getCursorKind(c)) {
    case CXCursor_ParenExpr: {
        CXCursor inner = cx_only_child(c);
        return cx_is_null(inner) ? lower_unhandled(l, c) : rvalue(l, inner, wanted);
    }
    case CXCursor_UnexposedExpr: return unexposed(l, c);
    case CXCursor_IntegerLiteral:
    case CXCursor_CharacterLiteral:
    case CXCursor_CXXBoolLiteralExpr:
    case CXCursor_UnaryExpr: return constant(l, c); // sizeof and friends: the operand is not evaluated
    case CXCursor_CXXNullPtrLiteralExpr:
    case CXCursor_GNUNullExpr: return ir_val_const(l->b, 0);
    case CXCursor_FloatingLiteral:
    case CXCursor_ImaginaryLiteral: return ir_val_unknown(l->b);
    case CXCursor_StringLiteral: return string(l, c);
    case CXCursor_DeclRefExpr: return decl_value(l, c);
    case CXCursor_MemberRefExpr:
    case CXCursor_ArraySubscriptExpr:
    case CXCursor_CompoundLiteralExpr:
        return load(l, lower_lvalue(l, c), clang_getCursorType(c), lower_at(l, c));
    case CXCursor_CallExpr: return lower_call(l, c);
    case CXCursor_UnaryOperator: return unary(l, c, wanted);
    case CXCursor_BinaryOperator: return binary(l, c, wanted);
    case CXCursor_CompoundAssignOperator: return compound_assign(l, c);
    case CXCursor_ConditionalOperator: return conditional(l, c);
    case CXCursor_CStyleCastExpr:
    case CXCursor_CXXStaticCastExpr:
    case CXCursor_CXXDynamicCastExpr:
    case CXCursor_CXXReinterpretCastExpr:
    case CXCursor_CXXConstCastExpr:
    case CXCursor_CXXFunctionalCastExpr: return cast(l, c);
    case CXCursor_StmtExpr: return statement_expr(l, c);
    case CXCursor_GenericSelectionExpr: return generic(l, c);
    case CXCursor_AddrLabelExpr:
        lower_label_address(l, clang_getCursorReferenced(cx_only_child(c)));
        return ir_val_unknown(l->b);
    case CXCursor_InitListExpr: {
        CXCursor only = cx_only_child(c);
        return cx_is_null(only) ? lower_unhandled(l, c) : lower_rvalue(l, only);
    }
    case CXCursor_TypeRef:
    case CXCursor_NamespaceRef:
    case CXCursor_TemplateRef: return ir_val_unknown(l->b);
    default: return lower_unhandled(l, c);
    }
}

static val_id evaluate(struct lower *l, CXCursor c, bool wanted) {
    if (!enter(l)) {
        return ir_val_unknown(l->b);
    }
    val_id v = {0};
    if (!l->is_cxx || !cxx_expr(l, c, &v)) {
        v = rvalue(l, c, wanted);
    }
    l->depth--;
    return v;
}

val_id lower_rvalue(struct lower *l, CXCursor c) {
    return evaluate(l, c, true);
}

void lower_discard(struct lower *l, CXCursor c) {
    (void)evaluate(l, c, false);
}

// --- conditions ---

static void branch_on_value(struct lower *l, CXCursor c, ir_bb if_true, ir_bb if_false) {
    val_id v = lower_rvalue(l, c);
    loc_id loc = lower_at(l, c);
    const struct ir_val *x = &l->f->vals.data[v.v];
    if (x->kind == VAL_CONST) {
        ir_term_jump(l->b, x->num ? if_true : if_false, loc);
    } else if (x->kind == VAL_BINARY && x->op >= OPR_EQ && x->op <= OPR_GE) {
        ir_term_branch(l->b, (enum ir_operator)x->op, x->a, x->b, if_true, if_false, loc);
    } else if (x->kind == VAL_UNARY && x->op == OPR_NOT) {
        ir_term_branch(l->b, OPR_EQ, x->a, ir_val_const(l->b, 0), if_true, if_false, loc);
    } else {
        ir_term_branch(l->b, OPR_NE, v, ir_val_const(l->b, 0), if_true, if_false, loc);
    }
}

static CXCursor peel_condition(CXCursor c) {
    for (;;) {
        CXCursor inner = cx_peel(c);
        enum CXCursorKind kind = clang_getCursorKind(inner);
        if (kind == CXCursor_CallExpr && cx_is_spelled(inner, "__builtin_expect") &&
            clang_Cursor_getNumArguments(inner) == 2) {
            c = clang_Cursor_getArgument(inner, 0);
            continue;
        }
        return inner;
    }
}

void lower_cond(struct lower *l, CXCursor c, ir_bb if_true, ir_bb if_false) {
    CXCursor x = peel_condition(c);
    enum CXCursorKind kind = clang_getCursorKind(x);
    if (!enter(l)) {
        ir_term_branch(l->b, OPR_NE, ir_val_unknown(l->b), ir_val_const(l->b, 0), if_true, if_false, l->fn->loc);
        return;
    }
    if (kind == CXCursor_UnaryOperator && clang_getCursorUnaryOperatorKind(x) == CXUnaryOperator_LNot &&
        !cx_is_null(cx_only_child(x))) {
        lower_cond(l, cx_only_child(x), if_false, if_true);
    } else if (kind == CXCursor_BinaryOperator && is_logical(clang_getCursorBinaryOperatorKind(x))) {
        struct cx_list list = cx_children(l->scratch, x);
        bool is_and = clang_getCursorBinaryOperatorKind(x) == CXBinaryOperator_LAnd;
        ir_bb second = ir_bb_new(l->b);
        if (list.count == 2) {
            lower_cond(l, list.items[0], is_and ? second : if_true, is_and ? if_false : second);
            ir_bb_set(l->b, second);
            lower_cond(l, list.items[1], if_true, if_false);
        } else {
            branch_on_value(l, x, if_true, if_false);
        }
    } else {
        branch_on_value(l, c, if_true, if_false);
    }
    l->depth--;
}
