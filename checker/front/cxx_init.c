// Objects come into being: initialisers that construct in place, temporaries, local variables,
// returned values.
#include "checker/front/cxx.h"

CXType cxx_bare_type(CXType t) {
    t = clang_getCanonicalType(t);
    if (t.kind == CXType_LValueReference || t.kind == CXType_RValueReference) {
        t = clang_getCanonicalType(clang_getPointeeType(t));
    }
    return clang_getUnqualifiedType(t);
}

bool cxx_is_reference(CXType t) {
    enum CXTypeKind kind = clang_getCanonicalType(t).kind;
    return kind == CXType_LValueReference || kind == CXType_RValueReference;
}

bool cxx_is_class(CXType t) {
    return clang_getCanonicalType(t).kind == CXType_Record;
}

struct last_expression {
    CXCursor found;
};

static enum CXChildVisitResult keep_expression(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    struct last_expression *last = data;
    if (clang_isExpression(clang_getCursorKind(c))) {
        last->found = c;
    }
    return CXChildVisit_Continue;
}

static CXCursor last_expression_of(CXCursor c) {
    struct last_expression last = {.found = clang_getNullCursor()};
    clang_visitChildren(c, keep_expression, &last);
    return last.found;
}

CXCursor cxx_peel(CXCursor c) {
    for (;;) {
        CXCursor inner = cx_peel(c);
        enum CXCursorKind kind = clang_getCursorKind(inner);
        bool is_class_cast =
            (kind == CXCursor_CXXFunctionalCastExpr || kind == CXCursor_CXXStaticCastExpr ||
             kind == CXCursor_CStyleCastExpr) &&
            cxx_is_class(clang_getCursorType(inner));
        CXCursor operand = is_class_cast ? last_expression_of(inner) : clang_getNullCursor();
        if (cx_is_null(operand)) {
            return inner;
        }
        c = operand;
    }
}

bool cxx_is_class_prvalue(CXCursor c) {
    if (!cxx_is_class(clang_getCursorType(c))) {
        return false;
    }
    CXCursor inner = cxx_peel(c);
    switch ((int)clang_getCursorKind(inner)) {
    case CXCursor_CallExpr:
        return !cxx_returns_reference(inner);
    case CXCursor_LambdaExpr:
    case CXCursor_InitListExpr:
        return true;
    case CXCursor_ConditionalOperator:
        return cxx_is_class_prvalue(last_expression_of(inner));
    default:
        return false;
    }
}

// --- full expressions and temporaries ---

uint32_t cxx_full_begin(struct lower *l) {
    struct cxx_state *s = cxx_here(l);
    s->depth++;
    return s->temps.len;
}

void cxx_full_end(struct lower *l, uint32_t mark) {
    struct cxx_state *s = cxx_here(l);
    while (s->temps.len > mark) {
        struct temp_item item = vec_last(&s->temps);
        s->temps.len--;
        if (ir_bb_open(l->b)) {
            cxx_destroy(l, item.type, ir_path_var(l->b, item.var), l->fn->loc);
            ir_op_scope(l->b, false, item.var, l->fn->loc);
        }
    }
    s->depth--;
}

static path_id new_object(struct lower *l, CXCursor c) {
    CXType t = clang_getCursorType(c);
    path_id path = lower_temp(l, lower_type(l, t), lower_at(l, c));
    cxx_init(l, path, t, c);
    return path;
}

path_id cxx_materialize(struct lower *l, CXCursor c) {
    CXType t = clang_getCursorType(c);
    path_id path = new_object(l, c);
    if (cxx_needs_dtor(l, t)) {
        struct temp_item item = {.var = l->f->paths.data[path.v].var, .type = t};
        vec_push(l->scratch, &cxx_here(l)->temps, item);
    }
    return path;
}

// --- initialisers ---

struct init_fields {
    struct arena *arena;
    VEC(CXCursor) list;
};

static enum CXVisitorResult add_field(CXCursor field, CXClientData data) {
    struct init_fields *fields = data;
    vec_push(fields->arena, &fields->list, field);
    return CXVisit_Continue;
}

// std::initializer_list, a container, or an aggregate with bases: values are evaluated, their
// places unknown.
static void init_elements(struct lower *l, struct cx_list values) {
    for (uint32_t i = 0; i < values.count; i++) {
        if (clang_getCursorKind(values.items[i]) == CXCursor_InitListExpr) {
            init_elements(l,
                          cx_children(l->scratch, values.items[i])); // written braces have no type
        } else if (cxx_is_class_prvalue(values.items[i])) {
            (void)cxx_materialize(l, values.items[i]);
        } else {
            (void)lower_rvalue(l, values.items[i]);
        }
    }
}

