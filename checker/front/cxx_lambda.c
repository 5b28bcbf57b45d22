// Lambdas: the closure object is written field by field, the body is queued as a function of its
// own. Inside the body a captured variable is a field of *this (cxx.c).
#include "checker/front/cxx.h"

static CXCursor any_call_operator(struct lower *l, CXCursor closure_class) {
    struct cx_list members = cx_children(l->scratch, closure_class);
    for (uint32_t i = 0; i < members.count; i++) {
        if (cx_is_spelled(members.items[i], "operator()")) {
            return members.items[i];
        }
    }
    return clang_getNullCursor();
}

CXCursor cxx_call_operator(struct lower *l, CXCursor closure_class) {
    CXCursor method = any_call_operator(l, closure_class);
    bool is_generic = clang_getCursorKind(method) != CXCursor_CXXMethod;
    return is_generic ? clang_getNullCursor() : method;
}

static void set_fields(struct lower *l, CXCursor closure_class,
                       const struct lambda_captures *captures, loc_id loc) {
    struct ir_field *fields = ARENA_ARRAY(l->scratch, struct ir_field, captures->count);
    for (uint32_t i = 0; i < captures->count; i++) {
        fields[i] = (struct ir_field){.name = captures->items[i].name,
                                      .type = lower_type(l, captures->items[i].type),
                                      .loc = loc,
                                      .flags = FIELD_CAPTURE};
    }
    ir_record_fields(l->b, lower_record(l, closure_class), fields, captures->count);
}

static void write_capture(struct lower *l, const struct lambda_capture *capture, path_id field,
                          loc_id loc) {
    if (capture->is_this) {
        val_id v = cxx_this(l);
        if (clang_getCanonicalType(capture->type).kind != CXType_Pointer) {
            v = ir_val_path(l->b, ir_path_deref(l->b, v, lower_type(l, capture->type))); // *this
        }
        ir_op_write(l->b, field, v, OPF_INIT, loc);
    } else if (!cx_is_null(capture->init)) {
        cxx_init(l, field, capture->type, capture->init);
    } else if (cx_is_null(capture->var)) {
        ir_op_write(l->b, field, ir_val_unknown(l->b), OPF_INIT, loc);
    } else if (capture->is_reference) {
        val_id address = ir_val_addr(l->b, cxx_var_place(l, capture->var));
        ir_op_write(l->b, field, address, OPF_INIT, loc);
    } else {
        path_id place = cxx_var_place(l, capture->var);
        if (!cxx_is_class(capture->type)) {
            lower_read(l, place, capture->type, loc);
        }
        ir_op_write(l->b, field, ir_val_path(l->b, place), OPF_INIT, loc);
    }
}

sym_id cxx_lambda(struct lower *l, CXCursor lambda, path_id closure) {
    CXCursor closure_class = clang_getTypeDeclaration(clang_getCursorType(lambda));
    CXCursor call_op = any_call_operator(l, closure_class);
    struct cx_list parts = cx_children(l->scratch, lambda);
    loc_id loc = lower_at(l, lambda);
    struct lambda_captures captures = cxx_captures(l, lambda, call_op, parts);
    struct cxx_state *s = cxx_here(l);
    uint64_t key = lower_cursor_hash(closure_class);
    uint32_t known = 0;
    if (!map_get(&s->lambdas, key, &known)) {
        map_put(&s->lambdas, key, s->captures.len);
        vec_push(l->scratch, &s->captures, captures);
        set_fields(l, closure_class, &captures, loc);
    }
    record_id record = lower_record(l, closure_class);
    for (uint32_t i = 0; i < captures.count; i++) {
        const struct lambda_capture *capture = &captures.items[i];
        path_id field =
            ir_path_field(l->b, closure, capture->name, lower_type(l, capture->type), record);
        write_capture(l, capture, field, loc);
    }
    lower_enqueue(l, call_op);
    return lower_sym(l, call_op);
}
