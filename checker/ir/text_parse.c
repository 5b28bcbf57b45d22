// Reading of the textual form, line by line, in three phases over the whole text: first what is
// declared (so that everything may be mentioned before its line), then what the declarations say,
// then the bodies.
#include "checker/ir/text.h"

#include "checker/ir/check.h"
#include "checker/ir/text_parse.h"

static struct ir_fn *open_fn(struct parser *p) {
    return &p->r.f->fns.data[p->fn.v];
}

// Names of the rest of the line are those of `fn`.
static void enter(struct parser *p, fn_id fn) {
    if (p->phase != PHASE_NAMES && p->r.scope.fn.v != fn.v) {
        text_scope_enter(&p->r.scope, fn);
    }
}

// --- declarations ---

static void parse_tu(struct parser *p) {
    p->r.f->main_file = read_quoted(&p->r);
    read_end_of_line(&p->r);
}

static uint64_t read_hex(struct reader *r) {
    static const char digits[] = "0123456789abcdef";
    uint64_t value = 0;
    for (unsigned i = 0; i < 16; i++, r->at++) {
        if (r->at >= r->end || !memchr(digits, *r->at, sizeof digits - 1)) {
            read_fail(r, "expected 32 hexadecimal digits");
            return 0;
        }
        value = value << 4 | (uint64_t)(*r->at <= '9' ? *r->at - '0' : *r->at - 'a' + 10);
    }
    return value;
}

static void parse_file(struct parser *p) {
    struct ir_file file = {.path = read_quoted(&p->r)};
    uint32_t flags = read_flags(&p->r, text_file_flags);
    file.is_main = (flags & TEXT_FILE_MAIN) != 0;
    file.is_system = (flags & TEXT_FILE_SYSTEM) != 0;
    file.is_own = (flags & TEXT_FILE_OWN) != 0;
    if (read_word(&p->r, "hash")) {
        read_skip(&p->r);
        file.content.hi = read_hex(&p->r);
        file.content.lo = read_hex(&p->r);
    }
    if (!p->r.failed) {
        file_id id = ir_file(p->r.b, &file); // before files.data: it may move
        p->r.f->files.data[id.v] = file;
    }
    read_end_of_line(&p->r);
}

static void parse_record(struct parser *p) {
    struct reader *r = &p->r;
    struct ir_record record = {.key = read_quoted(r)};
    record.name = read_name(r);
    if (p->phase == PHASE_NAMES) {
        uint32_t known = r->f->records.len;
        p->record = ir_record(r->b, &record);
        if (p->record.v < known) {
            read_fail(r, "a second record of this key");
        }
        return;
    }
    p->record.v++;
    struct ir_record *out = &r->f->records.data[p->record.v];
    out->flags = read_flags(r, text_record_flags);
    read_skip(r);
    out->dtor = read_accept(r, "dtor=") ? read_sym(r) : (sym_id){0};
    read_skip(r);
    out->call_op = read_accept(r, "call=") ? read_sym(r) : (sym_id){0};
    out->loc = read_loc(r);
    read_end_of_line(&p->r);
}

static void parse_field(struct parser *p) {
    struct reader *r = &p->r;
    struct ir_record *record = &r->f->records.data[p->record.v];
    if (!p->record.v) {
        read_fail(r, "a field before any record");
        return;
    }
    struct ir_field field = {.name = read_name(r)};
    read_expect(r, ":");
    field.type = read_type(r);
    field.flags = read_flags(r, text_field_flags);
    field.loc = read_loc(r);
    if (record->field_count++ == 0) {
        record->first_field = (field_id){r->f->fields.len};
    }
    vec_push(r->f->arena, &r->f->fields, field);
    read_end_of_line(&p->r);
}

static void parse_sym(struct parser *p) {
    struct reader *r = &p->r;
    struct ir_sym sym = {.key = read_quoted(r)};
    sym.name = read_name(r);
    if (p->phase == PHASE_NAMES) {
        uint32_t known = r->f->syms.len;
        p->sym = ir_sym(r->b, &sym);
        if (p->sym.v < known) {
            read_fail(r, "a second function of this key");
        }
        return;
    }
    p->sym.v++;
    struct ir_sym *out = &r->f->syms.data[p->sym.v];
    read_expect(r, ":");
    out->ret = read_type(r);
    read_skip(r);
    out->param_count = read_accept(r, "params=") ? read_u32(r) : 0;
    read_skip(r);
    out->record = read_accept(r, "of=") ? read_record(r) : (record_id){0};
    out->flags = read_flags(r, text_sym_flags);
    out->loc = read_loc(r);
    read_end_of_line(&p->r);
}

