// C++ hooks of the lowering: which syntax only C++ has, and where it is lowered.
#include "checker/front/cxx.h"

#include "checker/front/omp.h"

struct cxx_state *cxx_here(struct lower *l) {
    if (!l->cxx) {
        l->cxx = ARENA_NEW(l->scratch, struct cxx_state);
        map_init(&l->cxx->needs_dtor, l->scratch);
        map_init(&l->cxx->lambdas, l->scratch);
        map_init(&l->cxx->binding_index, l->scratch);
    }
    struct cxx_state *s = l->cxx;
    if (!l->fn || s->fn.v == l->f->fns.len - 1) {
        return s;
    }
    s->fn.v = l->f->fns.len - 1;
    s->depth = 0;
    s->temps.len = 0;
    s->this_var = (var_id){0};
    s->lambda = NULL;
    CXCursor owner = clang_getCursorSemanticParent(l->fn->cursor);
    uint32_t at = 0;
    if (lower_is_lambda_class(owner) && map_get(&s->lambdas, lower_cursor_hash(owner), &at)) {
        s->lambda = &s->captures.data[at];
    }
    return s;
}

// Field of the closure of the lambda being lowered.
static path_id captured(struct lower *l, const struct lambda_capture *capture) {
    struct cxx_state *s = cxx_here(l);
    CXCursor owner = clang_getCursorSemanticParent(l->fn->cursor);
    val_id closure = ir_val_path(l->b, ir_path_var(l->b, s->this_var));
    path_id object = ir_path_deref(l->b, closure, lower_type(l, clang_getCursorType(owner)));
    return ir_path_field(l->b, object, capture->name, lower_type(l, capture->type),
                         lower_record(l, owner));
}

val_id cxx_this(struct lower *l) {
    struct cxx_state *s = cxx_here(l);
    val_id shared = {0};
    if (omp_this(l, &shared)) {
        return shared;
    }
    if (s->this_var.v == 0) {
        return ir_val_unknown(l->b);
    }
    for (uint32_t i = 0; s->lambda && i < s->lambda->count; i++) {
        const struct lambda_capture *capture = &s->lambda->items[i];
        if (capture->is_this) {
            path_id field = captured(l, capture);
            bool is_pointer = clang_getCanonicalType(capture->type).kind == CXType_Pointer;
            return is_pointer ? ir_val_path(l->b, field) : ir_val_addr(l->b, field);
        }
    }
    return ir_val_path(l->b, ir_path_var(l->b, s->this_var));
}

static bool is_automatic(CXCursor var) {
    enum CXCursorKind kind = clang_getCursorKind(var);
    return kind == CXCursor_ParmDecl ||
           (kind == CXCursor_VarDecl && clang_Cursor_hasVarDeclGlobalStorage(var) == 0);
}

path_id cxx_var_place(struct lower *l, CXCursor var) {
    path_id shared = {0};
    if (omp_captured(l, var, &shared)) {
        return shared;
    }
    struct cxx_state *s = cxx_here(l);
    CXType t = clang_getCursorType(var);
    for (uint32_t i = 0; s->lambda && i < s->lambda->count; i++) {
        const struct lambda_capture *capture = &s->lambda->items[i];
        if (clang_equalCursors(capture->var, var)) {
            path_id field = captured(l, capture);
            if (capture->is_reference) {
                return ir_path_deref(l->b, ir_val_path(l->b, field),
                                     lower_type(l, cxx_bare_type(t)));
            }
            return field;
        }
    }
    if (clang_getCursorKind(var) == CXCursor_UnexposedDecl) {
        return cxx_binding_place(l, var);
    }
    uint32_t known = 0;
    bool is_foreign = is_automatic(var) &&
                      map_get(omp_vars_of(l, var), lower_cursor_hash(var), &known) &&
                      l->f->vars.data[known].fn.v != l->f->fns.len - 1;
    if (is_foreign) {
        return ir_path_unknown(l->b, lower_type(l, t)); // a constant used without capture
    }
    path_id path = ir_path_var(l->b, lower_var(l, var));
    if (cxx_is_reference(t)) {
        return ir_path_deref(l->b, ir_val_path(l->b, path),
                             lower_type(l, clang_getPointeeType(clang_getCanonicalType(t))));
    }
    return path;
}

// --- expressions ---

