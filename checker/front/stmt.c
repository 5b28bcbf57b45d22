// Statements -> blocks and edges. Loops are in loop.c.
#include "checker/front/fn.h"
#include "checker/front/omp.h"
#include "checker/front/scan.h"

void lower_compound(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    loc_id end = lower_source_loc(l, cx_end(c));
    lower_scope_push(l);
    for (uint32_t i = 0; i < list.count; i++) {
        lower_stmt(l, list.items[i]);
    }
    lower_scope_pop(l, end.v ? end : l->fn->loc);
}

// --- declarations ---

static sym_id cleanup_of(struct lower *l, CXCursor decl) {
    struct cx_list list = cx_children(l->scratch, decl);
    for (uint32_t i = 0; i < list.count; i++) {
        enum CXCursorKind kind = clang_getCursorKind(list.items[i]);
        if (kind != CXCursor_UnexposedAttr) {
            continue;
        }
        struct str printed = cx_pretty_decl(l->scratch, decl);
        struct str name = scan_call_argument(printed, 0, printed.len, STR("cleanup"));
        if (name.len) {
            return lower_function_named(l, name);
        }
    }
    return (sym_id){0};
}

static enum CXChildVisitResult note_label_address(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    struct lower *l = data;
    if (clang_getCursorKind(c) == CXCursor_AddrLabelExpr) {
        lower_label_address(l, clang_getCursorReferenced(cx_only_child(c)));
    }
    return CXChildVisit_Recurse;
}

// Initialised once, before or at first use: with the globals. Tables of labels are noted here.
static void lower_static_local(struct lower *l, CXCursor decl) {
    CXCursor init = clang_Cursor_getVarDeclInitializer(decl);
    if (!cx_is_null(init)) {
        vec_push(l->scratch, &l->globals, decl);
        clang_visitChildren(init, note_label_address, l);
    }
}

// The size of a variable-length array is evaluated where it is declared.
static void lower_array_size(struct lower *l, CXCursor decl, CXCursor init) {
    if (clang_getCanonicalType(clang_getCursorType(decl)).kind != CXType_VariableArray) {
        return;
    }
    struct cx_list list = cx_children(l->scratch, decl);
    for (uint32_t i = 0; i < list.count; i++) {
        if (clang_isExpression(clang_getCursorKind(list.items[i])) &&
            !clang_equalCursors(list.items[i], init)) {
            lower_discard(l, list.items[i]);
        }
    }
}

void lower_local(struct lower *l, CXCursor decl) {
    if (clang_getCursorKind(decl) != CXCursor_VarDecl) {
        return; // types, nested functions' prototypes, static assertions
    }
    var_id var = lower_var(l, decl);
    uint8_t var_kind = l->f->vars.data[var.v].kind;
    if (var_kind == VAR_GLOBAL || var_kind == VAR_STATIC_LOCAL) {
        lower_static_local(l, decl);
        return;
    }
    loc_id at = l->f->vars.data[var.v].loc;
    loc_id loc = at.v ? at : l->fn->loc;
    l->fn->loc = loc;
    if (l->is_cxx && cxx_local(l, decl, var)) {
        return;
    }
    struct scope_item item = {
        .var = var, .cleanup = cleanup_of(l, decl), .type = clang_getCursorType(decl)};
    CXCursor init = clang_Cursor_getVarDeclInitializer(decl);
    lower_array_size(l, decl, init);
    lower_scope_add(l, item, loc);
    if (!cx_is_null(init)) {
        lower_init(l, ir_path_var(l->b, var), item.type, init);
    }
}

static void lower_decl_stmt(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    for (uint32_t i = 0; i < list.count; i++) {
        lower_local(l, list.items[i]);
    }
}

// --- if ---

struct if_parts {
    CXCursor init; // null when absent
    CXCursor decl; // condition variable
    CXCursor cond;
    CXCursor then;
    CXCursor otherwise;
};

bool lower_has_init(struct lower *l, CXCursor c) {
    if (!l->is_cxx) {
        return false;
    }
    struct cx_place at = cx_spelling_place(cx_start(c));
    struct str text = lower_text(l, at.file);
    return scan_has_init(text, at.offset);
}

static struct if_parts split_if(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    CXCursor none = clang_getNullCursor();
    struct if_parts p = {none, none, none, none, none};
    uint32_t at = 0;
    if (list.count > 2 && lower_has_init(l, c)) {
        p.init = list.items[at++];
    }
    if (at < list.count && clang_getCursorKind(list.items[at]) == CXCursor_VarDecl) {
        p.decl = list.items[at++];
    }
    p.cond = at < list.count ? list.items[at++] : none;
    p.then = at < list.count ? list.items[at++] : none;
    p.otherwise = at < list.count ? list.items[at] : none;
    return p;
}

