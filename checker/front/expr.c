// Expressions as values: operators, constants, casts. Places are in lvalue.c, branches in cond.c,
// calls in expr_call.c.
#include "checker/front/fn.h"
#include "checker/front/omp.h"
#include "checker/front/symbol.h"

// An expression, the casts around it and its first operand often have one extent: each extent is
// decoded once.
static loc_id extent_loc(struct lower *l, CXCursor c) {
    CXSourceRange extent = clang_getCursorExtent(c);
    uint64_t key = (uint64_t)extent.begin_int_data << 32 | extent.end_int_data;
    uint32_t known = 0;
    if (map_get(&l->extents, key, &known)) {
        return (loc_id){known};
    }
    loc_id loc = lower_range_loc(l, extent);
    map_put(&l->extents, key, loc.v);
    return loc;
}

loc_id lower_at(struct lower *l, CXCursor c) {
    loc_id loc = clang_isDeclaration(clang_getCursorKind(c)) ? lower_loc(l, c) : extent_loc(l, c);
    if (loc.v && l->f->locs.data[loc.v].line) {
        l->fn->loc = loc;
    }
    return l->fn->loc;
}

bool lower_enter(struct lower *l) {
    if (l->depth >= l->options->max_depth || l->fn->ops >= l->options->max_fn_ops) {
        ir_fn_flag(l->b, FN_TRUNCATED);
        ir_op_unknown(l->b, l->fn->loc);
        return false;
    }
    l->depth++;
    l->fn->ops++;
    return true;
}

uint8_t lower_access_flags(struct lower *l, CXType t) {
    uint8_t flags = clang_isVolatileQualifiedType(t) ? OPF_VOLATILE : 0;
    flags |= omp_is_atomic(l) ? OPF_ATOMIC : 0;
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
    struct ir_var v = {
        .kind = VAR_TEMP, .name = ir_name(l->b, STR("%t")), .type = type, .loc = loc};
    var_id var = ir_var(l->b, &v);
    ir_op_scope(l->b, true, var, loc);
    return ir_path_var(l->b, var);
}

