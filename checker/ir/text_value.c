// Reading of paths and values. They are built exactly as written: nothing is simplified.
#include "checker/ir/text_read.h"

enum { MAX_NESTING = 2000 };

// Something that is a path or a value; a path used as a value means its content.
struct expr {
    bool is_path;
    path_id path;
    val_id val;
};

static struct expr read_unary(struct reader *r);

static struct expr of_path(path_id path) {
    return (struct expr){.is_path = true, .path = path};
}

static struct expr of_val(val_id val) {
    return (struct expr){.val = val};
}

static val_id as_val(struct reader *r, struct expr e) {
    return e.is_path ? ir_val_path(r->b, e.path) : e.val;
}

static path_id as_path(struct reader *r, struct expr e) {
    if (!e.is_path) {
        read_fail(r, "expected a place before this");
        return (path_id){0};
    }
    return e.path;
}

static bool is_digit(const struct reader *r, size_t ahead) {
    return (size_t)(r->end - r->at) > ahead && r->at[ahead] >= '0' && r->at[ahead] <= '9';
}

// "{of record}" and "{type}" where they do not follow from the parts; then the path itself.
static path_id finish_path(struct reader *r, struct ir_path p) {
    p.record = text_expected_record(r->f, &p);
    if (read_accept(r, "{of ")) {
        p.record = read_record(r);
        read_expect(r, "}");
    }
    p.type = text_expected_type(r->f, &p);
    if (read_accept(r, "{")) {
        p.type = read_type(r);
        read_expect(r, "}");
    }
    return r->failed ? (path_id){0} : build_path(r->b, p);
}

static struct expr read_deref(struct reader *r) {
    bool is_typed = read_accept(r, "{");
    type_id type = is_typed ? read_type(r) : (type_id){0};
    if (is_typed) {
        read_expect(r, "}");
    }
    struct ir_path p = {.kind = PATH_DEREF, .val = as_val(r, read_unary(r))};
    p.type = is_typed ? type : text_expected_type(r->f, &p);
    return of_path(r->failed ? (path_id){0} : build_path(r->b, p));
}

// --- variables ---

static var_id nth_var(struct reader *r, fn_id fn, uint32_t index) {
    if (fn.v >= r->f->fns.len || index >= r->f->fns.data[fn.v].var_count) {
        read_fail(r, "no such variable");
        return (var_id){0};
    }
    return facts_fn_var(r->f, fn, index);
}

static var_id named_var(struct reader *r, struct str name) {
    uint32_t number = intern_find(&r->f->names, name);
    uint32_t id = TEXT_AMBIGUOUS;
    if (!map_get(&r->scope.locals, number, &id)) {
        (void)map_get(&r->scope.globals, number, &id);
    }
    if (id == TEXT_AMBIGUOUS) {
        read_fail(r, "no variable, or several, of the name before this");
        return (var_id){0};
    }
    return (var_id){id};
}

static var_id unlisted_var(struct reader *r) {
    uint32_t index = read_u32(r);
    if (index >= r->scope.unlisted_count) {
        read_fail(r, "no such variable");
        return (var_id){0};
    }
    return r->scope.unlisted[index];
}

// The variable after `name`, which may be empty.
static var_id var_after(struct reader *r, struct str name) {
    if (read_accept(r, "#none")) {
        return (var_id){0};
    }
    if (read_accept(r, "#")) {
        return nth_var(r, r->scope.fn, read_u32(r));
    }
    if (!name.len && read_accept(r, "::#")) {
        return unlisted_var(r);
    }
    if (!name.len) {
        read_fail(r, "expected a value");
        return (var_id){0};
    }
    return named_var(r, name);
}

// "fn2" of "fn2:#5" or "fn2:c3"; the colon has been read.
static bool function_number(const struct reader *r, struct str word, fn_id *ret_fn) {
    uint64_t number = 0;
    if (!str_starts(word, STR("fn")) || !str_to_u64(str_slice(word, 2, word.len), &number) ||
        number >= r->f->fns.len) {
        return false;
    }
    *ret_fn = (fn_id){(uint32_t)number};
    return true;
}

var_id read_var(struct reader *r) {
    struct str name = read_bare(r);
    fn_id fn = {0};
    if (name.len && function_number(r, name, &fn) && read_accept(r, ":#")) {
        return nth_var(r, fn, read_u32(r));
    }
    return var_after(r, name);
}

call_id read_call_number(struct reader *r, fn_id fn) {
    uint32_t number = read_u32(r);
    uint32_t first = r->scope.first_call[fn.v];
    if (r->failed || !number || number > r->scope.first_call[fn.v + 1] - first) {
        read_fail(r, "no such call: calls of a function are numbered from 1 without gaps");
        return (call_id){0};
    }
    return r->scope.calls[first + number - 1];
}

// --- expressions ---

static struct expr read_fn_value(struct reader *r) {
    struct ir_val v = {.kind = VAL_FN, .sym = read_sym(r)};
    if (read_accept(r, "{")) {
        v.path = read_path(r);
        read_expect(r, "}");
    }
    return of_val(r->failed ? (val_id){0} : build_val(r->b, v));
}

