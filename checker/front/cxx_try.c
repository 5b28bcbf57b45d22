// Exceptions and range-for.
#include "checker/front/cxx.h"

static void jump_if_open(struct lower *l, ir_bb to, loc_id loc) {
    if (ir_bb_open(l->b)) {
        ir_term_jump(l->b, to, loc);
    }
}

static void branch_unknown(struct lower *l, ir_bb yes, ir_bb no, loc_id loc) {
    ir_term_branch(l->b, OPR_NE, ir_val_unknown(l->b), ir_val_const(l->b, 0), yes, no, loc);
}

enum { MAX_BASES = 16 };

// The class is the other one, or publicly derived from it.
static bool is_a(struct lower *l, CXType t, CXType other, uint32_t depth) {
    if (clang_equalTypes(t, other)) {
        return true;
    }
    if (t.kind != CXType_Record || other.kind != CXType_Record || depth >= MAX_BASES) {
        return false;
    }
    struct cx_list members = cx_children(l->scratch, clang_getTypeDeclaration(t));
    for (uint32_t i = 0; i < members.count; i++) {
        if (clang_getCursorKind(members.items[i]) == CXCursor_CXXBaseSpecifier &&
            clang_getCXXAccessSpecifier(members.items[i]) == CX_CXXPublic &&
            is_a(l, cxx_bare_type(clang_getCursorType(members.items[i])), other, depth + 1)) {
            return true;
        }
    }
    return false;
}

// The first handler that is known to take what is thrown: the body of one that names its class or a
// base, else the chain of tests. Invalid `thrown`: unknown.
static ir_bb handler_for(struct lower *l, const struct scope *try_scope, CXType thrown) {
    for (uint32_t i = 0; i < try_scope->clause_count && thrown.kind != CXType_Invalid; i++) {
        if (is_a(l, thrown, try_scope->clauses[i].type, 0)) {
            return try_scope->clauses[i].body;
        }
    }
    return try_scope->handler;
}

// Ends the current block with a throw to the innermost handler, or out of the function after its
// cleanups.
static void throw_from_here(struct lower *l, CXType thrown, loc_id loc) {
    if (!ir_bb_open(l->b)) {
        return;
    }
    const struct scope *try_scope = lower_try_scope(l);
    ir_bb landing = try_scope
                        ? lower_landing_at(l, try_scope, handler_for(l, try_scope, thrown), loc)
                        : IR_BB_NONE;
    if (landing == IR_BB_NONE) {
        lower_cleanups(l, NULL, loc);
    }
    ir_bb here = ir_bb_current(l->b);
    ir_term_throw(l->b, loc);
    ir_edge_add(l->b, here, landing, EDGE_EXC, 0, 0);
    ir_bb_set(l->b, IR_BB_NONE);
}

void cxx_throw(struct lower *l, CXCursor c) {
    CXCursor operand = cx_only_child(c);
    loc_id loc = lower_at(l, c);
    CXType thrown = {.kind = CXType_Invalid};
    if (!cx_is_null(operand)) {
        thrown = cxx_bare_type(clang_getCursorType(operand));
        if (cxx_is_class_prvalue(operand)) {
            CXType t = clang_getCursorType(operand);
            cxx_init(l, lower_temp(l, lower_type(l, t), loc), t, operand);
        } else {
            (void)lower_rvalue(l, operand);
        }
    }
    throw_from_here(l, thrown, loc);
}

struct catch_parts {
    CXCursor decl; // null for catch (...)
    CXCursor body;
};

static struct catch_parts split_catch(struct lower *l, CXCursor c) {
    struct catch_parts p = {clang_getNullCursor(), clang_getNullCursor()};
    struct cx_list list = cx_children(l->scratch, c);
    for (uint32_t i = 0; i < list.count; i++) {
        enum CXCursorKind kind = clang_getCursorKind(list.items[i]);
        if (kind == CXCursor_VarDecl) {
            p.decl = list.items[i];
        } else if (kind == CXCursor_CompoundStmt) {
            p.body = list.items[i];
        }
    }
    return p;
}

static void lower_catch(struct lower *l, const struct catch_parts *p, loc_id loc) {
    lower_scope_push(l);
    if (!cx_is_null(p->decl)) {
        var_id var = lower_var(l, p->decl);
        struct scope_item item = {.var = var, .type = clang_getCursorType(p->decl)};
        lower_scope_add(l, item, loc);
        ir_op_write(l->b, ir_path_var(l->b, var), ir_val_unknown(l->b), OPF_INIT, loc);
    }
    if (!cx_is_null(p->body)) {
        lower_compound(l, p->body);
    }
    lower_scope_pop(l, l->fn->loc);
}