static bool has_class_member(const struct init_fields *fields) {
    for (uint32_t i = 0; i < fields->list.len; i++) {
        CXType t = clang_getCursorType(fields->list.data[i]);
        if (cxx_is_class(t) || cxx_is_reference(t)) {
            return true;
        }
    }
    return false;
}

static void init_aggregate(struct lower *l, path_id path, CXType t, CXCursor list) {
    struct cx_list values = cx_children(l->scratch, list);
    enum CXTypeKind kind = clang_getCanonicalType(clang_getCursorType(list)).kind;
    if (kind == CXType_ConstantArray || kind == CXType_IncompleteArray) {
        init_elements(l, values); // the array behind an initializer_list
        return;
    }
    struct init_fields fields = {.arena = l->scratch};
    clang_Type_visitFields(clang_getCanonicalType(t), add_field, &fields);
    bool is_designated =
        values.count > 0 && clang_getCursorType(values.items[0]).kind == CXType_Void;
    if (is_designated || !has_class_member(&fields)) {
        lower_init(l, path, t, list);
    } else if (values.count > fields.list.len ||
               clang_getCursorKind(clang_getTypeDeclaration(t)) == CXCursor_UnionDecl) {
        init_elements(l, values);
    } else {
        record_id owner = lower_record(l, clang_getTypeDeclaration(clang_getCanonicalType(t)));
        for (uint32_t i = 0; i < values.count; i++) {
            CXCursor field = fields.list.data[i];
            CXType type = clang_getCursorType(field);
            path_id at =
                ir_path_field(l->b, path, lower_field_name(l, field), lower_type(l, type), owner);
            cxx_init(l, at, type, values.items[i]);
        }
        for (uint32_t i = values.count; i < fields.list.len; i++) {
            cxx_default_member(l, fields.list.data[i], path, lower_at(l, list), 0);
        }
    }
}

static void init_branches(struct lower *l, path_id path, CXType t, CXCursor c) {
    struct cx_list list = cx_children(l->scratch, c);
    if (list.count != 3) {
        lower_unhandled(l, c);
        return;
    }
    loc_id loc = lower_at(l, c);
    ir_bb arms[2] = {ir_bb_new(l->b), ir_bb_new(l->b)};
    ir_bb after = ir_bb_new(l->b);
    struct cxx_state *s = cxx_here(l);
    uint32_t depth = s->depth;
    s->depth = 0;
    lower_cond(l, list.items[0], arms[0], arms[1]);
    s->depth = depth;
    for (uint32_t i = 0; i < 2; i++) {
        ir_bb_set(l->b, arms[i]);
        uint32_t mark = cxx_full_begin(l);
        cxx_init(l, path, t, list.items[i + 1]);
        cxx_full_end(l, mark);
        if (ir_bb_open(l->b)) {
            ir_term_jump(l->b, after, loc);
        }
    }
    ir_bb_set(l->b, after);
}

static void init_class(struct lower *l, path_id path, CXType t, CXCursor init) {
    CXCursor value = cxx_peel(init);
    loc_id loc = lower_at(l, init);
    switch ((int)clang_getCursorKind(value)) {
    case CXCursor_CallExpr:
        if (clang_getCursorKind(clang_getCursorReferenced(value)) == CXCursor_Constructor) {
            cxx_construct(l, value, path);
            return;
        }
        if (!cxx_returns_reference(value)) {
            val_id result = cxx_call(l, value);
            ir_op_write(l->b, path, result, OPF_INIT, loc);
            return;
        }
        break;
    case CXCursor_LambdaExpr:
        (void)cxx_lambda(l, value, path);
        return;
    case CXCursor_InitListExpr: {
        CXCursor only = cx_only_child(value);
        bool is_copy = !cx_is_null(only) && cxx_is_class(clang_getCursorType(only)) &&
                       clang_equalTypes(cxx_bare_type(clang_getCursorType(only)), cxx_bare_type(t));
        if (is_copy) {
            cxx_init(l, path, t, only);
        } else {
            init_aggregate(l, path, t, value);
        }
        return;
    }
    case CXCursor_ConditionalOperator:
        if (cxx_is_class_prvalue(value)) {
            init_branches(l, path, t, value);
            return;
        }
        break;
    case CXCursor_StmtExpr: {
        val_id result = lower_rvalue(l, value);
        ir_op_write(l->b, path, result, OPF_INIT, loc);
        return;
    }
    default:
        break;
    }
    path_id source = lower_lvalue(l, value);
    ir_op_write(l->b, path, ir_val_path(l->b, source), OPF_INIT, loc);
}

