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
static void cond_with_variable(struct lower *l, CXCursor decl, CXCursor cond, ir_bb body, ir_bb on_break) {
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

// The parts the header has: by the raw text (P1) or, when that is macro trickery, by what clang prints of the loop.
static int header_mask(struct lower *l, CXCursor c, uint32_t parts) {
    if (parts == 3) {
        return SCAN_FOR_INIT | SCAN_FOR_COND | SCAN_FOR_INC;
    }
    if (parts == 0) {
        return 0;
    }
    struct cx_place at = cx_spelling_place(cx_start(c));
    int mask = scan_for_parts(cx_file_text(l->tu, at.file), at.offset);
    if (mask >= 0 && bits(mask) == parts) {
        return mask;
    }
    CXPrintingPolicy policy = clang_getCursorPrintingPolicy(c);
    struct str printed = cx_str(l->scratch, clang_getCursorPrettyPrinted(c, policy));
    clang_PrintingPolicy_dispose(policy);
    mask = scan_for_parts(printed, scan_skip_blank(printed, 0));
    return mask >= 0 && bits(mask) == parts ? mask : -1;
}

static bool split_for(struct lower *l, CXCursor c, struct cx_list list, struct for_parts *ret) {
    CXCursor none = clang_getNullCursor();
    *ret = (struct for_parts){none, none, none, none, none};
    if (list.count == 0) {
        return false;
    }
    ret->body = list.items[list.count - 1];
    uint32_t variables = 0; // a condition variable is a child of its own besides the condition
    for (uint32_t i = 0; i + 1 < list.count; i++) {
        variables += clang_getCursorKind(list.items[i]) == CXCursor_VarDecl;
    }
    int mask = header_mask(l, c, list.count - 1 - variables);
    if (mask < 0) {
        return false;
    }
    uint32_t i = 0;
    if (mask & SCAN_FOR_INIT) {
        ret->init = list.items[i++];
    }
    if (variables) {
        ret->decl = list.items[i++];
    }
    if (mask & SCAN_FOR_COND) {
        ret->cond = list.items[i++];
    }
    if (mask & SCAN_FOR_INC) {
        ret->inc = list.items[i];
    }
    return true;
}

// The condition of a loop whose header could not be read: the parts are evaluated each turn, any number of times.
static void guess_cond(struct lower *l, struct cx_list list, ir_bb body, ir_bb on_break, loc_id loc) {
    ir_unhandled(l->b, STR("for header"));
    for (uint32_t i = 0; i + 1 < list.count; i++) {
        lower_stmt(l, list.items[i]);
    }
    ir_term_branch(l->b, OPR_NE, ir_val_unknown(l->b), ir_val_const(l->b, 0), body, on_break, loc);
}

void lower_for(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    struct for_parts p;
    loc_id loc = lower_at(l, c);
    bool is_known = split_for(l, c, list, &p);
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
    if (!is_known) {
        guess_cond(l, list, body, t.on_break, loc);
    } else if (!cx_is_null(p.decl)) {
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