// The handlers before `catch (...)`, each with a block for its body.
static struct catch_clause *clauses_of(struct lower *l, struct cx_list list, uint32_t *ret_count) {
    struct catch_clause *clauses = ARENA_ARRAY(l->scratch, struct catch_clause, list.count);
    uint32_t count = 0;
    for (uint32_t i = 1; i < list.count; i++) {
        CXCursor decl = split_catch(l, list.items[i]).decl;
        if (cx_is_null(decl)) {
            break;
        }
        clauses[count++] =
            (struct catch_clause){cxx_bare_type(clang_getCursorType(decl)), ir_bb_new(l->b)};
    }
    *ret_count = count;
    return clauses;
}

// `catch (...)`, or a last handler of std::exception: what code throws without saying so is hardly
// ever anything else.
static bool takes_the_rest(struct lower *l, struct cx_list list, uint32_t i,
                           const struct catch_clause *clauses, uint32_t count) {
    return i > count ||
           (i == count && i + 1 == list.count &&
            str_eq(cx_type_spelling(l->scratch, clauses[i - 1].type), STR("std::exception")));
}

// The handlers, from the block that tests for the first one.
static void lower_handlers(struct lower *l, struct cx_list list, const struct scope *scope,
                           loc_id loc, ir_bb after, bool ends_in_throw) {
    const CXType unknown = {.kind = CXType_Invalid};
    bool catches_all = false;
    for (uint32_t i = 1; i < list.count && !catches_all; i++) {
        struct catch_parts p = split_catch(l, list.items[i]);
        catches_all = takes_the_rest(l, list, i, scope->clauses, scope->clause_count);
        ir_bb next = ir_bb_new(l->b);
        loc_id at = lower_at(l, list.items[i]);
        if (!catches_all) {
            branch_unknown(l, scope->clauses[i - 1].body, next, at);
        } else if (!cx_is_null(p.decl)) {
            ir_term_jump(l->b, scope->clauses[i - 1].body, at);
        }
        if (!cx_is_null(p.decl)) {
            ir_bb_set(l->b, scope->clauses[i - 1].body);
        }
        lower_catch(l, &p, at);
        if (ends_in_throw) {
            throw_from_here(l, unknown, l->fn->loc);
        }
        jump_if_open(l, after, l->fn->loc);
        ir_bb_set(l->b, catches_all ? IR_BB_NONE : next);
    }
    if (!catches_all) {
        throw_from_here(l, unknown, loc);
    }
}

void cxx_try(struct lower *l, CXCursor c, const struct ctor_start *start) {
    struct cx_list list = cx_children(l->scratch, c);
    loc_id loc = lower_at(l, c);
    ir_bb handler = ir_bb_new(l->b);
    ir_bb after = ir_bb_new(l->b);
    lower_scope_push(l);
    struct scope *scope = l->fn->scope;
    scope->is_try = true;
    scope->handler = handler;
    scope->clauses = clauses_of(l, list, &scope->clause_count);
    if (start) {
        cxx_init_members(l, start);
    }
    if (list.count > 0) {
        lower_compound(l, list.items[0]);
    }
    lower_scope_pop(l, l->fn->loc);
    jump_if_open(l, after, l->fn->loc);
    ir_bb_set(l->b, handler);
    lower_handlers(l, list, scope, loc, after,
                   start != NULL); // a constructor's handler cannot end normally
    ir_bb_set(l->b, after);
}

// --- range-for ---

struct range_parts {
    CXCursor init; // C++20, null when absent
    CXCursor decl;
    CXCursor range;
    CXCursor body;
};

static bool split_range(struct lower *l, CXCursor c, struct range_parts *ret) {
    struct cx_list list = cx_children(l->scratch, c);
    CXCursor none = clang_getNullCursor();
    *ret = (struct range_parts){none, none, none, none};
    if (list.count < 3) {
        return false;
    }
    ret->body = list.items[list.count - 1];
    for (uint32_t i = 0; i + 1 < list.count; i++) {
        enum CXCursorKind kind = clang_getCursorKind(list.items[i]);
        if (kind == CXCursor_VarDecl || kind == CXCursor_UnexposedDecl) {
            ret->decl = list.items[i];
        } else if (clang_isExpression(kind)) {
            ret->range = list.items[i];
        } else if (clang_isStatement(kind)) {
            ret->init = list.items[i];
        }
    }
    return !cx_is_null(ret->decl) && !cx_is_null(ret->range);
}

static enum CXChildVisitResult find_begin(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    CXCursor *found = data;
    CXCursor var = clang_getCursorReferenced(c);
    if (clang_getCursorKind(c) == CXCursor_DeclRefExpr &&
        clang_getCursorKind(var) == CXCursor_VarDecl) {
        CXString spelling = clang_getCursorSpelling(var);
        bool is_begin = str_starts(str_from(clang_getCString(spelling)), STR("__begin"));
        clang_disposeString(spelling);
        if (is_begin) {
            *found = var;
            return CXChildVisit_Break;
        }
    }
    return CXChildVisit_Recurse;
}

