// The front room's door: parse, walk the TU, lower the functions of own files, collect what was
// wrong.
#include "checker/front/cxx.h"
#include "checker/front/fn.h"
#include "checker/front/front.h"
#include "checker/front/omp.h"
#include "checker/front/parse.h"
#include "checker/front/probe.h"
#include "checker/front/symbol.h"

#include <string.h>

enum { MAX_QUEUE = 200000, MAX_DEPTH = 1000, MAX_FN_OPS = 200000 };

struct str front_version(struct arena *arena) {
    struct str text =
        cx_str(arena, clang_getClangVersion()); // "Debian clang version 19.1.7 (3+b1)"
    size_t at = str_find(text, STR("version "), 0);
    struct str rest = at == SIZE_MAX ? text : str_slice(text, at + 8, text.len);
    return str_cut(&rest, ' ');
}

static bool is_function_kind(enum CXCursorKind kind) {
    return kind == CXCursor_FunctionDecl || kind == CXCursor_CXXMethod ||
           kind == CXCursor_Constructor || kind == CXCursor_Destructor ||
           kind == CXCursor_ConversionFunction;
}

static bool in_system_header(CXCursor c) {
    return clang_Location_isInSystemHeader(clang_getCursorLocation(c)) != 0;
}

// --- the queue of functions ---

void lower_enqueue(struct lower *l, CXCursor function) {
    CXCursor def = clang_getCursorDefinition(function);
    if (cx_is_null(def) || !is_function_kind(clang_getCursorKind(def)) || in_system_header(def) ||
        l->queue.len >= MAX_QUEUE || (l->is_cxx && lower_is_dependent(def))) {
        return;
    }
    uint64_t key = lower_cursor_hash(def);
    uint32_t seen = 0;
    if (map_get(&l->queued, key, &seen)) {
        return;
    }
    map_put(&l->queued, key, 1);
    bool is_twin = clang_getCursorKind(def) == CXCursor_Destructor &&
                   !cxx_claim_instance(l, lower_sym(l, def)); // lowered from its template
    if (!is_twin) {
        vec_push(l->scratch, &l->queue, def);
    }
}

static bool is_own(struct lower *l, CXCursor c) {
    file_id file = lower_file(l, cx_file_of(clang_getCursorLocation(c)));
    return file.v && (l->f->files.data[file.v].is_own || l->f->files.data[file.v].is_main);
}

static enum CXChildVisitResult visit_top(CXCursor c, CXCursor parent, CXClientData data);

static void visit_inside(struct lower *l, CXCursor c) {
    clang_visitChildren(c, visit_top, l);
}

static bool is_container(enum CXCursorKind kind) {
    return kind == CXCursor_Namespace || kind == CXCursor_LinkageSpec ||
           kind == CXCursor_UnexposedDecl || kind == CXCursor_StructDecl ||
           kind == CXCursor_ClassDecl || kind == CXCursor_UnionDecl;
}

bool lower_is_looked_at(CXCursor c) {
    enum CXCursorKind kind = clang_getCursorKind(c);
    return is_container(kind) || is_function_kind(kind) || kind == CXCursor_VarDecl;
}

static enum CXChildVisitResult visit_top(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    struct lower *l = data;
    enum CXCursorKind kind = clang_getCursorKind(c);
    if (!lower_is_looked_at(c) || in_system_header(c) || !is_own(l, c)) {
        return CXChildVisit_Continue;
    }
    if (is_container(kind)) {
        if (clang_isDeclaration(kind) && kind != CXCursor_Namespace &&
            kind != CXCursor_LinkageSpec && kind != CXCursor_UnexposedDecl) {
            if (clang_isCursorDefinition(c)) {
                (void)lower_record(l, c);
            }
            if (!l->is_cxx) {
                return CXChildVisit_Continue;
            }
        }
        visit_inside(l, c);
    } else if (kind == CXCursor_VarDecl) {
        vec_push(l->scratch, &l->globals, c);
    } else if (clang_isCursorDefinition(c)) {
        lower_enqueue(l, c);
    }
    return CXChildVisit_Continue;
}

