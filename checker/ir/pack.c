// Packed facts: a header, the names, then each table as a count and rows without padding.
//
// A row is the fields of its struct one after the other, listed once below for both directions, so
// the bytes depend on the facts alone. Reading bounds every count by the bytes that are left before
// it allocates; what the rows mean is checked by ir_check afterwards.
#include "checker/ir/pack.h"

#include "checker/ir/check.h"

#include <string.h>

static const char magic_text[8] = "TLFACTS";
enum { BYTE_ORDER_MARK = 0x01020304 };

struct head {
    char magic[8];
    uint32_t order;
    uint32_t version;
    uint32_t main_file;
    uint32_t name_count;
};

struct input {
    const char *at;
    size_t left;
    struct arena *arena;
    bool failed;
};

enum { CHUNK = 8192 };

static bool take(struct input *in, void *to, size_t len) {
    if (in->failed || len > in->left) {
        in->failed = true;
        return false;
    }
    memcpy(to, in->at, len);
    in->at += len;
    in->left -= len;
    return true;
}

// Count of rows of `size` bytes; 0 when so many cannot follow.
static uint32_t take_count(struct input *in, size_t size) {
    uint32_t count = 0;
    if (take(in, &count, sizeof count) && count > in->left / size) {
        in->failed = true;
    }
    return in->failed ? 0 : count;
}

// NOLINTBEGIN(bugprone-macro-parentheses): names of types and functions
// ROWS(type, padding, fields) makes put_<type> and take_<type>. `padding` is what the compiler adds
// to the struct on 64-bit machines: a field added to the struct but not here does not compile.
#define FIELD_SIZE(field) +sizeof row->field
#define FIELD_PUT(field)                                                                           \
    memcpy(to, &row->field, sizeof row->field);                                                    \
    to += sizeof row->field;
#define FIELD_TAKE(field)                                                                          \
    memcpy(&row->field, from, sizeof row->field);                                                  \
    from += sizeof row->field;
#define ROWS(name, type, padding, fields)                                                          \
    static size_t size_##name(void) {                                                              \
        const type *row = NULL;                                                                    \
        _Static_assert(sizeof(void *) != 8 || sizeof *row == (padding)fields(FIELD_SIZE),          \
                       "every field of a row must be packed");                                     \
        return 0 fields(FIELD_SIZE);                                                               \
    }                                                                                              \
    static void put_##name(struct buf *out, const type *row, uint32_t count) {                     \
        char chunk[CHUNK];                                                                         \
        char *to = chunk;                                                                          \
        buf_add_bytes(out, &count, sizeof count);                                                  \
        for (uint32_t i = 0; i < count; i++, row++) {                                              \
            if ((size_t)(chunk + CHUNK - to) < size_##name()) {                                    \
                buf_add_bytes(out, chunk, (size_t)(to - chunk));                                   \
                to = chunk;                                                                        \
            }                                                                                      \
            fields(FIELD_PUT)                                                                      \
        }                                                                                          \
        buf_add_bytes(out, chunk, (size_t)(to - chunk));                                           \
    }                                                                                              \
    static type *take_##name(struct input *in, uint32_t *ret_count) {                              \
        uint32_t count = take_count(in, size_##name());                                            \
        type *rows = ARENA_ARRAY(in->arena, type, count);                                          \
        const char *from = in->at;                                                                 \
        for (uint32_t i = 0; i < count; i++) {                                                     \
            type *row = &rows[i];                                                                  \
            fields(FIELD_TAKE)                                                                     \
        }                                                                                          \
        in->left -= (size_t)(from - in->at);                                                       \
        in->at = from;                                                                             \
        *ret_count = count;                                                                        \
        return rows;                                                                               \
    }
// NOLINTEND(bugprone-macro-parentheses)

// clang-format off
#define FILE_ROW(X) X(path) X(is_main) X(is_system) X(is_own) X(content)
#define LOC_ROW(X) X(file) X(line) X(col) X(end_col) X(in_macro)
#define TYPE_ROW(X) X(kind) X(quals) X(name) X(target) X(record) X(count)
#define RECORD_ROW(X) X(name) X(key) X(loc) X(first_field) X(field_count) X(dtor) X(call_op) X(flags)
#define FIELD_ROW(X) X(name) X(type) X(loc) X(flags)
#define VAR_ROW(X) X(kind) X(flags) X(index) X(name) X(key) X(type) X(loc) X(fn)
#define SYM_ROW(X) X(name) X(key) X(flags) X(ret) X(param_count) X(record) X(loc)
#define OVERRIDE_ROW(X) X(sym) X(base)
#define CONTRACT_ROW(X) X(kind) X(shared) X(base) X(derefs) X(step_count) X(sym) X(record) X(name) X(var) \
    X(global) X(param) X(number) X(steps) X(records)
