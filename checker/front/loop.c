// while, do and for -> blocks and edges.
#include "checker/front/fn.h"
#include "checker/front/scan.h"

void lower_targets_push(struct lower *l, struct jump_targets *t) {
    t->outer = l->fn->targets;
    t->break_scope = t->continue_scope = l->fn->scope;
    l->fn->targets = t;
}

void lower_targets_pop(struct lower *l) {
    l->fn->targets = l->fn->targets->outer;
}

// A condition variable lives for one turn: leaving by the condition ends it too.
static void cond_with_variable(struct lower *l, CXCursor decl, CXCursor cond, ir_bb body,
                               ir_bb on_break) {
    ir_bb leave = ir_bb_new(l->b);
    lower_local(l, decl);
    lower_cond(l, cond, body, leave);
    ir_bb_set(l->b, leave);
    lower_cleanups(l, l->fn->scope->outer, l->fn->loc);
    ir_term_jump(l->b, on_break, l->fn->loc);
}

void lower_while(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    loc_id loc = lower_at(l, c);
    if (list.count < 2) {
        lower_unhandled(l, c);
        return;
    }
    bool has_decl = clang_getCursorKind(list.items[0]) == CXCursor_VarDecl && list.count > 2;
    struct jump_targets t = {.on_continue = ir_bb_new(l->b), .on_break = ir_bb_new(l->b)};
    ir_bb body = ir_bb_new(l->b);
    ir_term_jump(l->b, t.on_continue, loc);
    ir_bb_set(l->b, t.on_continue);
    lower_targets_push(l, &t);
    lower_scope_push(l);
    if (has_decl) {
        cond_with_variable(l, list.items[0], list.items[1], body, t.on_break);
    } else {
        lower_cond(l, list.items[0], body, t.on_break);
    }
    ir_bb_set(l->b, body);
    lower_stmt(l, list.items[list.count - 1]);
    lower_scope_pop(l, l->fn->loc);
    ir_term_jump(l->b, t.on_continue, l->fn->loc);
    lower_targets_pop(l);
    ir_bb_set(l->b, t.on_break);
}

void lower_do(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count != 2) {
        lower_unhandled(l, c);
        return;
    }
    struct jump_targets t = {.on_continue = ir_bb_new(l->b), .on_break = ir_bb_new(l->b)};
    ir_bb body = ir_bb_new(l->b);
    ir_term_jump(l->b, body, lower_at(l, c));
    ir_bb_set(l->b, body);
    lower_targets_push(l, &t);
    lower_stmt(l, list.items[0]);
    ir_term_jump(l->b, t.on_continue, l->fn->loc);
    ir_bb_set(l->b, t.on_continue);
    lower_cond(l, list.items[1], body, t.on_break);
    lower_targets_pop(l);
    ir_bb_set(l->b, t.on_break);
}

struct for_parts {
    CXCursor init; // null when absent, as all below
    CXCursor decl;
    CXCursor cond;
    CXCursor inc;
    CXCursor body;
};

static uint32_t bits(int mask) {
    return (uint32_t)(mask & 1) + (uint32_t)(mask >> 1 & 1) + (uint32_t)(mask >> 2 & 1);
}

// An expression that is there to change something: more likely an init or an increment than a
// condition.
static bool is_step(CXCursor c) {
    c = cx_peel(c);
    switch ((int)clang_getCursorKind(c)) {
    case CXCursor_DeclStmt:
    case CXCursor_CompoundAssignOperator:
        return true;
    case CXCursor_BinaryOperator: {
        enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(c);
        return op == CXBinaryOperator_Assign || op == CXBinaryOperator_Comma;
    }
    case CXCursor_UnaryOperator: {
        enum CXUnaryOperatorKind op = clang_getCursorUnaryOperatorKind(c);
        return op == CXUnaryOperator_PreInc || op == CXUnaryOperator_PreDec ||
               op == CXUnaryOperator_PostInc || op == CXUnaryOperator_PostDec;
    }
    default:
        return clang_getCanonicalType(clang_getCursorType(c)).kind == CXType_Void;
    }
}