struct name_search {
    struct lower *l;
    struct str name;
    CXCursor found;
};

static enum CXChildVisitResult find_named(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    struct name_search *s = data;
    enum CXCursorKind kind = clang_getCursorKind(c);
    if (kind == CXCursor_LinkageSpec || kind == CXCursor_UnexposedDecl) {
        return CXChildVisit_Recurse;
    }
    if (kind == CXCursor_FunctionDecl && str_eq(cx_spelling(s->l->scratch, c), s->name)) {
        s->found = c;
        return CXChildVisit_Break;
    }
    return CXChildVisit_Continue;
}

sym_id lower_function_named(struct lower *l, struct str name) {
    uint64_t key = hash64(name.ptr, name.len, 0);
    uint32_t known = 0;
    if (map_get(&l->named, key, &known)) {
        return (sym_id){known};
    }
    l->must_see_all |= l->sees_own_only;
    struct name_search s = {.l = l, .name = name, .found = clang_getNullCursor()};
    clang_visitChildren(clang_getTranslationUnitCursor(l->tu), find_named, &s);
    sym_id sym = {0};
    if (!cx_is_null(s.found)) {
        lower_enqueue(l, s.found);
        sym = lower_sym(l, s.found);
    }
    map_put(&l->named, key, sym.v);
    return sym;
}

// --- one function ---

void lower_fn_open(struct lower *l, struct lower_fn *fn, CXCursor function) {
    *fn = (struct lower_fn){.outer = l->fn, .cursor = function};
    fn->result = clang_getCursorResultType(function);
    enum CXTypeKind kind = clang_getCanonicalType(fn->result).kind;
    fn->returns_reference = kind == CXType_LValueReference || kind == CXType_RValueReference;
    fn->loc = lower_loc(l, function);
    map_init(&fn->label_index, l->scratch);
    l->fn = fn;
}

void lower_fn_close(struct lower *l) {
    lower_finish_gotos(l);
    l->fn = l->fn->outer;
}

static void declare_parameters(struct lower *l, CXCursor function, sym_id sym) {
    if (l->f->syms.data[sym.v].flags & SYM_METHOD) {
        (void)cxx_this_param(l, function);
    }
    int count = clang_Cursor_getNumArguments(function);
    for (int i = 0; i < count; i++) {
        (void)lower_var(l, clang_Cursor_getArgument(function, (unsigned)i));
    }
}

static bool is_coroutine_body(CXCursor body) {
    return clang_getCursorKind(body) == CXCursor_UnexposedStmt;
}

static uint32_t function_flags(struct lower *l, CXCursor function, loc_id loc) {
    const struct ir_loc *at = &l->f->locs.data[loc.v];
    uint32_t flags = l->f->files.data[at->file.v].is_main ? 0 : FN_HEADER;
    CXCursor pattern = clang_getSpecializedCursorTemplate(function);
    return flags | (cx_is_null(pattern) ? 0 : FN_TEMPLATE);
}

static void lower_body(struct lower *l, CXCursor function, loc_id end) {
    struct cx_list children = cx_children(l->scratch, function);
    if (l->is_cxx && cxx_body(l, function, children)) {
        return;
    }
    CXCursor body = children.count ? children.items[children.count - 1] : clang_getNullCursor();
    if (clang_getCursorKind(body) == CXCursor_CompoundStmt) {
        lower_compound(l, body);
    } else if (is_coroutine_body(body)) {
        ir_fn_flag(l->b, FN_COROUTINE | FN_TRUNCATED);
    } else {
        ir_fn_flag(l->b, FN_PARTIAL);
    }
    if (ir_bb_open(l->b)) {
        ir_term_return(l->b, (val_id){0}, end);
    }
}