// Content of a place as a value: arrays and functions give their address.
static val_id load(struct lower *l, path_id path, CXType t, loc_id loc) {
    if (lower_is_array(t) || lower_is_function(t)) {
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

val_id lower_constant(struct lower *l, CXCursor c) {
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

// --- operators ---

static enum ir_operator binary_of(enum CXBinaryOperatorKind op) {
    switch ((int)op) {
    case CXBinaryOperator_Mul:
    case CXBinaryOperator_MulAssign:
        return OPR_MUL;
    case CXBinaryOperator_Div:
    case CXBinaryOperator_DivAssign:
        return OPR_DIV;
    case CXBinaryOperator_Rem:
    case CXBinaryOperator_RemAssign:
        return OPR_REM;
    case CXBinaryOperator_Add:
    case CXBinaryOperator_AddAssign:
        return OPR_ADD;
    case CXBinaryOperator_Sub:
    case CXBinaryOperator_SubAssign:
        return OPR_SUB;
    case CXBinaryOperator_Shl:
    case CXBinaryOperator_ShlAssign:
        return OPR_SHL;
    case CXBinaryOperator_Shr:
    case CXBinaryOperator_ShrAssign:
        return OPR_SHR;
    case CXBinaryOperator_And:
    case CXBinaryOperator_AndAssign:
        return OPR_AND;
    case CXBinaryOperator_Or:
    case CXBinaryOperator_OrAssign:
        return OPR_OR;
    case CXBinaryOperator_Xor:
    case CXBinaryOperator_XorAssign:
        return OPR_XOR;
    case CXBinaryOperator_LT:
        return OPR_LT;
    case CXBinaryOperator_GT:
        return OPR_GT;
    case CXBinaryOperator_LE:
        return OPR_LE;
    case CXBinaryOperator_GE:
        return OPR_GE;
    case CXBinaryOperator_EQ:
        return OPR_EQ;
    case CXBinaryOperator_NE:
        return OPR_NE;
    default:
        return OPR_NONE;
    }
}

path_id lower_assign(struct lower *l, CXCursor lhs, CXCursor rhs, loc_id loc, val_id *ret_value) {
    CXType t = clang_getCursorType(lhs);
    path_id p = lower_lvalue(l, lhs);
    enum CXCursorKind kind = clang_getCursorKind(cx_peel(rhs));
    val_id v = {0};
    if (kind == CXCursor_InitListExpr || kind == CXCursor_CompoundLiteralExpr) {
        lower_store(l, p, t, rhs, 0);
        v = ir_val_path(l->b, p);
    } else {
        v = lower_rvalue(l, rhs);
        ir_op_write(l->b, p, v, lower_access_flags(l, t), loc);
    }
    if (ret_value) {
        *ret_value = v;
    }
    return p;
}

static val_id binary(struct lower *l, CXCursor c, bool wanted) {
    enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(c);
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count != 2) {
        return lower_unhandled(l, c);
    }
    loc_id loc = lower_at(l, c);
    if (op == CXBinaryOperator_Assign) {
        val_id v = {0};
        (void)lower_assign(l, list.items[0], list.items[1], loc, &v);
        return v;
    }
    if (op == CXBinaryOperator_Comma) {
        lower_discard(l, list.items[0]);
        if (wanted) {
            return lower_rvalue(l, list.items[1]);
        }
        lower_discard(l, list.items[1]);
        return ir_val_unknown(l->b);
    }
    if (lower_is_logical(op)) {
        return lower_truth(l, c);
    }
    val_id x = lower_rvalue(l, list.items[0]);
    val_id y = lower_rvalue(l, list.items[1]);
    enum ir_operator o = binary_of(op);
    return o == OPR_NONE ? ir_val_unknown(l->b) : lower_sum(l, c, o, x, y);
}

path_id lower_compound_assign(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count != 2) {
        lower_unhandled(l, c);
        return ir_path_unknown(l->b, lower_type(l, clang_getCursorType(c)));
    }
    loc_id loc = lower_at(l, c);
    path_id p = lower_lvalue(l, list.items[0]);
    val_id v = lower_rvalue(l, list.items[1]);
    enum ir_operator op = binary_of(clang_getCursorBinaryOperatorKind(c));
    ir_op_update(l->b, p, op, v, lower_access_flags(l, clang_getCursorType(list.items[0])), loc);
    return p;
}

path_id lower_step(struct lower *l, CXCursor c, CXCursor operand) {
    enum CXUnaryOperatorKind op = clang_getCursorUnaryOperatorKind(c);
    bool is_inc = op == CXUnaryOperator_PostInc || op == CXUnaryOperator_PreInc;
    loc_id loc = lower_at(l, c);
    path_id p = lower_lvalue(l, operand);
    uint8_t flags = lower_access_flags(l, clang_getCursorType(operand));
    ir_op_update(l->b, p, is_inc ? OPR_ADD : OPR_SUB, ir_val_const(l->b, 1), flags, loc);
    return p;
}

// x++ as a value: the old content, kept in a temporary.
static val_id post_step(struct lower *l, CXCursor c, CXCursor operand) {
    loc_id loc = lower_at(l, c);
    bool is_inc = clang_getCursorUnaryOperatorKind(c) == CXUnaryOperator_PostInc;
    path_id p = lower_lvalue(l, operand);
    CXType t = clang_getCursorType(operand);
    path_id old = lower_temp(l, lower_type(l, t), loc);
    ir_op_write(l->b, old, ir_val_path(l->b, p), OPF_INIT, loc);
    ir_op_update(l->b, p, is_inc ? OPR_ADD : OPR_SUB, ir_val_const(l->b, 1),
                 lower_access_flags(l, t), loc);
    return ir_val_path(l->b, old);
}

static val_id unary(struct lower *l, CXCursor c, bool wanted) {
    enum CXUnaryOperatorKind op = clang_getCursorUnaryOperatorKind(c);
    CXCursor operand = cx_only_child(c);
    if (cx_is_null(operand)) {
        return lower_unhandled(l, c);
    }
    switch ((int)op) {
    case CXUnaryOperator_AddrOf:
        return lower_address_of(l, operand);
    case CXUnaryOperator_Deref: {
        CXType t = clang_getCursorType(c);
        if (lower_is_function(t)) {
            return lower_rvalue(l, operand); // (*fp)()
        }
        return load(l, lower_lvalue(l, c), t, lower_at(l, c));
    }
    case CXUnaryOperator_PostInc:
    case CXUnaryOperator_PostDec:
        if (wanted) {
            return post_step(l, c, operand);
        }
        return ir_val_path(l->b, lower_step(l, c, operand));
    case CXUnaryOperator_PreInc:
    case CXUnaryOperator_PreDec:
        return ir_val_path(l->b, lower_step(l, c, operand));
    case CXUnaryOperator_Minus:
        return ir_val_unary(l->b, OPR_NEG, lower_rvalue(l, operand));
    case CXUnaryOperator_Not:
        return ir_val_unary(l->b, OPR_BITNOT, lower_rvalue(l, operand));
    case CXUnaryOperator_LNot:
        return ir_val_unary(l->b, OPR_NOT, lower_rvalue(l, operand));
    default:
        return lower_rvalue(l, operand);
    }
}

// --- expressions with parts of their own ---

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

// _Generic: the association whose type is the whole expression's.
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

// Implicit casts, and what libclang has no kind for: builtins, GNU ?:. A cast stands exactly where
// its operand stands.
static val_id unexposed(struct lower *l, CXCursor c) {
    CXCursor inner = cx_only_child(c);
    if (!cx_is_null(inner) && same_extent(c, inner)) {
        return lower_rvalue(l, inner);
    }
    val_id v = {0};
    if (lower_builtin(l, c, &v)) {
        return v;
    }
    if (!cx_is_null(inner)) {
        return lower_rvalue(l, inner);
    }
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count == 4 && same_extent(list.items[0], list.items[1])) {
        return lower_elvis(l, c, list);
    }
    return list.count ? lower_unhandled(l, c) : lower_constant(l, c);
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
    path_id p = lower_lvalue(l, c);
    loc_id loc = lower_at(l, c);
    if (lower_is_decayed_param(decl)) {
        ir_op_read(l->b, p, 0, loc);
        return ir_val_path(l->b, p);
    }
    return load(l, p, clang_getCursorType(c), loc);
}