static CXCursor method_named(struct lower *l, CXCursor decl, const char *name) {
    struct cx_list members = cx_children(l->scratch, decl);
    for (uint32_t i = 0; i < members.count; i++) {
        if (clang_getCursorKind(members.items[i]) == CXCursor_CXXMethod &&
            cx_is_spelled(members.items[i], name)) {
            return members.items[i];
        }
    }
    return clang_getNullCursor();
}

static sym_id begin_of(struct lower *l, CXCursor decl) {
    CXCursor method = method_named(l, decl, "begin");
    if (!cx_is_null(method)) {
        lower_enqueue(l, method);
        return lower_sym(l, method);
    }
    struct str parts[] = {lower_qualified_name(l, decl), lower_key(l, decl)};
    struct str tails[] = {STR("::begin"), STR("@F@begin#")};
    for (int i = 0; i < 2; i++) {
        char *text = arena_alloc(l->scratch, 1, parts[i].len + tails[i].len + 1);
        for (size_t k = 0; k < parts[i].len; k++) {
            text[k] = parts[i].ptr[k];
        }
        for (size_t k = 0; k < tails[i].len; k++) {
            text[parts[i].len + k] = tails[i].ptr[k];
        }
        parts[i] = str_make(text, parts[i].len + tails[i].len);
    }
    bool is_system = clang_Location_isInSystemHeader(clang_getCursorLocation(decl)) != 0;
    return lower_named_sym(l, parts[0], parts[1],
                           SYM_METHOD | SYM_NOTHROW | (is_system ? SYM_SYSTEM : 0));
}

// Where the iteration starts: an element of an array, or the result of begin() of the object.
static val_id begin_value(struct lower *l, path_id range, CXType t, loc_id loc) {
    if (t.kind == CXType_Record) {
        val_id object = ir_val_addr(l->b, range);
        struct ir_call call = {
            .callee = begin_of(l, clang_getTypeDeclaration(t)), .flags = CALL_IMPLICIT, .loc = loc};
        return lower_emit_call(l, &call, &object, 1);
    }
    if (t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray ||
        t.kind == CXType_VariableArray) {
        type_id element = lower_type(l, clang_getArrayElementType(t));
        return ir_val_addr(l->b, ir_path_index(l->b, range, ir_val_unknown(l->b), element));
    }
    return ir_val_unknown(l->b);
}

// The object iterated over; a temporary lives as long as the loop.
static path_id range_place(struct lower *l, CXCursor range) {
    if (!cxx_is_class_prvalue(range)) {
        return lower_lvalue(l, range);
    }
    CXType t = clang_getCursorType(range);
    path_id path = lower_temp(l, lower_type(l, t), lower_at(l, range));
    cxx_init(l, path, t, range);
    struct scope_item item = {.var = l->f->paths.data[path.v].var, .type = t};
    item.destroy = cxx_needs_dtor(l, t);
    vec_push(l->scratch, &l->fn->scope->items, item);
    return path;
}

static void lower_iteration(struct lower *l, const struct range_parts *p, loc_id loc) {
    struct jump_targets t = {
        .outer = l->fn->targets, .on_continue = ir_bb_new(l->b), .on_break = ir_bb_new(l->b)};
    t.break_scope = t.continue_scope = l->fn->scope;
    ir_bb body = ir_bb_new(l->b);
    jump_if_open(l, t.on_continue, loc);
    ir_bb_set(l->b, t.on_continue);
    branch_unknown(l, body, t.on_break, loc);
    ir_bb_set(l->b, body);
    l->fn->targets = &t;
    lower_scope_push(l);
    if (clang_getCursorKind(p->decl) == CXCursor_UnexposedDecl) {
        cxx_bindings(l, p->decl);
    } else {
        lower_local(l, p->decl);
    }
    lower_stmt(l, p->body);
    lower_scope_pop(l, l->fn->loc);
    jump_if_open(l, t.on_continue, l->fn->loc);
    l->fn->targets = t.outer;
    ir_bb_set(l->b, t.on_break);
}

void cxx_range_for(struct lower *l, CXCursor c) {
    struct range_parts p;
    if (!split_range(l, c, &p)) {
        (void)lower_unhandled(l, c);
        return;
    }
    loc_id loc = lower_at(l, c);
    lower_scope_push(l);
    if (!cx_is_null(p.init)) {
        lower_stmt(l, p.init);
    }
    uint32_t mark = cxx_full_begin(l);
    path_id range = range_place(l, p.range);
    CXCursor begin = clang_getNullCursor();
    clang_visitChildren(p.decl, find_begin, &begin);
    val_id first = begin_value(l, range, cxx_bare_type(clang_getCursorType(p.range)), loc);
    if (!cx_is_null(begin)) {
        var_id var = lower_var(l, begin);
        struct scope_item item = {.var = var, .type = clang_getCursorType(begin)};
        lower_scope_add(l, item, loc);
        ir_op_write(l->b, ir_path_var(l->b, var), first, OPF_INIT, loc);
    }
    cxx_full_end(l, mark);
    lower_iteration(l, &p, loc);
    lower_scope_pop(l, l->fn->loc);
}