static void parse_override(struct parser *p) {
    struct ir_override o = {.sym = read_sym(&p->r)};
    o.base = read_sym(&p->r);
    vec_push(p->r.f->arena, &p->r.f->overrides, o);
    read_end_of_line(&p->r);
}

static void fill_var(struct parser *p, struct ir_var *v) {
    struct reader *r = &p->r;
    v->type = read_type(r);
    v->flags = read_flags(r, text_var_flags);
    read_skip(r);
    v->key = read_accept(r, "key=") ? read_quoted(r) : (name_id){0};
    read_skip(r);
    v->index = v->kind == VAR_PARAM ? r->scope.position[p->var.v] : 0;
    v->index = read_accept(r, "index=") ? read_u32(r) : v->index;
    read_skip(r);
    if (read_accept(r, "in=fn")) {
        v->fn = (fn_id){read_u32(r)};
    }
    v->loc = read_loc(r);
    read_end_of_line(&p->r);
}

static void parse_var(struct parser *p, enum var_kind kind, bool is_listed) {
    struct reader *r = &p->r;
    struct facts *f = r->f;
    name_id name = read_name(r);
    read_expect(r, ":");
    enter(p, is_listed ? p->fn : (fn_id){0});
    if (p->phase == PHASE_DECLARATIONS) {
        p->var.v++;
        fill_var(p, &f->vars.data[p->var.v]);
        return;
    }
    if (is_listed && !p->fn.v) {
        read_fail(r, "a variable of a function before any function");
        return;
    }
    struct ir_var v = {.kind = (uint8_t)kind, .name = name, .fn = is_listed ? p->fn : (fn_id){0}};
    vec_push(f->arena, &f->vars, v);
    if (is_listed) {
        vec_push(f->arena, &f->fn_vars, ((var_id){f->vars.len - 1}));
        open_fn(p)->var_count++;
        open_fn(p)->param_count += kind == VAR_PARAM;
    }
}

// A line that declares a variable of any kind; false when this is not one.
static bool parse_any_var(struct parser *p) {
    bool is_stray = read_word(&p->r, "stray");
    for (unsigned kind = VAR_NONE; kind <= VAR_TEMP; kind++) {
        bool is_shared = kind == VAR_GLOBAL || kind == VAR_STATIC_LOCAL;
        bool fits = is_stray ? !is_shared : kind != VAR_NONE;
        if (fits && read_word(&p->r, text_var_words[kind])) {
            if (p->phase != PHASE_BODIES) {
                parse_var(p, (enum var_kind)kind, !is_shared && !is_stray);
            }
            return true;
        }
    }
    return false;
}

static void parse_diag(struct parser *p) {
    struct reader *r = &p->r;
    uint32_t severity = read_u32(r);
    struct ir_diag d = {.severity = (uint8_t)severity, .text = read_quoted(r)};
    d.loc = read_loc(r);
    if (severity > UINT8_MAX) {
        read_fail(r, "severity out of range");
    }
    vec_push(r->f->arena, &r->f->diags, d);
    read_end_of_line(&p->r);
}

static void parse_unhandled(struct parser *p) {
    struct ir_unhandled u = {.kind = read_quoted(&p->r)};
    u.count = read_u32(&p->r);
    vec_push(p->r.f->arena, &p->r.f->unhandled, u);
    read_end_of_line(&p->r);
}

// --- functions ---