// The parts the header has: by the raw text or, when empty macro arguments hide them, by what the
// parts look like.
static int header_mask(struct lower *l, CXCursor c, const CXCursor *parts, uint32_t count) {
    if (count == 0 || count == 3) {
        return count ? SCAN_FOR_INIT | SCAN_FOR_COND | SCAN_FOR_INC : 0;
    }
    struct cx_place at = cx_spelling_place(cx_start(c));
    int mask = scan_for_parts(lower_text(l, at.file), at.offset);
    if (mask >= 0 && bits(mask) == count) {
        return mask;
    }
    if (count == 1) {
        bool is_decl = clang_getCursorKind(parts[0]) == CXCursor_DeclStmt;
        return is_decl ? SCAN_FOR_INIT : is_step(parts[0]) ? SCAN_FOR_INC : SCAN_FOR_COND;
    }
    if (!is_step(parts[0])) {
        return SCAN_FOR_COND | SCAN_FOR_INC;
    }
    return SCAN_FOR_INIT | (is_step(parts[1]) ? SCAN_FOR_INC : SCAN_FOR_COND);
}

static void split_for(struct lower *l, CXCursor c, struct for_parts *ret) {
    struct cx_list list = cx_children(l->scratch, c);
    CXCursor none = clang_getNullCursor();
    *ret = (struct for_parts){none, none, none, none, none};
    if (list.count == 0) {
        return;
    }
    ret->body = list.items[list.count - 1];
    CXCursor parts[3];
    uint32_t count = 0;
    for (uint32_t i = 0; i + 1 < list.count; i++) {
        if (clang_getCursorKind(list.items[i]) == CXCursor_VarDecl) {
            ret->decl =
                list.items[i]; // a condition variable, a child of its own besides the condition
        } else if (count < 3) {
            parts[count++] = list.items[i];
        }
    }
    int mask = header_mask(l, c, parts, count);
    uint32_t i = 0;
    if (mask & SCAN_FOR_INIT) {
        ret->init = parts[i++];
    }
    if (mask & SCAN_FOR_COND) {
        ret->cond = parts[i++];
    }
    if (mask & SCAN_FOR_INC) {
        ret->inc = parts[i];
    }
}

void lower_for(struct lower *l, CXCursor c) {
    struct for_parts p;
    loc_id loc = lower_at(l, c);
    split_for(l, c, &p);
    lower_scope_push(l);
    if (!cx_is_null(p.init)) {
        lower_stmt(l, p.init);
    }
    struct jump_targets t = {.on_continue = ir_bb_new(l->b), .on_break = ir_bb_new(l->b)};
    ir_bb head = ir_bb_new(l->b);
    ir_bb body = ir_bb_new(l->b);
    ir_term_jump(l->b, head, loc);
    ir_bb_set(l->b, head);
    lower_targets_push(l, &t);
    lower_scope_push(l);
    t.continue_scope = l->fn->scope; // the condition variable lives while the increment runs
    if (!cx_is_null(p.decl) && !cx_is_null(p.cond)) {
        cond_with_variable(l, p.decl, p.cond, body, t.on_break);
    } else if (!cx_is_null(p.cond)) {
        lower_cond(l, p.cond, body, t.on_break);
    } else {
        ir_term_jump(l->b, body, loc);
    }
    ir_bb_set(l->b, body);
    if (!cx_is_null(p.body)) {
        lower_stmt(l, p.body);
    }
    ir_term_jump(l->b, t.on_continue, l->fn->loc);
    ir_bb_set(l->b, t.on_continue);
    if (!cx_is_null(p.inc)) {
        lower_discard(l, p.inc);
    }
    lower_scope_pop(l, loc);
    ir_term_jump(l->b, head, loc);
    lower_targets_pop(l);
    ir_bb_set(l->b, t.on_break);
    lower_scope_pop(l, l->fn->loc);
}
