// Calls.
#include "checker/front/fn.h"
#include "checker/front/symbol.h"

enum { MAX_ARGS = 64 };

val_id lower_argument(struct lower *l, CXCursor arg, CXType param) {
    if (lower_is_reference(param)) {
        return ir_val_addr(l->b, lower_lvalue(l, arg));
    }
    return lower_rvalue(l, arg);
}

val_id lower_emit_call(struct lower *l, const struct ir_call *call, const val_id *args,
                       uint32_t count) {
    call_id id = ir_op_call(l->b, call, args, count);
    uint32_t flags = call->callee.v ? l->f->syms.data[call->callee.v].flags : 0;
    if (flags & SYM_NORETURN) {
        ir_term_noreturn(l->b, call->loc);
        ir_bb_set(l->b, IR_BB_NONE);
        return ir_val_call(l->b, id);
    }
    if (l->is_cxx && !(flags & SYM_NOTHROW) && ir_bb_open(l->b)) {
        ir_bb landing = lower_landing(l, call->loc);
        if (landing != IR_BB_NONE) {
            ir_bb here = ir_bb_current(l->b);
            ir_bb next = ir_bb_new(l->b);
            ir_term_jump(l->b, next, call->loc);
            ir_edge_add(l->b, here, landing, EDGE_EXC, 0, 0);
            ir_bb_set(l->b, next);
        }
    }
    return ir_val_call(l->b, id);
}

// Function the callee expression names: f, (f), (&f), (*f); null for values.
static CXCursor named_function(CXCursor callee) {
    CXCursor c = cx_peel(callee);
    while (clang_getCursorKind(c) == CXCursor_UnaryOperator) {
        enum CXUnaryOperatorKind op = clang_getCursorUnaryOperatorKind(c);
        CXCursor inner = cx_only_child(c);
        if ((op != CXUnaryOperator_Deref && op != CXUnaryOperator_AddrOf) || cx_is_null(inner)) {
            return clang_getNullCursor();
        }
        c = cx_peel(inner);
    }
    CXCursor decl = clang_getCursorReferenced(c);
    return clang_getCursorKind(decl) == CXCursor_FunctionDecl ? decl : clang_getNullCursor();
}

static CXType function_type_of(CXCursor callee_expr) {
    CXType t = clang_getCanonicalType(clang_getCursorType(callee_expr));
    if (t.kind == CXType_Pointer || t.kind == CXType_LValueReference) {
        t = clang_getCanonicalType(clang_getPointeeType(t));
    }
    return t;
}

// Operands that are looked at by the compiler only.
static bool is_unevaluated(struct str name) {
    return str_eq(name, STR("__builtin_constant_p")) ||
           str_eq(name, STR("__builtin_object_size")) ||
           str_eq(name, STR("__builtin_dynamic_object_size")) ||
           str_eq(name, STR("__builtin_classify_type"));
}

// Builtins that are no calls; true when handled.
static bool special(struct lower *l, CXCursor c, CXCursor decl, val_id *ret) {
    struct str name = cx_spelling(l->scratch, decl);
    if (!str_starts(name, STR("__builtin_"))) {
        return false;
    }
    if (is_unevaluated(name)) {
        *ret = lower_constant(l, c);
        return true;
    }
    if (str_eq(name, STR("__builtin_unreachable"))) {
        ir_term_unreachable(l->b, lower_at(l, c));
        ir_bb_set(l->b, IR_BB_NONE);
        *ret = ir_val_unknown(l->b);
        return true;
    }
    bool passes = str_starts(name, STR("__builtin_expect")) ||
                  str_eq(name, STR("__builtin_assume_aligned")) ||
                  str_eq(name, STR("__builtin_launder"));
    if (passes && clang_Cursor_getNumArguments(c) > 0) {
        *ret = lower_rvalue(l, clang_Cursor_getArgument(c, 0));
        return true;
    }
    return false;
}

static sym_id callee_symbol(struct lower *l, CXCursor decl) {
    struct str name = cx_spelling(l->scratch, decl);
    if (str_starts(name, STR("__sync_")) || str_starts(name, STR("__atomic_")) ||
        str_starts(name, STR("__c11_"))) {
        struct str plain = lower_builtin_name(name);
        return lower_named_sym(l, plain, plain, SYM_BUILTIN | SYM_SYSTEM | SYM_NOTHROW);
    }
    lower_enqueue(l, decl);
    return lower_sym(l, decl);
}

val_id lower_call(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count == 0) {
        return lower_unhandled(l, c);
    }
    CXCursor decl = clang_getCursorReferenced(c);
    if (clang_getCursorKind(decl) != CXCursor_FunctionDecl) {
        decl = named_function(list.items[0]);
    }
    val_id v = {0};
    if (!cx_is_null(decl) && special(l, c, decl, &v)) {
        return v;
    }
    struct ir_call call = {.kind = CALL_DIRECT, .type = lower_type(l, clang_getCursorType(c))};
    CXType fn = {0};
    if (cx_is_null(decl)) {
        call.kind = CALL_INDIRECT;
        call.target = lower_rvalue(l, list.items[0]);
        const struct ir_val *target = &l->f->vals.data[call.target.v];
        if (target->kind == VAL_FN &&
            !target->path.v) { // chosen by _Generic or a constant condition
            call = (struct ir_call){.kind = CALL_DIRECT, .callee = target->sym, .type = call.type};
        }
        fn = function_type_of(list.items[0]);
    } else {
        call.callee = callee_symbol(l, decl);
        fn = clang_getCursorType(decl);
    }
    val_id args[MAX_ARGS];
    int count = clang_Cursor_getNumArguments(c);
    int known = clang_getNumArgTypes(fn);
    uint32_t used = 0;
    for (int i = 0; i < count && used < MAX_ARGS; i++) {
        CXCursor arg = clang_Cursor_getArgument(c, (unsigned)i);
        CXType param = i < known ? clang_getArgType(fn, (unsigned)i) : clang_getCursorType(arg);
        args[used++] = lower_argument(l, arg, param);
    }
    for (int i = (int)used; i < count; i++) {
        lower_discard(l, clang_Cursor_getArgument(c, (unsigned)i));
    }
    call.loc = lower_at(l, c);
    if (l->f->locs.data[call.loc.v].in_macro) {
        call.flags |= CALL_IN_MACRO;
    }
    return lower_emit_call(l, &call, args, used);
}
