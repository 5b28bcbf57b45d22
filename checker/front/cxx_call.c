// Calls that only C++ has: methods, operators, conversions, constructors, new and delete.
#include "checker/front/cxx.h"

#include "checker/front/scan.h"

enum { MAX_ARGS = 64 };

struct call_args {
    val_id items[MAX_ARGS];
    uint32_t count;
};

static void push(struct call_args *args, val_id v) {
    if (args->count < MAX_ARGS) {
        args->items[args->count++] = v;
    }
}

val_id cxx_emit(struct lower *l, struct ir_call call, const val_id *args, uint32_t count) {
    return ir_val_call(l->b, ir_op_call(l->b, &call, args, count));
}

static bool is_method_kind(enum CXCursorKind kind) {
    return kind == CXCursor_CXXMethod || kind == CXCursor_Constructor ||
           kind == CXCursor_Destructor || kind == CXCursor_ConversionFunction;
}

// Builtins have rules of their own in expr_call.c.
static bool is_ordinary(CXCursor decl) {
    enum CXCursorKind kind = clang_getCursorKind(decl);
    if (kind != CXCursor_FunctionDecl) {
        return is_method_kind(kind);
    }
    CXString spelling = clang_getCursorSpelling(decl);
    struct str name = str_from(clang_getCString(spelling));
    bool is_builtin = str_starts(name, STR("__builtin_")) || str_starts(name, STR("__sync_")) ||
                      str_starts(name, STR("__atomic_"));
    clang_disposeString(spelling);
    return !is_builtin;
}

bool cxx_returns_reference(CXCursor call) {
    CXCursor decl = clang_getCursorReferenced(call);
    enum CXCursorKind kind = clang_getCursorKind(decl);
    if (kind == CXCursor_FunctionDecl || kind == CXCursor_CXXMethod ||
        kind == CXCursor_ConversionFunction) {
        return cxx_is_reference(clang_getCursorResultType(decl));
    }
    if (kind == CXCursor_Constructor || kind == CXCursor_Destructor) {
        return false;
    }
    CXType t = clang_getCanonicalType(clang_getCursorType(decl));
    if (t.kind == CXType_Pointer || t.kind == CXType_LValueReference ||
        t.kind == CXType_RValueReference) {
        t = clang_getCanonicalType(clang_getPointeeType(t));
    }
    return cxx_is_reference(clang_getResultType(t));
}

// --- arguments ---

static bool is_default_argument(CXCursor arg) {
    return clang_getCursorKind(arg) == CXCursor_UnexposedExpr && cx_child_count(arg) == 0 &&
           !cx_file_of(cx_start(arg));
}

static val_id constant_of(struct lower *l, CXCursor c) {
    CXEvalResult r = clang_Cursor_Evaluate(c);
    val_id v = {0};
    if (r) {
        if (clang_EvalResult_getKind(r) == CXEval_Int) {
            v = ir_val_const(l->b, clang_EvalResult_getAsLongLong(r));
        }
        clang_EvalResult_dispose(r);
    }
    return v;
}

static bool is_constant_name(CXCursor c) {
    CXCursor decl = clang_getCursorReferenced(c);
    return clang_getCursorKind(c) == CXCursor_DeclRefExpr &&
           clang_getCursorKind(decl) == CXCursor_VarDecl &&
           clang_isConstQualifiedType(clang_getCanonicalType(clang_getCursorType(decl))) &&
           !cxx_is_class(clang_getCursorType(c));
}

static bool is_plain_copy(CXCursor c) {
    CXCursor ctor = clang_getCursorReferenced(c);
    return clang_getCursorKind(c) == CXCursor_CallExpr &&
           clang_getCursorKind(ctor) == CXCursor_Constructor &&
           clang_CXXConstructor_isCopyConstructor(ctor) && clang_Cursor_getNumArguments(c) == 1 &&
           clang_isPODType(clang_getCursorType(c));
}