void lower_function(struct lower *l, CXCursor function) {
    sym_id sym = lower_sym(l, function);
    loc_id loc = lower_loc(l, function);
    struct ir_fn ir = {.sym = sym, .loc = loc, .flags = function_flags(l, function, loc)};
    ir_fn_begin(l->b, &ir);
    struct lower_fn fn;
    lower_fn_open(l, &fn, function);
    declare_parameters(l, function, sym);
    CXSourceLocation end_at = cx_end(function);
    loc_id end = lower_source_loc(l, end_at);
    lower_body(l, function, end.v ? end : loc);
    lower_fn_close(l);
    ir_fn_end(l->b, end.v ? end : loc);
}

// --- globals ---

static sym_id init_symbol(struct lower *l) {
    struct str file = facts_text(l->f, l->f->main_file);
    struct str prefix = STR("%init@");
    char *key = arena_alloc(l->scratch, 1, prefix.len + file.len + 1);
    memcpy(key, prefix.ptr, prefix.len);
    memcpy(key + prefix.len, file.ptr ? file.ptr : "", file.len);
    return lower_named_sym(l, STR("%init"), str_make(key, prefix.len + file.len),
                           SYM_INTERNAL | SYM_BUILTIN);
}

static void lower_global(struct lower *l, CXCursor decl) {
    var_id var = lower_var(l, decl);
    CXCursor init = clang_Cursor_getVarDeclInitializer(decl);
    loc_id loc = lower_loc(l, decl);
    l->fn->loc = loc.v ? loc : l->fn->loc;
    if ((l->is_cxx && cxx_global(l, decl, var)) || cx_is_null(init)) {
        return;
    }
    lower_init(l, ir_path_var(l->b, var), clang_getCursorType(decl), init);
}

// Writes of the initialisers of this TU's globals, as a function of its own: function tables become
// visible.
static void lower_globals(struct lower *l) {
    struct ir_fn ir = {.sym = init_symbol(l), .flags = FN_GLOBAL_INIT};
    ir_fn_begin(l->b, &ir);
    struct lower_fn fn;
    lower_fn_open(l, &fn, clang_getTranslationUnitCursor(l->tu));
    lower_scope_push(l);
    for (uint32_t i = 0; i < l->globals.len; i++) {
        lower_global(l, l->globals.data[i]);
    }
    lower_scope_pop(l, fn.loc);
    ir_term_return(l->b, (val_id){0}, fn.loc);
    lower_fn_close(l);
    ir_fn_end(l->b, fn.loc);
}

static enum CXChildVisitResult enqueue_mentioned(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    if (clang_getCursorKind(c) == CXCursor_DeclRefExpr) {
        lower_enqueue(data, clang_getCursorReferenced(c));
    }
    return CXChildVisit_Recurse;
}

// All functions, and those only initialisers mention; bodies bring static locals, so both lists
// grow meanwhile.
static void lower_functions(struct lower *l) {
    uint32_t next_function = 0;
    uint32_t next_global = 0;
    bool probed = false;
    for (;;) {
        if (next_function < l->queue.len) {
            lower_function(l, l->queue.data[next_function++]);
            continue;
        }
        if ((l->is_cxx && cxx_lower_instance(l)) || omp_lower_next(l)) {
            continue;
        }
        if (next_global == l->globals.len && probed) {
            break;
        }
        if (next_global == l->globals.len) { // what the code itself names comes first
            l->first_probed = l->f->fns.len;
            probe_enqueue(l);
            probed = true;
            continue;
        }
        CXCursor init = clang_Cursor_getVarDeclInitializer(l->globals.data[next_global++]);
        if (!cx_is_null(init)) {
            clang_visitChildren(init, enqueue_mentioned, l);
        }
    }
}

// --- what was wrong, what was read ---

