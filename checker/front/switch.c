// Switches -> blocks and edges.
#include "checker/front/fn.h"
#include "checker/front/scan.h"

struct header_search {
    CXFile file;
    uint32_t from;
    uint32_t to; // exclusive
    CXCursor found;
};

static enum CXChildVisitResult find_in_header(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    struct header_search *s = data;
    CXCursor decl = clang_getCursorKind(c) == CXCursor_DeclRefExpr ? clang_getCursorReferenced(c)
                                                                   : clang_getNullCursor();
    if (clang_getCursorKind(decl) != CXCursor_VarDecl) {
        return CXChildVisit_Recurse;
    }
    struct cx_place at = cx_spelling_place(clang_getCursorLocation(decl));
    if (at.file != s->file || at.offset < s->from || at.offset >= s->to) {
        return CXChildVisit_Recurse;
    }
    s->found = decl;
    return CXChildVisit_Break;
}

// libclang drops the init statement of a switch; the variable it declares is reached through its
// uses.
static void lower_switch_init(struct lower *l, CXCursor c) {
    struct cx_place at = cx_spelling_place(cx_start(c));
    size_t end = scan_after_init(lower_text(l, at.file), at.offset);
    struct header_search s = {at.file, at.offset, (uint32_t)end, clang_getNullCursor()};
    clang_visitChildren(c, find_in_header, &s);
    if (cx_is_null(s.found)) {
        ir_fn_flag(l->b, FN_PARTIAL);
        ir_unhandled(l->b, STR("switch init"));
    } else {
        lower_local(l, s.found);
    }
}

// --- enumerations ---

struct coverage {
    const struct jump_targets *targets;
    bool all;
};

static enum CXChildVisitResult visit_enumerator(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    struct coverage *v = data;
    if (clang_getCursorKind(c) != CXCursor_EnumConstantDecl) {
        return CXChildVisit_Continue;
    }
    int64_t value = clang_getEnumConstantDeclValue(c);
    bool found = false;
    for (uint32_t i = 0; i < v->targets->cases.len && !found; i++) {
        const struct case_range *r = &v->targets->cases.data[i];
        found = r->lo <= value && value <= r->hi;
    }
    v->all = found;
    return found ? CXChildVisit_Continue : CXChildVisit_Break;
}

// The enumeration that a switch is over, behind the conversion to int.
static CXCursor switched_enum(struct lower *l, CXCursor condition) {
    for (int depth = 0; depth < 4; depth++) {
        CXType type = clang_getCanonicalType(clang_getCursorType(condition));
        if (type.kind == CXType_Enum) {
            return clang_getTypeDeclaration(type);
        }
        struct cx_list inner = cx_children(l->scratch, condition);
        bool is_wrapped = clang_getCursorKind(condition) == CXCursor_UnexposedExpr ||
                          clang_getCursorKind(condition) == CXCursor_ParenExpr;
        if (!is_wrapped || inner.count != 1) {
            break;
        }
        condition = inner.items[0];
    }
    return clang_getNullCursor();
}

// Every enumerator has a case: whoever wrote the switch means that nothing else comes, and so do
// compilers when they warn of the others (-Wswitch).
static bool covers_enum(struct lower *l, CXCursor condition, const struct jump_targets *t) {
    CXCursor decl = t->cases.len ? switched_enum(l, condition) : clang_getNullCursor();
    struct coverage v = {.targets = t};
    if (!cx_is_null(decl)) {
        clang_visitChildren(decl, visit_enumerator, &v);
    }
    return v.all;
}

// --- the statement ---

void lower_switch(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    loc_id loc = lower_at(l, c);
    if (list.count < 2) {
        lower_unhandled(l, c);
        return;
    }
    lower_scope_push(l);
    uint32_t at = 0;
    if (clang_getCursorKind(list.items[0]) == CXCursor_VarDecl && list.count > 2) {
        lower_local(l, list.items[at++]);
    } else if (lower_has_init(l, c)) {
        lower_switch_init(l, c);
    }
    val_id v = lower_rvalue(l, list.items[at]);
    bool is_reachable = ir_bb_open(l->b);
    struct jump_targets t = {.on_break = ir_bb_new(l->b),
                             .is_switch = true,
                             .switch_block = is_reachable ? ir_bb_current(l->b) : IR_BB_NONE};
    ir_term_switch(l->b, v, loc);
    lower_targets_push(l, &t);
    ir_bb_set(l->b, IR_BB_NONE);
    lower_stmt(l, list.items[list.count - 1]);
    ir_term_jump(l->b, t.on_break, l->fn->loc);
    if (!t.has_default) {
        bool is_covered = covers_enum(l, list.items[at], &t);
        ir_bb other = is_covered ? ir_bb_new(l->b) : t.on_break;
        ir_edge_add(l->b, t.switch_block, other, EDGE_DEFAULT, 0, 0);
        if (is_covered) {
            ir_bb_set(l->b, other);
            ir_term_unreachable(l->b, loc);
        }
    }
    lower_targets_pop(l);
    ir_bb_set(l->b, t.on_break);
    lower_scope_pop(l, l->fn->loc);
}

static struct jump_targets *innermost_switch(struct lower *l) {
    struct jump_targets *t = l->fn->targets;
    while (t && !t->is_switch) {
        t = t->outer;
    }
    return t;
}

static bool constant(CXCursor c, int64_t *ret_value) {
    CXEvalResult r = clang_Cursor_Evaluate(c);
    if (!r) {
        return false;
    }
    bool ok = clang_EvalResult_getKind(r) == CXEval_Int;
    if (ok) {
        *ret_value = clang_EvalResult_getAsLongLong(r);
    }
    clang_EvalResult_dispose(r);
    return ok;
}

static void add_case(struct lower *l, struct jump_targets *t, struct cx_list list, ir_bb here) {
    int64_t lo = INT64_MIN;
    int64_t hi = INT64_MAX;
    bool is_known = constant(list.items[0], &lo);
    hi = is_known ? lo : hi;
    if (list.count == 3 && !constant(list.items[1], &hi)) { // GNU `case lo ... hi`
        hi = INT64_MAX;
    }
    vec_push(l->scratch, &t->cases, ((struct case_range){lo, hi}));
    ir_edge_add(l->b, t->switch_block, here, EDGE_CASE, lo, hi);
}

static bool is_case(CXCursor c) {
    enum CXCursorKind kind = clang_getCursorKind(c);
    return kind == CXCursor_CaseStmt || kind == CXCursor_DefaultStmt;
}

// `case 1: case 2: s;` is a case in a case: walked, not descended.
void lower_cases(struct lower *l, CXCursor c) {
    struct jump_targets *t = innermost_switch(l);
    while (is_case(c)) {
        struct cx_list list = cx_children(l->scratch, c);
        ir_bb here = ir_bb_new(l->b);
        ir_term_jump(l->b, here, lower_at(l, c));
        if (t && clang_getCursorKind(c) == CXCursor_DefaultStmt) {
            t->has_default = true;
            ir_edge_add(l->b, t->switch_block, here, EDGE_DEFAULT, 0, 0);
        } else if (t && list.count) {
            add_case(l, t, list, here);
        }
        ir_bb_set(l->b, here);
        if (!list.count) {
            return;
        }
        c = list.items[list.count - 1];
    }
    lower_stmt(l, c);
}