static val_id argument(struct lower *l, CXCursor arg, CXType param) {
    CXCursor inner = cxx_peel(arg);
    if (clang_getCursorKind(inner) == CXCursor_LambdaExpr) {
        return lower_rvalue(l, inner); // VAL_FN, also when bound to a reference
    }
    if (cxx_is_reference(param)) {
        CXCursor named = clang_getCursorReferenced(inner);
        bool is_function = clang_getCursorKind(inner) == CXCursor_DeclRefExpr &&
                           (clang_getCursorKind(named) == CXCursor_FunctionDecl ||
                            clang_getCursorKind(named) == CXCursor_CXXMethod);
        bool is_address = clang_getCursorKind(inner) == CXCursor_UnaryOperator &&
                          clang_getCursorUnaryOperatorKind(inner) == CXUnaryOperator_AddrOf;
        if (is_function || is_address) {
            val_id v = lower_rvalue(l, inner);
            if (l->f->vals.data[v.v].kind == VAL_FN) {
                return v; // std::thread(f) and std::thread(&S::run) take references
            }
            path_id temp = lower_temp(l, lower_type(l, cxx_bare_type(param)), lower_at(l, arg));
            ir_op_write(l->b, temp, v, OPF_INIT, lower_at(l, arg));
            return ir_val_addr(l->b, temp);
        }
        return ir_val_addr(l->b, lower_lvalue(l, arg));
    }
    if (cxx_is_class(clang_getCursorType(arg)) && !cxx_is_class_prvalue(arg)) {
        return ir_val_path(l->b, lower_lvalue(l, arg));
    }
    if (is_constant_name(inner)) { // std::memory_order_relaxed
        val_id v = constant_of(l, inner);
        if (v.v) {
            return v;
        }
    }
    if (is_plain_copy(inner)) { // tags such as std::defer_lock
        CXCursor source = clang_Cursor_getArgument(inner, 0);
        if (!cxx_is_class_prvalue(source)) {
            path_id place = lower_lvalue(l, source);
            lower_read(l, place, clang_getCursorType(source), lower_at(l, arg));
            return ir_val_path(l->b, place);
        }
    }
    return lower_rvalue(l, arg);
}

// Arguments from number `from` on; `fn` is the callee's type, whose parameter 0 matches argument
// `first`.
static void add_arguments(struct lower *l, CXCursor call, CXType fn, int from, int first,
                          struct call_args *args) {
    int count = clang_Cursor_getNumArguments(call);
    int known = clang_getNumArgTypes(fn);
    for (int i = from; i < count; i++) {
        CXCursor arg = clang_Cursor_getArgument(call, (unsigned)i);
        if (is_default_argument(arg)) {
            val_id v = constant_of(l, arg);
            if (!v.v) {
                break;
            }
            push(args, v);
            continue;
        }
        bool is_typed = i >= first && i - first < known;
        CXType param =
            is_typed ? clang_getArgType(fn, (unsigned)(i - first)) : clang_getCursorType(arg);
        push(args, argument(l, arg, param));
    }
}

// --- the object of a method call ---

static CXCursor first_child(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    return list.count ? list.items[0] : clang_getNullCursor();
}

static bool is_member_kind(CXCursor c) {
    return clang_getCursorKind(c) == CXCursor_MemberRefExpr;
}

path_id cxx_member_base(struct lower *l, CXCursor member) {
    struct cx_list list = cx_children(l->scratch, member);
    for (uint32_t i = 0; i < list.count; i++) {
        CXCursor base = list.items[i];
        if (!clang_isExpression(clang_getCursorKind(base))) {
            continue; // qualifiers: Base::x
        }
        CXType t = clang_getCanonicalType(cxx_expr_type(l, base));
        if (t.kind == CXType_Pointer) {
            return ir_path_deref(l->b, lower_rvalue(l, base),
                                 lower_type(l, clang_getPointeeType(t)));
        }
        return lower_lvalue(l, base);
    }
    CXCursor owner =
        cxx_concrete_class(l, clang_getCursorSemanticParent(clang_getCursorReferenced(member)));
    return ir_path_deref(l->b, cxx_this(l), lower_type(l, clang_getCursorType(owner)));
}

// x.f(...) or f(...) with an implicit object, as opposed to an operator between operands.
static bool is_member_call(CXCursor callee, CXCursor decl) {
    return is_member_kind(callee) &&
           clang_equalCursors(clang_getCanonicalCursor(clang_getCursorReferenced(callee)),
                              clang_getCanonicalCursor(decl));
}

static bool is_lambda_to_pointer(CXCursor decl) {
    return clang_getCursorKind(decl) == CXCursor_ConversionFunction &&
           lower_is_lambda_class(clang_getCursorSemanticParent(decl));
}

static val_id finish_call(struct lower *l, CXCursor c, CXCursor decl,
                          const struct call_args *args) {
    lower_enqueue(l, decl);
    struct ir_call call = {
        .kind = clang_Cursor_isDynamicCall(c) ? CALL_VIRTUAL : CALL_DIRECT,
        .callee = lower_sym(l, decl),
        .type = lower_type(l, clang_getCursorResultType(decl)),
        .loc = lower_at(l, c),
    };
    if (l->f->locs.data[call.loc.v].in_macro) {
        call.flags |= CALL_IN_MACRO;
    }
    return lower_emit_call(l, &call, args->items, args->count);
}

