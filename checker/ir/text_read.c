// Reading of words, names, places and types.
#include "checker/ir/text_read.h"

enum { MAX_NESTING = 500 };

void read_fail(struct reader *r, const char *what) {
    if (!r->failed) {
        struct str rest = str_slice(str_make(r->at, (size_t)(r->end - r->at)), 0, 40);
        error_set(r->err, "line %u: %s, at '" STR_FMT "'", r->line, what, STR_ARG(rest));
    }
    r->failed = true;
    r->at = r->end;
}

void read_skip(struct reader *r) {
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\r')) {
        r->at++;
    }
}

bool read_accept(struct reader *r, const char *text) {
    struct str want = str_from(text);
    if (!str_starts(str_make(r->at, (size_t)(r->end - r->at)), want)) {
        return false;
    }
    r->at += want.len;
    return true;
}

static bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool read_word(struct reader *r, const char *word) {
    read_skip(r);
    const char *start = r->at;
    if (read_accept(r, word) && (r->at == r->end || (!is_word_char(*r->at) && *r->at != '='))) {
        return true;
    }
    r->at = start;
    return false;
}

void read_expect(struct reader *r, const char *text) {
    read_skip(r);
    if (!read_accept(r, text)) {
        char what[40] = "expected ";
        size_t n = strlen(what);
        for (size_t i = 0; text[i] && n + 1 < sizeof what; i++) {
            what[n++] = text[i];
        }
        read_fail(r, what);
    }
}

bool read_at_end(struct reader *r) {
    read_skip(r);
    return r->at == r->end;
}

void read_end_of_line(struct reader *r) {
    if (!read_at_end(r)) {
        read_fail(r, "unexpected text at the end of the line");
    }
}

