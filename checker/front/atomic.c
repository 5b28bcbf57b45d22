// Builtins that libclang shows as UnexposedExpr without name: their name is read from the text,
// their operands are put back into source order, and they become calls of a builtin symbol.
#include "checker/front/fn.h"
#include "checker/front/symbol.h"

struct str lower_builtin_name(struct str name) {
    static const char *const sizes[] = {"_16", "_1", "_2", "_4", "_8"};
    for (size_t i = 0; str_starts(name, STR("__sync_")) && i < sizeof sizes / sizeof *sizes; i++) {
        struct str size = str_from(sizes[i]);
        if (str_ends(name, size)) {
            return str_slice(name, 0, name.len - size.len);
        }
    }
    return name;
}

// Storage order is ptr, order, val1, [order_fail], [val2], [weak]; source order is ptr, [val1],
// [val2], [weak], order, [order_fail].
static uint32_t source_order(struct str name, uint32_t count, uint8_t order[8]) {
    bool is_cas = str_find(name, STR("compare_exchange"), 0) != SIZE_MAX;
    bool is_c11 = str_starts(name, STR("__c11_"));
    uint32_t n = 0;
    order[n++] = 0;
    if (is_cas && count >= 5) {
        order[n++] = 2; // expected
        order[n++] = 4; // desired
        if (!is_c11 && count >= 6) {
            order[n++] = 5; // weak
        }
        order[n++] = 1;
        order[n++] = 3;
        return n;
    }
    for (uint32_t i = 2; i < count && n < 8; i++) {
        order[n++] = (uint8_t)i;
    }
    if (count > 1 && n < 8) {
        order[n++] = 1;
    }
    return n;
}

static bool atomic(struct lower *l, CXCursor c, struct str name, val_id *ret) {
    struct cx_list list = cx_children(l->scratch, c);
    uint8_t order[8];
    val_id values[8];
    if (list.count == 0 || list.count > 8) {
        return false;
    }
    uint32_t count = source_order(name, list.count, order);
    for (uint32_t i = 0; i < count; i++) {
        values[i] = lower_rvalue(l, list.items[order[i]]);
    }
    sym_id sym = lower_named_sym(l, name, name, SYM_BUILTIN | SYM_SYSTEM | SYM_NOTHROW);
    struct ir_call call = {.kind = CALL_DIRECT,
                           .callee = sym,
                           .loc = lower_at(l, c),
                           .type = lower_type(l, clang_getCursorType(c))};
    *ret = lower_emit_call(l, &call, values, count);
    return true;
}

// __builtin_choose_expr: the chosen operand has the type of the whole.
static val_id choose(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    int64_t cond = 0;
    CXEvalResult r = list.count == 3 ? clang_Cursor_Evaluate(list.items[0]) : NULL;
    if (!r) {
        return ir_val_unknown(l->b);
    }
    cond = clang_EvalResult_getAsLongLong(r);
    clang_EvalResult_dispose(r);
    return lower_rvalue(l, list.items[cond ? 1 : 2]);
}

// Evaluates the operands of a builtin the facts have no word for (vectors, va_arg: its list is no
// value).
static void operands(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    for (uint32_t i = 0; i < list.count; i++) {
        if (!clang_isExpression(clang_getCursorKind(list.items[i]))) {
            continue;
        }
        if (clang_getCursorKind(list.items[i]) == CXCursor_DeclRefExpr) {
            (void)lower_lvalue(l, list.items[i]);
        } else {
            lower_discard(l, list.items[i]);
        }
    }
}

bool lower_builtin(struct lower *l, CXCursor c, val_id *ret) {
    struct str name = lower_token_at(l, c);
    if (!str_starts(name, STR("__"))) {
        return false;
    }
    if (str_starts(name, STR("__c11_atomic_")) || str_starts(name, STR("__atomic_"))) {
        return atomic(l, c, name, ret);
    }
    if (str_eq(name, STR("__builtin_choose_expr"))) {
        *ret = choose(l, c);
        return true;
    }
    if (str_eq(name, STR("__builtin_offsetof")) ||
        str_eq(name, STR("__builtin_types_compatible_p"))) {
        *ret = lower_constant(l, c);
        return true;
    }
    if (str_starts(name, STR("__builtin_"))) {
        operands(l, c);
        *ret = ir_val_unknown(l->b);
        return true;
    }
    return false;
}
