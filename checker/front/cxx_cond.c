// Branches inside C++ expressions: ?: as a value or as a place, && and || as values. Temporaries of
// an arm end with the arm, so that none is destroyed where it was never made.
#include "checker/front/cxx.h"

// Where the arms of a ?: meet.
struct outcome {
    path_id temp; // holds the result; none for void
    ir_bb after;
    bool is_place; // the temporary holds the address of the chosen place
};

// One arm: its value, or the address of its place, goes to the temporary.
static void arm(struct lower *l, CXCursor c, struct outcome to, loc_id loc) {
    uint32_t mark = cxx_full_begin(l);
    if (to.is_place) {
        val_id address = ir_val_addr(l->b, lower_lvalue(l, c));
        ir_op_write(l->b, to.temp, address, OPF_INIT, loc);
    } else if (to.temp.v) {
        val_id v = lower_rvalue(l, c);
        ir_op_write(l->b, to.temp, v, OPF_INIT, loc);
    } else {
        lower_discard(l, c);
    }
    cxx_full_end(l, mark);
    if (ir_bb_open(l->b)) {
        ir_term_jump(l->b, to.after, loc);
    }
}

static void condition(struct lower *l, CXCursor c, ir_bb yes, ir_bb no) {
    struct cxx_state *s = cxx_here(l);
    uint32_t depth = s->depth;
    s->depth = 0; // each operand is a full expression of its own
    lower_cond(l, c, yes, no);
    s->depth = depth;
}

static bool lower_arms(struct lower *l, CXCursor c, struct outcome to) {
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count != 3) {
        return false;
    }
    loc_id loc = lower_at(l, c);
    ir_bb yes = ir_bb_new(l->b);
    ir_bb no = ir_bb_new(l->b);
    condition(l, list.items[0], yes, no);
    ir_bb_set(l->b, yes);
    arm(l, list.items[1], to, loc);
    ir_bb_set(l->b, no);
    arm(l, list.items[2], to, loc);
    ir_bb_set(l->b, to.after);
    return true;
}

val_id cxx_conditional(struct lower *l, CXCursor c) {
    CXType t = clang_getCursorType(c);
    struct outcome to = {.after = ir_bb_new(l->b)};
    if (clang_getCanonicalType(t).kind != CXType_Void) {
        to.temp = lower_temp(l, lower_type(l, t), lower_at(l, c));
    }
    if (!lower_arms(l, c, to)) {
        return lower_unhandled(l, c);
    }
    return to.temp.v ? ir_val_path(l->b, to.temp) : ir_val_unknown(l->b);
}

path_id cxx_conditional_place(struct lower *l, CXCursor c) {
    type_id type = lower_type(l, clang_getCursorType(c));
    struct ir_type pointer = {.kind = TYPE_POINTER, .target = type};
    struct outcome to = {.after = ir_bb_new(l->b), .is_place = true};
    to.temp = lower_temp(l, ir_type(l->b, &pointer), lower_at(l, c));
    if (!lower_arms(l, c, to)) {
        (void)lower_unhandled(l, c);
    }
    return ir_path_deref(l->b, ir_val_path(l->b, to.temp), type);
}

val_id cxx_truth(struct lower *l, CXCursor c) {
    struct cxx_state *s = cxx_here(l);
    uint32_t depth = s->depth;
    s->depth = 0; // as in condition()
    val_id v = lower_truth(l, c);
    s->depth = depth;
    return v;
}

bool cxx_is_logical(CXCursor c) {
    return clang_getCursorKind(c) == CXCursor_BinaryOperator &&
           lower_is_logical(clang_getCursorBinaryOperatorKind(c));
}