// (object->*method)(...): the method is a value, the object argument 0.
static val_id call_through_member(struct lower *l, CXCursor c, CXCursor callee) {
    struct cx_list list = cx_children(l->scratch, callee);
    if (list.count != 2) {
        return lower_call(l, c);
    }
    struct call_args args = {.count = 0};
    bool is_arrow = clang_getCursorBinaryOperatorKind(callee) == CXBinaryOperator_PtrMemI;
    push(&args, is_arrow ? lower_rvalue(l, list.items[0])
                         : ir_val_addr(l->b, lower_lvalue(l, list.items[0])));
    struct ir_call call = {.kind = CALL_INDIRECT,
                           .target = lower_rvalue(l, list.items[1]),
                           .type = lower_type(l, clang_getCursorType(c))};
    CXType fn = clang_getPointeeType(clang_getCanonicalType(clang_getCursorType(list.items[1])));
    add_arguments(l, c, fn, 0, 0, &args);
    call.loc = lower_at(l, c);
    return lower_emit_call(l, &call, args.items, args.count);
}

static bool is_member_pointer_call(CXCursor callee) {
    if (clang_getCursorKind(callee) != CXCursor_BinaryOperator) {
        return false;
    }
    enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(callee);
    return op == CXBinaryOperator_PtrMemD || op == CXBinaryOperator_PtrMemI;
}

val_id cxx_call(struct lower *l, CXCursor c) {
    CXCursor decl = clang_getCursorReferenced(c);
    val_id v = {0};
    if (cxx_here(l)->instance && cxx_instance_call(l, c, cx_peel(first_child(l, c)), &v)) {
        return v;
    }
    if (!is_ordinary(decl)) {
        CXCursor first = cx_peel(first_child(l, c));
        return is_member_pointer_call(first) ? call_through_member(l, c, first) : lower_call(l, c);
    }
    struct call_args args = {.count = 0};
    CXType fn = clang_getCanonicalType(clang_getCursorType(decl));
    bool is_method = is_method_kind(clang_getCursorKind(decl)) && !clang_CXXMethod_isStatic(decl);
    CXCursor callee = cx_peel(first_child(l, c));
    if (is_member_call(callee, decl)) {
        path_id object = is_method ? cxx_member_base(l, callee) : (path_id){0};
        if (is_lambda_to_pointer(decl)) {
            CXCursor owner = clang_getCursorSemanticParent(decl);
            sym_id call_op = lower_sym(l, cxx_call_operator(l, owner));
            return call_op.v ? ir_val_fn(l->b, call_op, object) : ir_val_unknown(l->b);
        }
        if (is_method) {
            push(&args, ir_val_addr(l->b, object));
        }
        add_arguments(l, c, fn, 0, 0, &args);
    } else if (is_method && clang_Cursor_getNumArguments(c) > 0) {
        CXCursor object = clang_Cursor_getArgument(c, 0);
        push(&args, ir_val_addr(l->b, lower_lvalue(l, object)));
        add_arguments(l, c, fn, 1, 1, &args);
    } else {
        add_arguments(l, c, fn, 0, 0, &args);
    }
    return finish_call(l, c, decl, &args);
}

// --- constructors ---

static bool is_implicit(CXCursor ctor) {
    CXCursor owner = clang_getCursorSemanticParent(ctor);
    return clang_equalLocations(clang_getCursorLocation(ctor), clang_getCursorLocation(owner)) != 0;
}

static bool is_system(CXCursor c) {
    return clang_Location_isInSystemHeader(clang_getCursorLocation(c)) != 0;
}

static bool copies(CXCursor ctor) {
    return clang_CXXConstructor_isCopyConstructor(ctor) ||
           clang_CXXConstructor_isMoveConstructor(ctor);
}

// Copies without a constructor that runs: elided ones and those of plain data. True when done.
static bool copy_plainly(struct lower *l, CXCursor c, path_id path, CXType t) {
    if (clang_Cursor_getNumArguments(c) < 1) {
        return false;
    }
    CXCursor source = clang_Cursor_getArgument(c, 0);
    bool is_same =
        clang_equalTypes(cxx_bare_type(clang_getCursorType(source)), cxx_bare_type(t)) != 0;
    if (is_same && cxx_is_class_prvalue(source)) {
        cxx_init(l, path, t, source);
        return true;
    }
    if (!clang_isPODType(t)) {
        return false;
    }
    path_id from = lower_lvalue(l, source);
    lower_read(l, from, t, lower_at(l, c));
    ir_op_write(l->b, path, ir_val_path(l->b, from), OPF_INIT, lower_at(l, c));
    return true;
}