static void init_class_array(struct lower *l, path_id path, CXType t, CXCursor init) {
    CXCursor value = cx_peel(init);
    CXType element = clang_getArrayElementType(t);
    type_id type = lower_type(l, element);
    if (clang_getCursorKind(value) != CXCursor_InitListExpr) {
        bool is_construction =
            clang_getCursorKind(value) == CXCursor_CallExpr &&
            clang_getCursorKind(clang_getCursorReferenced(value)) == CXCursor_Constructor;
        if (is_construction) {
            cxx_construct(l, value, ir_path_index(l->b, path, ir_val_unknown(l->b), type));
        } else {
            lower_init(l, path, t, init);
        }
        return;
    }
    struct cx_list values = cx_children(l->scratch, value);
    for (uint32_t i = 0; i < values.count; i++) {
        cxx_init(l, ir_path_index(l->b, path, ir_val_const(l->b, (int64_t)i), type), element,
                 values.items[i]);
    }
}

// Array copied as a whole (structured binding, capture): libclang shows the source and the copy of
// an element.
static bool copy_array(struct lower *l, path_id path, CXType t, CXCursor init) {
    if (t.kind != CXType_ConstantArray || clang_getCursorKind(init) != CXCursor_UnexposedExpr) {
        return false;
    }
    struct cx_list list = cx_children(l->scratch, init);
    if (list.count != 2 ||
        clang_getCanonicalType(clang_getCursorType(list.items[0])).kind != CXType_ConstantArray) {
        return false;
    }
    path_id source = lower_lvalue(l, list.items[0]);
    lower_read(l, source, t, lower_at(l, init));
    ir_op_write(l->b, path, ir_val_path(l->b, source), OPF_INIT, lower_at(l, init));
    return true;
}

void cxx_init(struct lower *l, path_id path, CXType t, CXCursor init) {
    if (cxx_is_reference(t)) {
        val_id address = ir_val_addr(l->b, lower_lvalue(l, init));
        ir_op_write(l->b, path, address, OPF_INIT, lower_at(l, init));
        return;
    }
    CXType canonical = clang_getCanonicalType(t);
    if (copy_array(l, path, canonical, init)) {
        return;
    }
    if (canonical.kind == CXType_Record) {
        init_class(l, path, canonical, init);
    } else if ((canonical.kind == CXType_ConstantArray ||
                canonical.kind == CXType_IncompleteArray) &&
               cxx_is_class(clang_getArrayElementType(canonical))) {
        init_class_array(l, path, canonical, init);
    } else if (clang_getCursorKind(init) == CXCursor_InitListExpr && cx_child_count(init) == 0) {
        ir_op_write(l->b, path, ir_val_const(l->b, 0), OPF_INIT, lower_at(l, init)); // int x{}
    } else {
        lower_init(l, path, t, init);
    }
}

// --- local variables ---

// `T &x{y}`: the braces hold the object itself. Those of `const T &x{1, 2}` make one.
static CXCursor bound_object(CXType t, CXCursor init) {
    CXCursor list = cx_peel(init);
    CXCursor inner = cx_only_child(list);
    bool braces = clang_getCursorKind(list) == CXCursor_InitListExpr && !cx_is_null(inner);
    return braces && clang_equalTypes(
                         clang_getUnqualifiedType(cxx_bare_type(t)),
                         clang_getUnqualifiedType(cxx_bare_type(clang_getCursorType(inner))))
               ? inner
               : init;
}

// A temporary bound to a local reference lives as long as the reference.
static void bind_reference(struct lower *l, path_id path, CXType t, CXCursor init) {
    init = bound_object(t, init);
    if (!cxx_is_class_prvalue(init)) {
        cxx_init(l, path, t, init);
        return;
    }
    CXType type = clang_getCursorType(init);
    path_id object = new_object(l, init);
    struct scope_item item = {.var = l->f->paths.data[object.v].var, .type = type};
    item.destroy = cxx_needs_dtor(l, type);
    vec_push(l->scratch, &l->fn->scope->items, item);
    ir_op_write(l->b, path, ir_val_addr(l->b, object), OPF_INIT, lower_at(l, init));
}