static struct expr read_named(struct reader *r) {
    const char *start = r->at;
    struct str word = read_bare(r);
    fn_id fn = r->scope.fn;
    uint64_t number = 0;
    if (str_eq(word, STR("fn")) && read_accept(r, ":")) {
        return read_fn_value(r);
    }
    bool is_far = word.len && r->at < r->end && *r->at == ':' && function_number(r, word, &fn);
    if (is_far && read_accept(r, ":#")) {
        return of_path(
            finish_path(r, (struct ir_path){.kind = PATH_VAR, .var = nth_var(r, fn, read_u32(r))}));
    }
    if (is_far && read_accept(r, ":c")) {
        return of_val(ir_val_call(r->b, read_call_number(r, fn)));
    }
    bool is_call =
        word.len > 1 && word.ptr[0] == 'c' && str_to_u64(str_slice(word, 1, word.len), &number);
    if (is_call && (r->at == r->end || *r->at != '#')) {
        r->at = start + 1;
        return of_val(ir_val_call(r->b, read_call_number(r, r->scope.fn)));
    }
    return of_path(finish_path(r, (struct ir_path){.kind = PATH_VAR, .var = var_after(r, word)}));
}

static struct expr read_paren(struct reader *r) {
    if (read_accept(r, ")")) {
        return of_val((val_id){0});
    }
    struct expr e = read_unary(r);
    read_skip(r);
    if (read_accept(r, ")")) {
        return e;
    }
    struct ir_val v = {.kind = VAL_BINARY, .a = as_val(r, e), .op = read_operator(r)};
    if (v.op == OPR_NONE) {
        read_fail(r, "expected an operator or ')'");
    }
    v.b = read_val(r);
    read_expect(r, ")");
    return of_val(r->failed ? (val_id){0} : build_val(r->b, v));
}

static struct expr read_primary(struct reader *r) {
    read_skip(r);
    if (is_digit(r, 0)) {
        return of_val(ir_val_const(r->b, read_i64(r)));
    }
    if (r->at < r->end && *r->at == '"') {
        return of_val(build_val(r->b, (struct ir_val){.kind = VAL_STR, .name = read_quoted(r)}));
    }
    if (read_accept(r, "(")) {
        return read_paren(r);
    }
    if (read_accept(r, "[]")) {
        return of_path((path_id){0});
    }
    if (read_accept(r, "?place")) {
        return of_path(finish_path(r, (struct ir_path){.kind = PATH_UNKNOWN}));
    }
    if (read_accept(r, "?")) {
        return of_val(ir_val_unknown(r->b));
    }
    return read_named(r);
}

static struct expr read_arrow(struct reader *r, struct expr e) {
    struct ir_path deref = {.kind = PATH_DEREF, .val = as_val(r, e)};
    return of_path(finish_path(r, deref));
}

static struct expr read_postfix(struct reader *r) {
    struct expr e = read_primary(r);
    while (!r->failed) {
        bool is_arrow = read_accept(r, "->");
        if (is_arrow) {
            e = read_arrow(r, e);
        }
        if (is_arrow || read_accept(r, ".")) {
            struct ir_path p = {.kind = PATH_FIELD, .base = as_path(r, e), .name = read_name(r)};
            e = of_path(finish_path(r, p));
        } else if (read_accept(r, "[")) {
            struct ir_path p = {.kind = PATH_INDEX, .base = as_path(r, e), .val = read_val(r)};
            read_expect(r, "]");
            e = of_path(finish_path(r, p));
        } else {
            break;
        }
    }
    return e;
}

static struct expr read_operator_value(struct reader *r, uint8_t op) {
    struct ir_val v = {.kind = VAL_UNARY, .op = op, .a = as_val(r, read_unary(r))};
    return of_val(r->failed ? (val_id){0} : build_val(r->b, v));
}

static struct expr read_prefixed(struct reader *r) {
    read_skip(r);
    if (read_accept(r, "&")) {
        struct ir_val v = {.kind = VAL_ADDR, .path = as_path(r, read_unary(r))};
        return of_val(r->failed ? (val_id){0} : build_val(r->b, v));
    }
    if (read_accept(r, "*")) {
        return read_deref(r);
    }
    if (r->at < r->end && *r->at == '-' && is_digit(r, 1)) {
        return of_val(ir_val_const(r->b, read_i64(r)));
    }
    for (uint8_t op = OPR_NEG; op <= OPR_BITNOT; op++) {
        if (read_accept(r, text_unary_words[op])) {
            return read_operator_value(r, op);
        }
    }
    return read_postfix(r);
}

static struct expr read_unary(struct reader *r) {
    struct expr e = {.is_path = false};
    if (++r->depth > MAX_NESTING) {
        read_fail(r, "nested too deeply");
    } else if (!r->failed) {
        e = read_prefixed(r);
    }
    r->depth--;
    return e;
}

path_id read_path(struct reader *r) {
    struct expr e = read_unary(r);
    return r->failed ? (path_id){0} : as_path(r, e);
}

val_id read_val(struct reader *r) {
    struct expr e = read_unary(r);
    return r->failed ? (val_id){0} : as_val(r, e);
}

uint8_t read_operator(struct reader *r) {
    uint8_t best = OPR_NONE;
    size_t length = 0;
    read_skip(r);
    struct str rest = str_make(r->at, (size_t)(r->end - r->at));
    for (uint8_t op = OPR_ADD; op <= OPR_GE; op++) {
        struct str word = str_from(text_binary_words[op]);
        if (word.len > length && str_starts(rest, word)) {
            best = op;
            length = word.len;
        }
    }
    r->at += length;
    return best;
}