void cxx_construct(struct lower *l, CXCursor c, path_id path) {
    CXCursor ctor = clang_getCursorReferenced(c);
    CXType t = clang_getCanonicalType(clang_getCursorType(c));
    while (t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray) {
        t = clang_getCanonicalType(clang_getArrayElementType(t));
    }
    if (copies(ctor) && copy_plainly(l, c, path, t)) {
        return;
    }
    bool is_default = clang_CXXConstructor_isDefaultConstructor(ctor) != 0;
    if (is_default && clang_isPODType(t)) {
        return;
    }
    if (is_default && !is_system(ctor) &&
        (is_implicit(ctor) || clang_CXXMethod_isDefaulted(ctor))) {
        CXCursor owner = clang_getCursorSemanticParent(ctor);
        cxx_default_members(l, owner, path, lower_at(l, c), 0);
        return;
    }
    struct call_args args = {.count = 0};
    push(&args, ir_val_addr(l->b, path));
    add_arguments(l, c, clang_getCanonicalType(clang_getCursorType(ctor)), 0, 0, &args);
    (void)finish_call(l, c, ctor, &args);
}

// --- new and delete ---

// Initialiser of a new-expression of a class: its last expression when it makes an object.
static CXCursor new_initialiser(struct cx_list list, CXType pointee) {
    if (list.count == 0 || !cxx_is_class(pointee)) {
        return clang_getNullCursor();
    }
    CXCursor last = list.items[list.count - 1];
    CXType t = clang_getCursorType(last);
    while (t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray) {
        t = clang_getArrayElementType(t);
    }
    enum CXCursorKind kind = clang_getCursorKind(cxx_peel(last));
    bool makes = kind == CXCursor_CallExpr || kind == CXCursor_InitListExpr;
    return makes && cxx_is_class(t) ? last : clang_getNullCursor();
}

val_id cxx_new(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    CXType pointee = clang_getCanonicalType(
        clang_getPointeeType(clang_getCanonicalType(clang_getCursorType(c))));
    loc_id loc = lower_at(l, c);
    CXCursor init = new_initialiser(list, pointee);
    val_id place = {0};
    bool is_array = false;
    for (uint32_t i = 0; i < list.count; i++) {
        CXCursor part = list.items[i];
        if (!clang_isExpression(clang_getCursorKind(part)) || clang_equalCursors(part, init)) {
            continue;
        }
        CXType t = clang_getCanonicalType(clang_getCursorType(part));
        val_id v =
            cxx_is_class(t) ? ir_val_addr(l->b, lower_lvalue(l, part)) : lower_rvalue(l, part);
        if (t.kind == CXType_Pointer && !cx_is_null(init) && !place.v) {
            place = v; // placement new
        }
        is_array |= t.kind == CXType_ULong || t.kind == CXType_ULongLong;
    }
    if (!place.v) {
        struct str name = is_array ? STR("operator new[]") : STR("operator new");
        struct str key = is_array ? STR("c:@F@operator new[]#l#") : STR("c:@F@operator new#l#");
        long long size = clang_Type_getSizeOf(pointee);
        val_id bytes = is_array || size < 0 ? ir_val_unknown(l->b) : ir_val_const(l->b, size);
        struct ir_call call = {.callee = lower_named_sym(l, name, key, SYM_SYSTEM),
                               .flags = CALL_IMPLICIT,
                               .type = lower_type(l, clang_getCursorType(c)),
                               .loc = loc};
        place = lower_emit_call(l, &call, &bytes, 1);
    }
    if (!cx_is_null(init)) {
        path_id object = ir_path_deref(l->b, place, lower_type(l, pointee));
        cxx_init(l, object, pointee, init);
    }
    return place;
}

static bool is_array_delete(struct lower *l, CXCursor c) {
    struct cx_place at = cx_spelling_place(cx_start(c));
    struct str text = lower_text(l, at.file);
    struct str word = scan_identifier(text, at.offset);
    if (!str_eq(word, STR("delete"))) {
        return false;
    }
    size_t after = scan_skip_blank(text, (size_t)(word.ptr - text.ptr) + word.len);
    return after < text.len && text.ptr[after] == '[';
}

void cxx_delete(struct lower *l, CXCursor c) {
    CXCursor operand = cx_only_child(c);
    if (cx_is_null(operand)) {
        (void)lower_unhandled(l, c);
        return;
    }
    CXType t = clang_getCanonicalType(cxx_expr_type(l, operand));
    val_id pointer = lower_rvalue(l, operand);
    loc_id loc = lower_at(l, c);
    bool is_array = is_array_delete(l, c);
    cxx_destroy_pointee(l, clang_getPointeeType(t), pointer, loc);
    struct str name = is_array ? STR("operator delete[]") : STR("operator delete");
    struct str key = is_array ? STR("c:@F@operator delete[]#*v#") : STR("c:@F@operator delete#*v#");
    struct ir_call call = {.callee = lower_named_sym(l, name, key, SYM_SYSTEM | SYM_NOTHROW),
                           .flags = CALL_IMPLICIT,
                           .loc = loc};
    (void)cxx_emit(l, call, &pointer, 1);
}