static CXCursor operand_of(struct lower *l, CXCursor cast) {
    struct cx_list list = cx_children(l->scratch, cast);
    for (uint32_t i = list.count; i-- > 0;) {
        if (clang_isExpression(clang_getCursorKind(list.items[i]))) {
            return list.items[i];
        }
    }
    return clang_getNullCursor();
}

static bool is_cast(enum CXCursorKind kind) {
    return kind == CXCursor_CXXStaticCastExpr || kind == CXCursor_CXXDynamicCastExpr ||
           kind == CXCursor_CXXReinterpretCastExpr || kind == CXCursor_CXXConstCastExpr ||
           kind == CXCursor_CXXFunctionalCastExpr;
}

static val_id lambda_value(struct lower *l, CXCursor c) {
    path_id closure = cxx_materialize(l, c);
    CXCursor class_decl = clang_getTypeDeclaration(clang_getCursorType(c));
    sym_id call_op = lower_sym(l, cxx_call_operator(l, class_decl));
    return call_op.v ? ir_val_fn(l->b, call_op, closure) : ir_val_addr(l->b, closure);
}

static val_id cast_value(struct lower *l, CXCursor c) {
    CXCursor operand = operand_of(l, c);
    if (cx_is_null(operand)) {
        return ir_val_const(l->b, 0); // T()
    }
    CXType t = clang_getCursorType(c);
    if (t.kind == CXType_Void) {
        lower_discard(l, operand);
        return ir_val_unknown(l->b);
    }
    if (cxx_is_class(t) && !cxx_is_class_prvalue(operand)) {
        return ir_val_path(l->b, lower_lvalue(l, operand));
    }
    return lower_rvalue(l, operand);
}

// Node without children: T(), a default argument, the dummy operand of a postfix ++.
static val_id empty_value(struct lower *l, CXCursor c) {
    CXEvalResult r = clang_Cursor_Evaluate(c);
    val_id v = ir_val_unknown(l->b);
    if (r) {
        if (clang_EvalResult_getKind(r) == CXEval_Int) {
            v = ir_val_const(l->b, clang_EvalResult_getAsLongLong(r));
        }
        clang_EvalResult_dispose(r);
    }
    return v;
}

// A function call that yields a class: its result needs no temporary when nothing destroys it.
static bool is_plain_call(struct lower *l, CXCursor call) {
    return clang_getCursorKind(call) == CXCursor_CallExpr &&
           clang_getCursorKind(clang_getCursorReferenced(call)) != CXCursor_Constructor &&
           !cxx_needs_dtor(l, clang_getCursorType(call));
}

static val_id class_value(struct lower *l, CXCursor c) {
    CXCursor inner = cxx_peel(c);
    if (clang_getCursorKind(inner) == CXCursor_LambdaExpr) {
        return lambda_value(l, inner);
    }
    if (is_plain_call(l, inner)) {
        return cxx_call(l, inner);
    }
    return ir_val_path(l->b, cxx_materialize(l, c));
}

// Content of the place a call returns a reference to.
static val_id call_value(struct lower *l, CXCursor c) {
    val_id v = cxx_call(l, c);
    if (!cxx_returns_reference(c)) {
        return v;
    }
    CXType t = clang_getCursorType(c);
    path_id place = ir_path_deref(l->b, v, lower_type(l, t));
    if (!cxx_is_class(t)) {
        lower_read(l, place, t, lower_at(l, c));
    }
    return ir_val_path(l->b, place);
}

static bool only_cxx_expr(struct lower *l, CXCursor c, val_id *ret) {
    switch ((int)clang_getCursorKind(c)) {
    case CXCursor_CallExpr:
        *ret = call_value(l, c);
        return true;
    case CXCursor_ConditionalOperator:
        *ret = cxx_conditional(l, c);
        return true;
    case CXCursor_CXXThisExpr:
        *ret = cxx_this(l);
        return true;
    case CXCursor_LambdaExpr:
        *ret = lambda_value(l, c);
        return true;
    case CXCursor_CXXNewExpr:
        *ret = cxx_new(l, c);
        return true;
    case CXCursor_CXXDeleteExpr:
        cxx_delete(l, c);
        *ret = ir_val_unknown(l->b);
        return true;
    case CXCursor_CXXThrowExpr:
        cxx_throw(l, c);
        *ret = ir_val_unknown(l->b);
        return true;
    case CXCursor_CXXTypeidExpr:
    case CXCursor_SizeOfPackExpr:
        *ret = empty_value(l, c);
        return true;
    default:
        return false;
    }
}