bool cxx_local(struct lower *l, CXCursor decl, var_id var) {
    CXType t = clang_getCursorType(decl);
    bool has_cleanup = clang_Cursor_hasAttrs(decl) &&
                       !cx_is_null(cx_find_child(decl, CXCursor_UnexposedAttr)) && !cxx_is_class(t);
    if (has_cleanup) {
        return false;
    }
    struct scope_item item = {.var = var, .type = t};
    lower_scope_add(l, item, lower_at(l, decl));
    struct scope *scope = l->fn->scope;
    uint32_t at = scope->items.len - 1;
    CXCursor init = clang_Cursor_getVarDeclInitializer(decl);
    if (!cx_is_null(init)) {
        uint32_t mark = cxx_full_begin(l);
        path_id path = ir_path_var(l->b, var);
        if (cxx_is_reference(t)) {
            bind_reference(l, path, t, init);
        } else {
            cxx_init(l, path, t, init);
        }
        cxx_full_end(l, mark);
    }
    scope->items.data[at].destroy =
        cxx_needs_dtor(l, t); // not before: a throwing initialiser leaves nothing
    return true;
}

bool cxx_global(struct lower *l, CXCursor decl, var_id var) {
    CXType t = clang_getCursorType(decl);
    CXCursor init = clang_Cursor_getVarDeclInitializer(decl);
    if (cx_is_null(init)) {
        return false;
    }
    uint32_t mark = cxx_full_begin(l);
    cxx_init(l, ir_path_var(l->b, var), t, init);
    cxx_full_end(l, mark);
    return true;
}

void cxx_end_variable(struct lower *l, const struct scope_item *item, loc_id loc) {
    path_id path = ir_path_var(l->b, item->var);
    if (l->f->vars.data[item->var.v].flags & VAR_THIS) { // end of a destructor's body
        CXCursor decl = clang_getTypeDeclaration(clang_getCanonicalType(item->type));
        path_id object = ir_path_deref(l->b, ir_val_path(l->b, path), lower_type(l, item->type));
        cxx_destroy_members(l, decl, object, loc, 0);
    } else {
        cxx_destroy(l, item->type, path, loc);
    }
}

// --- structured bindings ---

void cxx_bindings(struct lower *l, CXCursor decl) {
    struct cx_list list = cx_children(l->scratch, decl);
    struct cxx_state *s = cxx_here(l);
    uint32_t count = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        count += clang_getCursorKind(list.items[i]) == CXCursor_UnexposedDecl;
    }
    if (count == 0 || clang_Cursor_hasVarDeclGlobalStorage(decl) < 0) {
        return; // some other declaration without a kind
    }
    uint32_t index = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        if (clang_getCursorKind(list.items[i]) == CXCursor_UnexposedDecl) {
            struct binding b = {.whole = decl, .index = index++, .count = count};
            map_put(&s->binding_index, lower_cursor_hash(list.items[i]), s->bindings.len);
            vec_push(l->scratch, &s->bindings, b);
        }
    }
    (void)cxx_local(l, decl, lower_var(l, decl));
}

path_id cxx_binding_place(struct lower *l, CXCursor binding) {
    struct cxx_state *s = cxx_here(l);
    uint32_t at = 0;
    CXType t = clang_getCursorType(binding);
    type_id type = lower_type(l, cxx_bare_type(t));
    if (!map_get(&s->binding_index, lower_cursor_hash(binding), &at)) {
        return ir_path_unknown(l->b, type);
    }
    struct binding b = s->bindings.data[at];
    path_id whole = ir_path_var(l->b, lower_var(l, b.whole));
    CXType whole_type = clang_getCursorType(b.whole);
    CXType bare = cxx_bare_type(whole_type);
    if (cxx_is_reference(whole_type)) {
        whole = ir_path_deref(l->b, ir_val_path(l->b, whole), lower_type(l, bare));
    }
    if (bare.kind == CXType_ConstantArray) {
        return ir_path_index(l->b, whole, ir_val_const(l->b, (int64_t)b.index), type);
    }
    struct init_fields fields = {.arena = l->scratch};
    clang_Type_visitFields(bare, add_field, &fields);
    record_id owner = lower_record(l, clang_getTypeDeclaration(bare));
    if (fields.list.len != b.count) { // std::tuple and the like
        return ir_path_field(l->b, whole, ir_name(l->b, cx_spelling(l->scratch, binding)), type,
                             owner);
    }
    CXCursor field = fields.list.data[b.index];
    CXType field_type = clang_getCursorType(field);
    path_id path =
        ir_path_field(l->b, whole, lower_field_name(l, field), lower_type(l, field_type), owner);
    return cxx_is_reference(field_type) ? ir_path_deref(l->b, ir_val_path(l->b, path), type) : path;
}