// The functions, from number `first` on, with an error there, between their name and their end.
static void mark_partial(struct facts *f, uint32_t first, loc_id loc) {
    const struct ir_loc *at = &f->locs.data[loc.v];
    for (uint32_t k = first; k < f->fns.len; k++) {
        const struct ir_loc *from = &f->locs.data[f->fns.data[k].loc.v];
        const struct ir_loc *to = &f->locs.data[f->fns.data[k].end.v];
        if (from->file.v == at->file.v && from->line <= at->line && at->line <= to->line) {
            f->fns.data[k].flags |= FN_PARTIAL;
        }
    }
}

// `told` is the TU as it is written, whose errors count.
static void note_errors(struct lower *l, CXTranslationUnit told) {
    unsigned count = clang_getNumDiagnostics(l->tu);
    for (unsigned i = 0; i < count; i++) {
        CXDiagnostic d = clang_getDiagnostic(l->tu, i);
        enum CXDiagnosticSeverity severity = clang_getDiagnosticSeverity(d);
        CXSourceLocation at = clang_getDiagnosticLocation(d);
        // The driver's complaints (an option it does not know) have no place at all, and what they
        // are about changes little. Those about -include and -D have one, but no file; a file
        // that cannot be read (UTF-16) is fatal.
        bool is_of_driver = clang_equalLocations(at, clang_getNullLocation()) != 0;
        bool counts = severity >= (is_of_driver ? CXDiagnostic_Fatal : CXDiagnostic_Error);
        if (counts && told != l->tu && !probe_is_told(told, d, l->scratch)) {
            // the arguments made up for a template do not fit this member
            mark_partial(l->f, l->first_probed, lower_source_loc(l, at));
        } else if (counts) {
            struct str text = cx_str(l->scratch, clang_getDiagnosticSpelling(d));
            ir_diag(l->b, (uint8_t)severity, lower_source_loc(l, at), text);
            mark_partial(l->f, 1, lower_source_loc(l, at));
        }
        clang_disposeDiagnostic(d);
    }
}

static void note_file(CXFile file, CXSourceLocation *stack, unsigned depth, CXClientData data) {
    (void)stack;
    (void)depth;
    struct lower *l = data;
    (void)lower_file(l, file); // with the hash of its content
}

static enum CXChildVisitResult note_place(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    lower_note_place(data, clang_getCursorLocation(c));
    return CXChildVisit_Continue;
}

// `told` is the TU as it is written.
static void lower_tu(struct lower *l, const struct parsed *parsed, CXTranslationUnit told) {
    CXString name = clang_getTranslationUnitSpelling(l->tu);
    CXFile main_file = clang_getFile(l->tu, clang_getCString(name));
    clang_disposeString(name);
    if (parsed->shared_text.ptr) {
        lower_know_text(l, main_file, parsed->shared_text);
    }
    file_id main_id = lower_file(l, main_file);
    l->f->main_file = l->f->files.data[main_id.v].path;
    clang_visitChildren(clang_getTranslationUnitCursor(l->tu), note_place, l);
    for (uint32_t i = 0; i < parsed->shared_files.len; i++) {
        lower_know_file(l, &parsed->shared_files.data[i]);
    }
    for (uint32_t i = 0; i < parsed->shared_files.len; i++) {
        (void)lower_file(l, parsed->shared_files.data[i].file);
    }
    clang_getInclusions(l->tu, note_file, l);
    for (uint32_t i = 0; i < parsed->shared_decls.len; i++) {
        (void)visit_top(parsed->shared_decls.data[i], clang_getNullCursor(), l);
    }
    visit_inside(l, clang_getTranslationUnitCursor(l->tu));
    lower_functions(l);
    lower_globals(l);
    note_errors(l, told);
}

// libclang does not tell the language of a TU, but its printing policy follows it.
static bool is_cxx_tu(CXTranslationUnit tu) {
    CXPrintingPolicy policy = clang_getCursorPrintingPolicy(clang_getTranslationUnitCursor(tu));
    bool is_cxx =
        clang_PrintingPolicy_getProperty(policy, CXPrintingPolicy_SuppressTagKeyword) != 0;
    clang_PrintingPolicy_dispose(policy);
    return is_cxx;
}