static bool is_member_pointer(CXCursor c) {
    CXCursor operand = cx_only_child(c);
    return clang_getCursorUnaryOperatorKind(c) == CXUnaryOperator_AddrOf &&
           clang_getCursorKind(clang_getCursorReferenced(operand)) == CXCursor_FieldDecl &&
           clang_getCursorKind(operand) == CXCursor_DeclRefExpr;
}

bool cxx_expr(struct lower *l, CXCursor c, val_id *ret) {
    struct cxx_state *s = cxx_here(l);
    if (s->depth == 0) {
        uint32_t mark = cxx_full_begin(l);
        *ret = lower_rvalue(l, c);
        cxx_full_end(l, mark);
        return true;
    }
    enum CXCursorKind kind = clang_getCursorKind(c);
    if (cxx_is_class_prvalue(c)) {
        *ret = class_value(l, c);
        return true;
    }
    if (cxx_is_logical(c)) {
        *ret = cxx_truth(l, c);
        return true;
    }
    if (only_cxx_expr(l, c, ret)) {
        return true;
    }
    if (is_cast(kind)) {
        *ret = cast_value(l, c);
        return true;
    }
    if (kind == CXCursor_ParenExpr && cx_child_count(c) == 1) {
        *ret = lower_rvalue(l, cx_only_child(c)); // what is inside may be C++ again
        return true;
    }
    if (kind == CXCursor_UnexposedExpr && cx_child_count(c) == 0) {
        *ret = empty_value(l, c);
        return true;
    }
    if (kind == CXCursor_UnaryOperator && is_member_pointer(c)) {
        *ret = ir_val_unknown(l->b);
        return true;
    }
    return false;
}

// --- places ---

static path_id member_place(struct lower *l, CXCursor c, CXCursor field) {
    path_id base = cxx_member_base(l, c);
    field = cxx_concrete_field(l, field);
    name_id name = lower_field_name(l, field);
    if (!name.v) {
        return base; // anonymous struct or union: its members count as the outer record's
    }
    CXCursor owner = clang_getCursorSemanticParent(field);
    CXType t = clang_getCursorType(field);
    path_id path = ir_path_field(l->b, base, name, lower_type(l, t), lower_record(l, owner));
    if (cxx_is_reference(t)) {
        return ir_path_deref(l->b, ir_val_path(l->b, path), lower_type(l, cxx_bare_type(t)));
    }
    return path;
}

static path_id call_place(struct lower *l, CXCursor c) {
    if (cxx_returns_reference(c)) {
        return ir_path_deref(l->b, cxx_call(l, c), lower_type(l, clang_getCursorType(c)));
    }
    return cxx_materialize(l, c);
}

static bool is_literal(enum CXCursorKind kind) {
    return kind == CXCursor_IntegerLiteral || kind == CXCursor_FloatingLiteral ||
           kind == CXCursor_CharacterLiteral || kind == CXCursor_CXXBoolLiteralExpr ||
           kind == CXCursor_CXXNullPtrLiteralExpr || kind == CXCursor_CXXNewExpr ||
           kind == CXCursor_CXXThisExpr || kind == CXCursor_LambdaExpr ||
           kind == CXCursor_InitListExpr;
}

static bool reference_place(struct lower *l, CXCursor c, path_id *ret) {
    CXCursor decl = clang_getCursorReferenced(c);
    enum CXCursorKind kind = clang_getCursorKind(decl);
    if (kind == CXCursor_VarDecl || kind == CXCursor_ParmDecl || kind == CXCursor_UnexposedDecl) {
        *ret = cxx_var_place(l, decl);
        return true;
    }
    if (kind == CXCursor_FieldDecl) {
        *ret = member_place(l, c, decl);
        return true;
    }
    return false;
}