// The branch and the first arm; afterwards the block of the else is current.
static void lower_arm(struct lower *l, const struct if_parts *p, ir_bb otherwise, ir_bb after,
                      loc_id loc) {
    ir_bb then = ir_bb_new(l->b);
    if (cx_is_null(p->cond)) {
        ir_term_branch(l->b, OPR_NE, ir_val_unknown(l->b), ir_val_const(l->b, 0), then, otherwise,
                       loc);
    } else {
        lower_cond(l, p->cond, then, otherwise);
    }
    ir_bb_set(l->b, then);
    if (!cx_is_null(p->then)) {
        lower_stmt(l, p->then);
    }
    ir_term_jump(l->b, after, l->fn->loc);
    ir_bb_set(l->b, otherwise);
}

static bool is_scoped(const struct if_parts *p) {
    return !cx_is_null(p->init) || !cx_is_null(p->decl);
}

// A chain of `else if` is walked, not descended: generated code has thousands.
static void lower_if(struct lower *l, CXCursor c) {
    struct if_parts p = split_if(l, c);
    bool opens_scope = is_scoped(&p);
    if (opens_scope) {
        lower_scope_push(l);
    }
    if (!cx_is_null(p.init)) {
        lower_stmt(l, p.init);
    }
    if (!cx_is_null(p.decl)) {
        lower_local(l, p.decl);
    }
    ir_bb after = ir_bb_new(l->b);
    for (;;) {
        bool has_else = !cx_is_null(p.otherwise);
        lower_arm(l, &p, has_else ? ir_bb_new(l->b) : after, after, lower_at(l, c));
        if (!has_else) {
            break;
        }
        struct if_parts next = {.then = clang_getNullCursor()};
        bool is_chain = clang_getCursorKind(p.otherwise) == CXCursor_IfStmt;
        if (is_chain) {
            next = split_if(l, p.otherwise);
        }
        if (!is_chain || is_scoped(&next)) {
            lower_stmt(l, p.otherwise);
            ir_term_jump(l->b, after, l->fn->loc);
            break;
        }
        c = p.otherwise;
        p = next;
    }
    ir_bb_set(l->b, after);
    if (opens_scope) {
        lower_scope_pop(l, l->fn->loc);
    }
}

// --- jumps ---

static void lower_break(struct lower *l, loc_id loc) {
    struct jump_targets *t = l->fn->targets;
    if (t) {
        lower_cleanups(l, t->break_scope, loc);
        ir_term_jump(l->b, t->on_break, loc);
    }
    ir_bb_set(l->b, IR_BB_NONE);
}

static void lower_continue(struct lower *l, loc_id loc) {
    struct jump_targets *t = l->fn->targets;
    while (t && t->is_switch) {
        t = t->outer;
    }
    if (t) {
        lower_cleanups(l, t->continue_scope, loc);
        ir_term_jump(l->b, t->on_continue, loc);
    }
    ir_bb_set(l->b, IR_BB_NONE);
}

static void lower_return(struct lower *l, CXCursor c) {
    if (l->is_cxx && cxx_return(l, c)) {
        return;
    }
    loc_id loc = lower_at(l, c);
    CXCursor value = cx_only_child(c);
    val_id v = {0};
    if (!cx_is_null(value)) {
        if (l->fn->returns_reference) {
            v = ir_val_addr(l->b, lower_lvalue(l, value));
        } else {
            v = lower_rvalue(l, value);
        }
        uint8_t kind = l->f->vals.data[v.v].kind;
        bool stable = kind == VAL_CONST || kind == VAL_CALL || kind == VAL_FN || kind == VAL_STR;
        if (!stable && lower_has_cleanups(l, NULL)) {
            path_id temp = lower_temp(l, lower_type(l, clang_getCursorType(value)), loc);
            ir_op_write(l->b, temp, v, 0, loc);
            v = ir_val_path(l->b, temp);
        }
    }
    lower_cleanups(l, NULL, loc);
    ir_term_return(l->b, v, loc);
}

static void lower_computed_goto(struct lower *l, CXCursor c) {
    CXCursor target = cx_only_child(c);
    val_id v = cx_is_null(target) ? ir_val_unknown(l->b) : lower_rvalue(l, target);
    ir_fn_flag(l->b, FN_HAS_GOTO);
    if (ir_bb_open(l->b)) {
        vec_push(l->scratch, &l->fn->indirect, ir_bb_current(l->b));
    }
    ir_term_indirect(l->b, v, lower_at(l, c));
}

// An operand that is a place, not a loaded value, is an output or a memory operand: read and
// written.
static void asm_operand(struct lower *l, CXCursor c, loc_id loc) {
    enum CXCursorKind kind = clang_getCursorKind(cx_peel_parens(c));
    bool is_place = kind == CXCursor_DeclRefExpr || kind == CXCursor_MemberRefExpr ||
                    kind == CXCursor_ArraySubscriptExpr ||
                    (kind == CXCursor_UnaryOperator &&
                     clang_getCursorUnaryOperatorKind(cx_peel_parens(c)) == CXUnaryOperator_Deref);
    if (!is_place) {
        lower_discard(l, c);
        return;
    }
    path_id p = lower_lvalue(l, c);
    lower_read(l, p, clang_getCursorType(c), loc);
    ir_op_write(l->b, p, ir_val_unknown(l->b), lower_access_flags(l, clang_getCursorType(c)), loc);
}