static void parse_fn(struct parser *p) {
    struct reader *r = &p->r;
    struct facts *f = r->f;
    if (p->phase == PHASE_NAMES) {
        vec_push(f->arena, &f->fns, ((struct ir_fn){.first_var = f->fn_vars.len}));
        vec_push(r->scratch, &p->call_counts, 0);
        p->fn = (fn_id){f->fns.len - 1};
        return;
    }
    p->fn.v++;
    if (p->phase == PHASE_BODIES) {
        open_fn(p)->first_block = (block_id){f->blocks.len};
        enter(p, p->fn);
        return;
    }
    enter(p, (fn_id){0});
    open_fn(p)->sym = read_sym(r);
    open_fn(p)->flags = read_flags(r, text_fn_flags);
    open_fn(p)->loc = read_loc(r);
    enter(p, p->fn);
    if (read_word(r, "to")) {
        open_fn(p)->end = read_loc(r);
    }
    read_end_of_line(&p->r);
}

// --- lines ---

// A line that declares something; false when this is not one.
static bool parse_top_line(struct parser *p) {
    static const struct {
        const char *word;
        void (*parse)(struct parser *);
        enum text_phase first;
        enum text_phase last;
    } lines[] = {
        {"tu",        parse_tu,        PHASE_NAMES,        PHASE_NAMES       },
        {"file",      parse_file,      PHASE_NAMES,        PHASE_NAMES       },
        {"record",    parse_record,    PHASE_NAMES,        PHASE_DECLARATIONS},
        {"field",     parse_field,     PHASE_DECLARATIONS, PHASE_DECLARATIONS},
        {"sym",       parse_sym,       PHASE_NAMES,        PHASE_DECLARATIONS},
        {"override",  parse_override,  PHASE_DECLARATIONS, PHASE_DECLARATIONS},
        {"diag",      parse_diag,      PHASE_DECLARATIONS, PHASE_DECLARATIONS},
        {"unhandled", parse_unhandled, PHASE_DECLARATIONS, PHASE_DECLARATIONS},
        {"fn",        parse_fn,        PHASE_NAMES,        PHASE_BODIES      },
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (read_word(&p->r, lines[i].word)) {
            if (p->phase >= lines[i].first && p->phase <= lines[i].last) {
                enter(p, lines[i].last == PHASE_BODIES ? p->r.scope.fn : (fn_id){0});
                lines[i].parse(p);
            }
            return true;
        }
    }
    return parse_any_var(p);
}

static void parse_line(struct parser *p) {
    if (read_at_end(&p->r) || *p->r.at == '#') {
        return;
    }
    if (!parse_top_line(p) && !text_parse_body_line(p)) {
        read_fail(&p->r, "unknown kind of line");
    }
}

static bool run_phase(struct parser *p, enum text_phase phase, struct str text) {
    p->phase = phase;
    p->record = (record_id){0};
    p->sym = (sym_id){0};
    p->var = (var_id){0};
    p->fn = (fn_id){0};
    p->r.line = 0;
    while (text.ptr && !p->r.failed) {
        struct str line = str_cut(&text, '\n');
        p->r.at = line.ptr;
        p->r.end = line.ptr + line.len;
        p->r.line++;
        parse_line(p);
    }
    return !p->r.failed;
}

// All that is declared has its row: the rows of calls, and what names refer to, follow.
static void declare(struct parser *p) {
    struct facts *f = p->r.f;
    for (uint32_t i = 0; i < p->call_counts.len; i++) {
        for (uint32_t k = 0; k < p->call_counts.data[i]; k++) {
            vec_push(f->arena, &f->calls, ((struct ir_call){.fn = {i}}));
        }
    }
    struct ir_file main_file = {.path = f->main_file, .is_main = 1, .is_own = 1};
    if (f->main_file.v) {
        (void)ir_file(p->r.b, &main_file);
    }
    text_scope_init(&p->r.scope, f, p->r.scratch);
}

bool ir_text_parse(struct str text, struct arena *arena, struct facts *f, struct error *err) {
    struct arena scratch;
    arena_init(&scratch, 0);
    facts_init(f, arena);
    struct parser p = {
        .r = {.f = f, .scratch = &scratch, .err = err}
    };
    p.r.b = ir_builder_new(f, &scratch);
    vec_push(&scratch, &p.call_counts, 0);
    bool ok = run_phase(&p, PHASE_NAMES, text);
    if (ok) {
        declare(&p);
        ok = run_phase(&p, PHASE_DECLARATIONS, text) && run_phase(&p, PHASE_BODIES, text) &&
             ir_check(f, err);
    }
    arena_release(&scratch);
    return ok;
}