// An argument for a transparent union (struct sockaddr of glibc) is wrapped in a literal nobody
// wrote: it stays itself.
static val_id literal(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    CXCursor init = list.count ? list.items[list.count - 1] : clang_getNullCursor();
    CXCursor only = cx_is_null(init) ? init : cx_only_child(init);
    if (!cx_is_null(only) && same_extent(c, only)) {
        return lower_rvalue(l, only);
    }
    return load(l, lower_lvalue(l, c), clang_getCursorType(c), lower_at(l, c));
}

// `(void)x` says that x is unused; it is no access worth a mention.
static bool is_mention(CXCursor cast, CXCursor operand) {
    CXCursor c = cx_peel(operand);
    return clang_getCursorType(cast).kind == CXType_Void &&
           clang_getCursorKind(c) == CXCursor_DeclRefExpr &&
           !clang_isVolatileQualifiedType(clang_getCanonicalType(clang_getCursorType(c)));
}

static val_id cast(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count == 0) {
        return lower_unhandled(l, c);
    }
    CXCursor operand = list.items[list.count - 1];
    if (is_mention(c, operand)) {
        return ir_val_unknown(l->b);
    }
    return lower_rvalue(l, operand);
}

static val_id rvalue(struct lower *l, CXCursor c, bool wanted) {
    switch ((int)clang_getCursorKind(c)) {
    case CXCursor_ParenExpr: {
        CXCursor inner = cx_only_child(c);
        return cx_is_null(inner) ? lower_unhandled(l, c) : rvalue(l, inner, wanted);
    }
    case CXCursor_UnexposedExpr:
        return unexposed(l, c);
    case CXCursor_IntegerLiteral:
    case CXCursor_CharacterLiteral:
    case CXCursor_CXXBoolLiteralExpr:
    case CXCursor_UnaryExpr:
        return lower_constant(l, c); // sizeof and friends: the operand is not evaluated
    case CXCursor_CXXNullPtrLiteralExpr:
    case CXCursor_GNUNullExpr:
        return ir_val_const(l->b, 0);
    case CXCursor_FloatingLiteral:
    case CXCursor_ImaginaryLiteral:
        return ir_val_unknown(l->b);
    case CXCursor_StringLiteral:
        return string(l, c);
    case CXCursor_DeclRefExpr:
        return decl_value(l, c);
    case CXCursor_CompoundLiteralExpr:
        return literal(l, c);
    case CXCursor_MemberRefExpr:
    case CXCursor_ArraySubscriptExpr:
        return load(l, lower_lvalue(l, c), clang_getCursorType(c), lower_at(l, c));
    case CXCursor_CallExpr:
        return lower_call(l, c);
    case CXCursor_UnaryOperator:
        return unary(l, c, wanted);
    case CXCursor_BinaryOperator:
        return binary(l, c, wanted);
    case CXCursor_CompoundAssignOperator:
        return ir_val_path(l->b, lower_compound_assign(l, c));
    case CXCursor_ConditionalOperator:
        return lower_conditional(l, c, wanted);
    case CXCursor_CStyleCastExpr:
    case CXCursor_CXXStaticCastExpr:
    case CXCursor_CXXDynamicCastExpr:
    case CXCursor_CXXReinterpretCastExpr:
    case CXCursor_CXXConstCastExpr:
    case CXCursor_CXXFunctionalCastExpr:
        return cast(l, c);
    case CXCursor_StmtExpr:
        return statement_expr(l, c);
    case CXCursor_GenericSelectionExpr:
        return generic(l, c);
    case CXCursor_AddrLabelExpr:
        lower_label_address(l, clang_getCursorReferenced(cx_only_child(c)));
        return ir_val_unknown(l->b);
    case CXCursor_InitListExpr: {
        CXCursor only = cx_only_child(c);
        return cx_is_null(only) ? lower_unhandled(l, c) : lower_rvalue(l, only);
    }
    case CXCursor_TypeRef:
    case CXCursor_NamespaceRef:
    case CXCursor_TemplateRef:
        return ir_val_unknown(l->b);
    default:
        return lower_unhandled(l, c);
    }
}

static val_id evaluate(struct lower *l, CXCursor c, bool wanted) {
    if (!lower_enter(l)) {
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