static void lower_asm(struct lower *l, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    struct cx_place at = cx_spelling_place(cx_start(c));
    unsigned flags = scan_asm(lower_text(l, at.file), at.offset);
    loc_id loc = lower_at(l, c);
    for (uint32_t i = 0; i < list.count; i++) {
        enum CXCursorKind kind = clang_getCursorKind(list.items[i]);
        if (kind == CXCursor_AddrLabelExpr) { // asm goto
            ir_bb next = ir_bb_new(l->b);
            ir_bb jump = ir_bb_new(l->b);
            ir_term_branch(l->b, OPR_NE, ir_val_unknown(l->b), ir_val_const(l->b, 0), jump, next,
                           loc);
            ir_bb_set(l->b, jump);
            lower_goto(l, clang_getCursorReferenced(cx_only_child(list.items[i])), loc);
            ir_bb_set(l->b, next);
        } else if (clang_isExpression(kind) && kind != CXCursor_StringLiteral) {
            asm_operand(l, list.items[i], loc);
        }
    }
    ir_op_asm(l->b, flags & (SCAN_ASM_MEMORY | SCAN_ASM_FENCE) ? OPF_MEMORY : 0, loc);
}

static void lower_wrapped(struct lower *l, CXCursor c) {
    CXCursor inner = cx_only_child(c);
    if (!cx_is_null(inner)) {
        lower_stmt(l, inner);
        return;
    }
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count) { // [[likely]] and the like stand before the statement
        lower_stmt(l, list.items[list.count - 1]);
    }
}

static void lower_jump(struct lower *l, CXCursor c, enum CXCursorKind kind) {
    if (kind == CXCursor_BreakStmt) {
        lower_break(l, lower_at(l, c));
    } else if (kind == CXCursor_ContinueStmt) {
        lower_continue(l, lower_at(l, c));
    } else if (kind == CXCursor_ReturnStmt) {
        lower_return(l, c);
    } else if (kind == CXCursor_IndirectGotoStmt) {
        lower_computed_goto(l, c);
    } else {
        CXCursor ref = cx_only_child(c);
        lower_goto(l, clang_getCursorReferenced(cx_is_null(ref) ? c : ref), lower_at(l, c));
    }
}

static void dispatch(struct lower *l, CXCursor c) {
    enum CXCursorKind kind = clang_getCursorKind(c);
    switch ((int)kind) {
    case CXCursor_CompoundStmt:
        lower_compound(l, c);
        break;
    case CXCursor_DeclStmt:
        lower_decl_stmt(l, c);
        break;
    case CXCursor_VarDecl:
        lower_local(l, c);
        break;
    case CXCursor_IfStmt:
        lower_if(l, c);
        break;
    case CXCursor_WhileStmt:
        lower_while(l, c);
        break;
    case CXCursor_DoStmt:
        lower_do(l, c);
        break;
    case CXCursor_ForStmt:
        lower_for(l, c);
        break;
    case CXCursor_SwitchStmt:
        lower_switch(l, c);
        break;
    case CXCursor_CaseStmt:
    case CXCursor_DefaultStmt:
        lower_cases(l, c);
        break;
    case CXCursor_BreakStmt:
    case CXCursor_ContinueStmt:
    case CXCursor_ReturnStmt:
    case CXCursor_GotoStmt:
    case CXCursor_IndirectGotoStmt:
        lower_jump(l, c, kind);
        break;
    case CXCursor_LabelStmt:
        lower_label(l, c, lower_at(l, c));
        lower_wrapped(l, c);
        break;
    case CXCursor_GCCAsmStmt:
    case CXCursor_MSAsmStmt:
        lower_asm(l, c);
        break;
    case CXCursor_UnexposedStmt:
        lower_wrapped(l, c);
        break;
    case CXCursor_NullStmt:
    case CXCursor_StaticAssert:
    case CXCursor_TypedefDecl:
    case CXCursor_StructDecl:
    case CXCursor_UnionDecl:
    case CXCursor_EnumDecl:
    case CXCursor_FunctionDecl:
        break;
    default:
        if (clang_isExpression(kind)) {
            lower_discard(l, c);
        } else {
            lower_unhandled(l, c);
        }
        break;
    }
}

void lower_stmt(struct lower *l, CXCursor c) {
    if (!lower_enter(l)) {
        return;
    }
    bool done = l->omp && omp_stmt(l, c);
    if (!done && (!l->is_cxx || !cxx_stmt(l, c))) {
        dispatch(l, c);
    }
    l->depth--;
}