#define PATH_ROW(X) X(kind) X(name) X(base) X(val) X(var) X(type) X(record)
#define VAL_ROW(X) X(kind) X(op) X(a) X(b) X(path) X(sym) X(call) X(name) X(num)
#define CALL_ROW(X) X(kind) X(flags) X(callee) X(target) X(first_arg) X(arg_count) X(type) X(loc) X(fn)
#define OP_ROW(X) X(kind) X(flags) X(opr) X(loc) X(path) X(val) X(call) X(var)
#define BLOCK_ROW(X) X(first_op) X(op_count) X(term) X(cmp) X(lhs) X(rhs) X(loc) X(first_edge) X(edge_count)
#define EDGE_ROW(X) X(to) X(kind) X(lo) X(hi)
#define FN_ROW(X) X(sym) X(loc) X(end) X(flags) X(first_var) X(param_count) X(var_count) X(first_block) \
    X(block_count)
#define DIAG_ROW(X) X(severity) X(loc) X(text)
#define UNHANDLED_ROW(X) X(kind) X(count)
#define ID_ROW(X) X(v)

ROWS(files, struct ir_file, 1, FILE_ROW)
ROWS(locs, struct ir_loc, 3, LOC_ROW)
ROWS(types, struct ir_type, 2, TYPE_ROW)
ROWS(records, struct ir_record, 0, RECORD_ROW)
ROWS(fields, struct ir_field, 0, FIELD_ROW)
ROWS(vars, struct ir_var, 3, VAR_ROW)
ROWS(syms, struct ir_sym, 0, SYM_ROW)
ROWS(overrides, struct ir_override, 0, OVERRIDE_ROW)
ROWS(contracts, struct ir_contract, 0, CONTRACT_ROW)
ROWS(paths, struct ir_path, 3, PATH_ROW)
ROWS(vals, struct ir_val, 6, VAL_ROW)
ROWS(calls, struct ir_call, 2, CALL_ROW)
ROWS(args, val_id, 0, ID_ROW)
ROWS(ops, struct ir_op, 1, OP_ROW)
ROWS(blocks, struct ir_block, 2, BLOCK_ROW)
ROWS(edges, struct ir_edge, 3, EDGE_ROW)
ROWS(fns, struct ir_fn, 0, FN_ROW)
ROWS(fn_vars, var_id, 0, ID_ROW)
ROWS(diags, struct ir_diag, 3, DIAG_ROW)
ROWS(unhandled, struct ir_unhandled, 0, UNHANDLED_ROW)

#define TABLES(X) X(files) X(locs) X(types) X(records) X(fields) X(vars) X(syms) X(overrides) \
    X(contracts) X(paths) X(vals) X(calls) X(args) X(ops) X(blocks) X(edges) X(fns) X(fn_vars) X(diags) X(unhandled)
// clang-format on

static void put_names(struct buf *out, const struct facts *f) {
    for (uint32_t i = 1; i < f->names.texts.len; i++) {
        uint32_t len = (uint32_t)f->names.texts.data[i].len;
        buf_add_bytes(out, &len, sizeof len);
        buf_add_bytes(out, f->names.texts.data[i].ptr, len);
    }
}

static void take_names(struct input *in, struct facts *f, uint32_t count) {
    for (uint32_t i = 1; i < count && !in->failed; i++) {
        uint32_t len = take_count(in, 1);
        if (in->failed || intern(&f->names, str_make(in->at, len)) != i) {
            in->failed = true; // cut off, the same text twice, or the empty text
            return;
        }
        in->at += len;
        in->left -= len;
    }
}

#define PUT_TABLE(name) put_##name(out, f->name.data, f->name.len);
#define TAKE_TABLE(name)                                                                           \
    f->name.data = take_##name(&in, &f->name.len);                                                 \
    f->name.cap = f->name.len;

void ir_pack(const struct facts *f, struct buf *out) {
    struct head h = {
        .order = BYTE_ORDER_MARK,
        .version = IR_VERSION,
        .main_file = f->main_file.v,
        .name_count = f->names.texts.len,
    };
    memcpy(h.magic, magic_text, sizeof magic_text);
    buf_add_bytes(out, &h, sizeof h);
    put_names(out, f);
    TABLES(PUT_TABLE)
}

bool ir_unpack(const void *data, size_t len, struct arena *arena, struct facts *f,
               struct error *err) {
    struct input in = {.at = data, .left = len, .arena = arena};
    struct head h = {.order = 0};
    *f = (struct facts){.arena = arena};
    intern_init(&f->names, arena);
    if (!take(&in, &h, sizeof h) || memcmp(h.magic, magic_text, sizeof magic_text) != 0 ||
        h.order != BYTE_ORDER_MARK) {
        return error_set(err, "not packed facts of this kind of machine");
    }
    if (h.version != IR_VERSION) {
        return error_set(err, "packed facts of version %u, this program reads version %d",
                         h.version, IR_VERSION);
    }
    f->main_file.v = h.main_file;
    take_names(&in, f, h.name_count);
    TABLES(TAKE_TABLE)
    if (in.failed || in.left) {
        return error_set(err, "packed facts are cut off or damaged");
    }
    return ir_check(f, err);
}