struct str read_bare(struct reader *r) {
    read_skip(r);
    const char *start = r->at;
    const char *p = start;
    while (p < r->end) {
        bool is_scope = p + 2 < r->end && p[0] == ':' && p[1] == ':' && p > start &&
                        (is_word_char(p[2]) || p[2] == '~');
        if (is_scope) {
            p += 3;
        } else if (is_word_char(*p)) {
            p++;
        } else {
            break;
        }
    }
    if (p > start && *start >= '0' && *start <= '9') {
        p = start;
    }
    r->at = p;
    return str_make(start, (size_t)(p - start));
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char read_escape(struct reader *r) {
    char c = r->at < r->end ? *r->at++ : '\0';
    if (c == 'n') {
        return '\n';
    }
    if (c == 'x' && r->end - r->at >= 2 && hex_digit(r->at[0]) >= 0 && hex_digit(r->at[1]) >= 0) {
        r->at += 2;
        return (char)(hex_digit(r->at[-2]) * 16 + hex_digit(r->at[-1]));
    }
    if (c != '"' && c != '\\') {
        read_fail(r, "expected one of \\\" \\\\ \\n \\x00");
    }
    return c;
}

name_id read_quoted(struct reader *r) {
    read_skip(r);
    if (!read_accept(r, "\"")) {
        read_fail(r, "expected a quoted text");
        return (name_id){0};
    }
    char *text = arena_alloc(r->scratch, 1, (size_t)(r->end - r->at) + 1);
    size_t len = 0;
    while (r->at < r->end && *r->at != '"') {
        char c = *r->at++;
        text[len++] = c == '\\' ? read_escape(r) : c;
    }
    if (!read_accept(r, "\"")) {
        read_fail(r, "expected the closing quote");
    }
    return ir_name(r->b, str_make(text, len));
}

name_id read_name(struct reader *r) {
    read_skip(r);
    if (r->at < r->end && *r->at == '"') {
        return read_quoted(r);
    }
    struct str bare = read_bare(r);
    if (!bare.len) {
        read_fail(r, "expected a name");
    }
    return ir_name(r->b, bare);
}

int64_t read_i64(struct reader *r) {
    read_skip(r);
    const char *start = r->at;
    const char *p = start + (start < r->end && *start == '-');
    while (p < r->end && *p >= '0' && *p <= '9') {
        p++;
    }
    int64_t value = 0;
    if (!str_to_i64(str_make(start, (size_t)(p - start)), &value)) {
        read_fail(r, "expected a number");
        return 0;
    }
    r->at = p;
    return value;
}

uint32_t read_u32(struct reader *r) {
    int64_t value = read_i64(r);
    if (value < 0 || value > UINT32_MAX) {
        read_fail(r, "the number is out of range");
        return 0;
    }
    return (uint32_t)value;
}

uint32_t read_flags(struct reader *r, const struct text_word *words) {
    uint32_t flags = 0;
    for (bool again = true; again;) {
        again = false;
        for (const struct text_word *w = words; w->word; w++) {
            if (read_word(r, w->word)) {
                flags |= w->bit;
                again = true;
            }
        }
    }
    return flags;
}

loc_id read_loc(struct reader *r) {
    read_skip(r);
    if (!read_accept(r, "@")) {
        return (loc_id){0};
    }
    struct ir_loc loc = {.file = r->scope.file};
    if (r->at < r->end && *r->at == '"') {
        struct ir_file file = {.path = read_quoted(r)};
        loc.file = file.path.v ? ir_file(r->b, &file) : (file_id){0};
        read_expect(r, ":");
    }
    loc.line = read_u32(r);
    read_expect(r, ":");
    loc.col = read_u32(r);
    loc.end_col = read_accept(r, "-") ? read_u32(r) : 0;
    loc.in_macro = read_accept(r, "!");
    return r->failed ? (loc_id){0} : ir_loc(r->b, &loc);
}

// --- names of things ---

static uint32_t lookup(struct reader *r, const struct map *names, const struct map *keys,
                       const char *what) {
    uint32_t id = 0;
    read_skip(r);
    if (read_accept(r, "-")) {
        return 0;
    }
    const char *start = r->at;
    bool by_key = start < r->end && *start == '"';
    name_id name = read_name(r);
    if (!map_get(by_key ? keys : names, name.v, &id) || id == TEXT_AMBIGUOUS) {
        r->at = r->failed ? r->at : start;
        read_fail(r, what);
        return 0;
    }
    return id;
}

sym_id read_sym(struct reader *r) {
    return (sym_id){
        lookup(r, &r->scope.syms, &r->b->syms, "no function, or several, of this name")};
}

record_id read_record(struct reader *r) {
    return (record_id){
        lookup(r, &r->scope.records, &r->b->records, "no record, or several, of this name")};
}

// --- types ---

static void read_record_type(struct reader *r, struct ir_type *ret_type) {
    ret_type->kind = TYPE_RECORD;
    const char *start = r->at;
    ret_type->name = read_name(r);
    if (read_accept(r, "=")) {
        ret_type->record = read_record(r);
    } else {
        r->at = r->failed ? r->at : start;
        ret_type->record = read_record(r);
    }
}

// What comes first in a type; pointers and the like follow it.
static struct ir_type read_type_head(struct reader *r) {
    struct ir_type t = {.kind = TYPE_NONE};
    if (read_word(r, "-") || r->failed) {
        return t;
    }
    const char *start = r->at;
    bool is_quoted = start < r->end && *start == '"';
    t.name = read_name(r);
    if (read_accept(r, "{")) {
        t.kind = TYPE_TYPEDEF;
        t.target = read_type(r);
        read_expect(r, "}");
        return t;
    }
    struct str word = is_quoted ? STR("") : str_make(start, (size_t)(r->at - start));
    if (str_eq(word, STR("void"))) {
        return (struct ir_type){.kind = TYPE_VOID};
    }
    if (str_eq(word, STR("struct"))) {
        read_record_type(r, &t);
    } else if (str_eq(word, STR("opaque"))) {
        t = (struct ir_type){.kind = TYPE_RECORD, .name = read_name(r)};
    } else if (str_eq(word, STR("enum"))) {
        t = (struct ir_type){.kind = TYPE_ENUM, .name = read_name(r)};
    } else if (str_eq(word, STR("other"))) {
        t = (struct ir_type){.kind = TYPE_OTHER, .name = read_name(r)};
    } else {
        t.kind = TYPE_BUILTIN;
    }
    return t;
}

static void wrap(struct reader *r, struct ir_type *t, enum type_kind kind) {
    type_id target = t->kind == TYPE_NONE && !t->quals ? (type_id){0} : ir_type(r->b, t);
    *t = (struct ir_type){.kind = (uint8_t)kind, .target = target};
}

static bool read_type_tail(struct reader *r, struct ir_type *t) {
    read_skip(r);
    if (read_word(r, "const")) {
        t->quals |= TYPE_CONST;
    } else if (read_word(r, "volatile")) {
        t->quals |= TYPE_VOLATILE;
    } else if (read_word(r, "atomic")) {
        wrap(r, t, TYPE_ATOMIC);
    } else if (read_accept(r, "*")) {
        wrap(r, t, TYPE_POINTER);
    } else if (read_accept(r, "&")) {
        wrap(r, t, TYPE_REFERENCE);
    } else if (read_accept(r, "()")) {
        wrap(r, t, TYPE_FUNCTION);
    } else if (read_accept(r, "[")) {
        wrap(r, t, TYPE_ARRAY);
        const char *start = r->at;
        while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
            r->at++;
        }
        if (!str_to_u64(str_make(start, (size_t)(r->at - start)), &t->count)) {
            read_fail(r, "expected the number of elements");
        }
        read_expect(r, "]");
    } else {
        return false;
    }
    return true;
}

type_id read_type(struct reader *r) {
    if (++r->depth > MAX_NESTING) {
        read_fail(r, "nested too deeply");
    }
    struct ir_type t = read_type_head(r);
    while (!r->failed && read_type_tail(r, &t)) {
    }
    r->depth--;
    bool is_none = r->failed || (t.kind == TYPE_NONE && !t.quals);
    return is_none ? (type_id){0} : ir_type(r->b, &t);
}