// What to lower: the TU as it is written, or with what probe.c wrote behind it.
struct reading {
    const struct parsed *parsed;
    CXTranslationUnit told; // as it is written
    size_t main_len;        // see struct lower
    bool omp;               // the command asks for OpenMP
};

// False when the facts are not right since not all of the TU could be seen.
static bool lower_parsed(struct reading reading, const struct front_options *options,
                         struct arena *arena, struct arena *scratch, struct facts *f) {
    const struct parsed *parsed = reading.parsed;
    struct arena building;
    arena_init(&building, 0);
    struct lower_options lowering = {
        .root = options->root, .max_depth = MAX_DEPTH, .max_fn_ops = MAX_FN_OPS};
    facts_init(f, arena);
    struct lower l = {.tu = parsed->tu,
                      .main_len = reading.main_len,
                      .b = ir_builder_new(f, &building),
                      .f = f,
                      .arena = arena,
                      .scratch = scratch,
                      .options = &lowering,
                      .sees_own_only = parsed->sees_own_only};
    struct map *const maps[] = {&l.files, &l.text_index, &l.place_index, &l.symbols,
                                &l.vars,  &l.types,      &l.records,     &l.queued,
                                &l.named, &l.extents,    &l.shared_index};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        map_init(maps[i], scratch);
    }
    l.is_cxx = is_cxx_tu(parsed->tu);
    if (reading.omp) {
        omp_begin(&l);
    }
    lower_tu(&l, parsed, reading.told);
    arena_release(&building);
    return !l.must_see_all;
}

static struct reading plainly(const struct parsed *parsed, bool omp) {
    return (struct reading){parsed, parsed->tu, SIZE_MAX, omp};
}

// The TU once more, with members of templates named that it does not name itself; false when it
// names all that matter.
static bool read_again(const struct compile_cmd *cmd, const struct front_options *options,
                       const struct parsed *parsed, struct arena *scratch, struct parsed *ret,
                       struct reading *ret_reading) {
    struct str probe = is_cxx_tu(parsed->tu)
                           ? probe_text(parsed->tu, cmd->alone, options->root, scratch)
                           : (struct str){0};
    CXString name = clang_getTranslationUnitSpelling(parsed->tu);
    struct str text = parsed->shared_text;
    if (!text.ptr) {
        text = cx_file_text(parsed->tu, clang_getFile(parsed->tu, clang_getCString(name)));
    }
    clang_disposeString(name);
    if (!probe.len) {
        return false;
    }
    char *whole = arena_alloc(scratch, 1, text.len + probe.len + 1);
    memcpy(whole, text.ptr, text.len);
    memcpy(whole + text.len, probe.ptr, probe.len);
    *ret_reading = (struct reading){ret, parsed->tu, text.len, parse_wants_omp(cmd)};
    return parse_probe(cmd, options, str_make(whole, text.len + probe.len), scratch, ret);
}

bool front_read(const struct compile_cmd *cmd, const struct front_options *options,
                struct arena *arena, struct facts *f, struct error *err) {
    struct arena scratch;
    arena_init(&scratch, 0);
    bool omp = parse_wants_omp(cmd);
    struct parsed parsed;
    struct parsed again;
    struct reading reading;
    bool ok = parse_tu(cmd, options, true, &scratch, &parsed, err);
    if (ok && read_again(cmd, options, &parsed, &scratch, &again, &reading)) {
        (void)lower_parsed(reading, options, arena, &scratch, f);
        parsed_dispose(&again);
    } else if (ok && !lower_parsed(plainly(&parsed, omp), options, arena, &scratch, f)) {
        parsed_dispose(&parsed);
        ok = parse_tu(cmd, options, false, &scratch, &parsed, err);
        (void)(ok && lower_parsed(plainly(&parsed, omp), options, arena, &scratch, f));
    }
    if (ok) {
        parsed_dispose(&parsed);
    }
    arena_release(&scratch);
    return ok;
}