bool cxx_lvalue(struct lower *l, CXCursor c, path_id *ret) {
    enum CXCursorKind kind = clang_getCursorKind(c);
    if (kind == CXCursor_DeclRefExpr || kind == CXCursor_MemberRefExpr) {
        return reference_place(l, c, ret);
    }
    if (kind == CXCursor_CallExpr &&
        clang_getCursorKind(clang_getCursorReferenced(c)) != CXCursor_Constructor) {
        *ret = call_place(l, c);
        return true;
    }
    if (cxx_is_class_prvalue(c) || is_literal(kind)) {
        *ret = cxx_materialize(l, c);
        return true;
    }
    if (kind == CXCursor_ConditionalOperator) {
        *ret = cxx_conditional_place(l, c);
        return true;
    }
    if (is_cast(kind)) {
        CXCursor operand = operand_of(l, c);
        bool is_pointer_cast = cxx_bare_type(clang_getCursorType(c)).kind == CXType_Pointer;
        if (cx_is_null(operand) || is_pointer_cast) {
            *ret = cxx_materialize(l, c);
        } else {
            *ret = lower_lvalue(l, operand);
        }
        return true;
    }
    if (kind == CXCursor_BinaryOperator) {
        enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(c);
        if (op == CXBinaryOperator_PtrMemD || op == CXBinaryOperator_PtrMemI) {
            struct cx_list list = cx_children(l->scratch, c);
            for (uint32_t i = 0; i < list.count; i++) {
                lower_discard(l, list.items[i]);
            }
            *ret = ir_path_unknown(l->b, lower_type(l, clang_getCursorType(c)));
            return true;
        }
    }
    return false;
}

// --- statements ---

static bool is_dynamic_static(struct lower *l, CXCursor decl) {
    if (clang_getCursorKind(decl) != CXCursor_VarDecl ||
        clang_Cursor_hasVarDeclGlobalStorage(decl) != 1) {
        return false;
    }
    CXCursor init = clang_Cursor_getVarDeclInitializer(decl);
    if (cx_is_null(init) || l->f->vars.data[lower_var(l, decl).v].kind != VAR_STATIC_LOCAL) {
        return false;
    }
    CXEvalResult r = clang_Cursor_Evaluate(init);
    if (r) {
        clang_EvalResult_dispose(r);
        return false;
    }
    return true;
}

// The initialiser of a static local runs once: on one arm of a branch nothing is known about.
static void lower_static_init(struct lower *l, CXCursor decl) {
    loc_id loc = lower_at(l, decl);
    ir_bb first = ir_bb_new(l->b);
    ir_bb after = ir_bb_new(l->b);
    ir_term_branch(l->b, OPR_NE, ir_val_unknown(l->b), ir_val_const(l->b, 0), first, after, loc);
    ir_bb_set(l->b, first);
    uint32_t mark = cxx_full_begin(l);
    path_id path = ir_path_var(l->b, lower_var(l, decl));
    cxx_init(l, path, clang_getCursorType(decl), clang_Cursor_getVarDeclInitializer(decl));
    cxx_full_end(l, mark);
    if (ir_bb_open(l->b)) {
        ir_term_jump(l->b, after, loc);
    }
    ir_bb_set(l->b, after);
}

static void lower_declarations(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    for (uint32_t i = 0; i < list.count; i++) {
        CXCursor decl = list.items[i];
        if (clang_getCursorKind(decl) == CXCursor_UnexposedDecl) {
            cxx_bindings(l, decl);
        } else if (is_dynamic_static(l, decl)) {
            lower_static_init(l, decl);
        } else {
            lower_local(l, decl);
        }
    }
}

static void discard(struct lower *l, CXCursor c) {
    CXCursor inner = cxx_peel(c);
    enum CXCursorKind callee = clang_getCursorKind(clang_getCursorReferenced(inner));
    if (cxx_is_class_prvalue(c)) {
        cxx_materialize(l, c);
    } else if (clang_getCursorKind(inner) == CXCursor_CallExpr && callee != CXCursor_Constructor) {
        (void)cxx_call(l, inner); // a returned reference is not read
    } else {
        lower_discard(l, c);
    }
}

bool cxx_stmt(struct lower *l, CXCursor c) {
    cxx_here(l);
    enum CXCursorKind kind = clang_getCursorKind(c);
    if (clang_isExpression(kind)) {
        uint32_t mark = cxx_full_begin(l);
        discard(l, c);
        cxx_full_end(l, mark);
        return true;
    }
    switch ((int)kind) {
    case CXCursor_DeclStmt:
        lower_declarations(l, c);
        return true;
    case CXCursor_ReturnStmt:
        return cxx_return(l, c);
    case CXCursor_CXXTryStmt:
        cxx_try(l, c, NULL);
        return true;
    case CXCursor_CXXForRangeStmt:
        cxx_range_for(l, c);
        return true;
    case CXCursor_ClassDecl:
    case CXCursor_UsingDirective:
    case CXCursor_UsingDeclaration:
    case CXCursor_TypeAliasDecl:
        return true;
    default:
        return false;
    }
}
