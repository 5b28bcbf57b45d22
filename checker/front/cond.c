// Conditions and what branches inside expressions: && || ! ?: and GNU ?:.
#include "checker/front/fn.h"

bool lower_is_logical(enum CXBinaryOperatorKind op) {
    return op == CXBinaryOperator_LAnd || op == CXBinaryOperator_LOr;
}

// --- values ---

val_id lower_truth(struct lower *l, CXCursor c) {
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

static void arm(struct lower *l, CXCursor c, path_id temp, ir_bb after, loc_id loc) {
    if (temp.v) {
        val_id v = lower_rvalue(l, c);
        ir_op_write(l->b, temp, v, OPF_INIT, loc);
    } else {
        lower_discard(l, c);
    }
    ir_term_jump(l->b, after, loc);
}

val_id lower_conditional(struct lower *l, CXCursor c, bool wanted) {
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count != 3) {
        return lower_unhandled(l, c);
    }
    loc_id loc = lower_at(l, c);
    CXType t = clang_getCursorType(c);
    bool has_value = wanted && clang_getCanonicalType(t).kind != CXType_Void;
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

val_id lower_elvis(struct lower *l, CXCursor c, struct cx_list list) {
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

// --- conditions ---

static void branch_on_value(struct lower *l, CXCursor c, ir_bb if_true, ir_bb if_false) {
    val_id v = lower_rvalue(l, c);
    loc_id loc = lower_at(l, c);
    const struct ir_val *x = &l->f->vals.data[v.v];
    if (x->kind == VAL_CONST) {
        ir_term_jump(l->b, x->num ? if_true : if_false, loc);
    } else if (x->kind == VAL_ADDR || x->kind == VAL_STR) { // but a weak function may be null
        ir_term_jump(l->b, if_true, loc);
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
        bool is_hint = clang_getCursorKind(inner) == CXCursor_CallExpr &&
                       cx_is_spelled(inner, "__builtin_expect") &&
                       clang_Cursor_getNumArguments(inner) == 2;
        if (!is_hint) {
            return inner;
        }
        c = clang_Cursor_getArgument(inner, 0);
    }
}

// && || , ?: branch in their parts; false for all else.
static bool branch_in_parts(struct lower *l, CXCursor x, ir_bb if_true, ir_bb if_false) {
    enum CXCursorKind kind = clang_getCursorKind(x);
    if (kind != CXCursor_BinaryOperator && kind != CXCursor_ConditionalOperator) {
        return false;
    }
    struct cx_list list = cx_children(l->scratch, x);
    if (kind == CXCursor_ConditionalOperator && list.count == 3) {
        ir_bb arms[2] = {ir_bb_new(l->b), ir_bb_new(l->b)};
        lower_cond(l, list.items[0], arms[0], arms[1]);
        for (uint32_t i = 0; i < 2; i++) {
            ir_bb_set(l->b, arms[i]);
            lower_cond(l, list.items[i + 1], if_true, if_false);
        }
        return true;
    }
    enum CXBinaryOperatorKind op = kind == CXCursor_BinaryOperator
                                       ? clang_getCursorBinaryOperatorKind(x)
                                       : CXBinaryOperator_Invalid;
    if (list.count != 2 || !(lower_is_logical(op) || op == CXBinaryOperator_Comma)) {
        return false;
    }
    if (op == CXBinaryOperator_Comma) {
        lower_discard(l, list.items[0]);
    } else {
        ir_bb second = ir_bb_new(l->b);
        bool is_and = op == CXBinaryOperator_LAnd;
        lower_cond(l, list.items[0], is_and ? second : if_true, is_and ? if_false : second);
        ir_bb_set(l->b, second);
    }
    lower_cond(l, list.items[1], if_true, if_false);
    return true;
}

void lower_cond(struct lower *l, CXCursor c, ir_bb if_true, ir_bb if_false) {
    if (!lower_enter(l)) {
        ir_term_branch(l->b, OPR_NE, ir_val_unknown(l->b), ir_val_const(l->b, 0), if_true, if_false,
                       l->fn->loc);
        return;
    }
    CXCursor x = peel_condition(c);
    CXCursor operand = clang_getNullCursor();
    if (clang_getCursorKind(x) == CXCursor_UnaryOperator &&
        clang_getCursorUnaryOperatorKind(x) == CXUnaryOperator_LNot) {
        operand = cx_only_child(x);
    }
    if (!cx_is_null(operand)) {
        lower_cond(l, operand, if_false, if_true);
    } else if (!branch_in_parts(l, x, if_true, if_false)) {
        branch_on_value(l, c, if_true, if_false);
    }
    l->depth--;
}
