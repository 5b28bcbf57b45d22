#include "checker/drive/annotate.h"

// link/annotate.c says which declarations get which annotation; here these become edits of text. A
// declaration that does not look as expected takes its whole guard with it: half a guard warns
// where nothing is wrong.

#include "checker/base/edit.h"
#include "checker/base/fs.h"
#include "checker/base/log.h"
#include "checker/drive/output.h"
#include "checker/drive/run.h"
#include "checker/drive/source.h"
#include "checker/link/annotate.h"

#include <stdlib.h>

static const char header_name[] = "threadlint_guards.h";

struct annotated_edit {
    struct str file;
    struct edit edit;
};

struct writer {
    struct arena *arena;
    struct project *project;
    struct load *load;
    struct sources sources;
    VEC(struct annotated_edit) edits;
    uint32_t places; // of guards
    uint32_t guards;
    uint32_t odd; // guards whose declarations look otherwise
};

// --- text ---

static size_t skip_blanks(struct str text, size_t at) {
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t' || text.ptr[at] == '\n' ||
                             text.ptr[at] == '\r')) {
        at++;
    }
    return at;
}

// Offset behind what `open` at `at` begins; 0 when it does not end, or a comment or literal is in
// it.
static size_t skip_nested(struct str text, size_t at, char open, char close) {
    int depth = 0;
    for (; at < text.len; at++) {
        char c = text.ptr[at];
        depth += (c == open) - (c == close);
        if (depth == 0) {
            return at + 1;
        }
        if (c == '"' || c == '\'' || c == '/' || c == '#' || c == ';' || c == '{') {
            return 0;
        }
    }
    return 0;
}

// Where the annotation of a variable goes: behind its name and the brackets of an array.
static size_t after_declarator(struct str text, size_t at) {
    size_t next = skip_blanks(text, at);
    while (next < text.len && text.ptr[next] == '[') {
        at = skip_nested(text, next, '[', ']');
        if (!at) {
            return 0;
        }
        next = skip_blanks(text, at);
    }
    bool ends = next < text.len &&
                (text.ptr[next] == ';' || text.ptr[next] == ',' || text.ptr[next] == '=');
    return ends ? at : 0;
}

// Where that of a function goes: behind its parameters, before its body.
static size_t after_parameters(struct str text, size_t at) {
    at = skip_blanks(text, at);
    if (at >= text.len || text.ptr[at] != '(') {
        return 0;
    }
    size_t end = skip_nested(text, at, '(', ')');
    size_t next = end ? skip_blanks(text, end) : text.len;
    while (end && str_starts(str_slice(text, next, text.len), STR("TL_"))) { // annotated already
        size_t open = str_find_char(text, '(', next);
        end = open == SIZE_MAX ? 0 : skip_nested(text, open, '(', ')');
        next = end ? skip_blanks(text, end) : text.len;
    }
    return next < text.len && text.ptr[next] == '{' ? end : 0;
}

static struct str annotation_text(struct arena *arena, const struct program_annotation *a) {
    const char *which = a->is_standard ? "STD_" : a->is_member ? "MEMBER_" : "";
    struct buf text;
    buf_init(&text, 1 << 12);
    if (a->kind == ANNOTATE_UNCHECKED) {
        buf_add_c(&text, " TL_UNCHECKED");
    } else {
        buf_addf(&text, " TL_%s%s(" STR_FMT ")", which,
                 a->kind == ANNOTATE_GUARDED ? "GUARDED_BY" : "REQUIRES", STR_ARG(a->lock));
    }
    struct str kept = str_make(arena_copy(arena, buf_c(&text), text.len), text.len);
    buf_release(&text);
    return kept;
}

// --- edits ---

// The file is what this unit read.
static bool is_as_read(const struct facts *f, file_id file, struct str text) {
    return hash128_eq(f->files.data[file.v].content, hash128(text.ptr, text.len));
}

static bool add_edit(struct writer *w, const struct program_annotation *a) {
    const struct ir_loc *loc = &a->facts->locs.data[a->loc.v];
    struct str path = facts_text(a->facts, a->facts->files.data[loc->file.v].path);
    struct str text = sources_text(&w->sources, path);
    size_t line = edits_line_start(text, loc->line);
    if (line == SIZE_MAX || !is_as_read(a->facts, loc->file, text)) {
        return false;
    }
    size_t at = line + loc->col - 1;
    struct str rest = str_slice(text, at < text.len ? at : text.len, text.len);
    size_t end = 0;
    if (a->kind == ANNOTATE_GUARDED) {
        end = str_starts(rest, a->name) ? after_declarator(text, at + a->name.len) : 0;
    } else {
        while (at < text.len && str_is_word(text.ptr[at])) {
            at++;
        }
        end = after_parameters(text, at);
    }
    if (!end) {
        return false;
    }
    struct annotated_edit e = {
        path, {end, end, annotation_text(w->arena, a), 0}
    };
    for (uint32_t i = 0; i < w->edits.len; i++) { // said by another unit, or for another guard
        const struct annotated_edit *old = &w->edits.data[i];
        if (str_eq(old->file, path) && old->edit.from == end &&
            str_eq(old->edit.text, e.edit.text)) {
            return true;
        }
    }
    vec_push(w->arena, &w->edits, e);
    return true;
}

// All of a guard or nothing.
static void add_guards(struct writer *w, const struct program_annotations *all) {
    for (uint32_t i = 0; i < all->items.len;) {
        uint32_t before = w->edits.len;
        uint32_t guard = all->items.data[i].guard;
        bool ok = true;
        for (; i < all->items.len && all->items.data[i].guard == guard; i++) {
            ok = ok && add_edit(w, &all->items.data[i]);
        }
        w->edits.len = ok ? w->edits.len : before;
        w->guards += ok;
        w->odd += !ok;
    }
}

static bool is_edited(const struct writer *w, struct str path, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (str_eq(w->edits.data[i].file, path)) {
            return true;
        }
    }
    return false;
}

// Functions that keep a lock, or hold one on some paths only, in units that the header gets into:
// from now on clang would warn about each of them.
static void add_unbalanced(struct writer *w, const struct program_annotations *all) {
    uint32_t count = w->edits.len;
    for (uint32_t i = 0; i < all->unbalanced.len; i++) {
        const struct program_annotation *a = &all->unbalanced.data[i];
        bool is_reached = false;
        for (uint32_t k = 1; !is_reached && k < a->facts->files.len; k++) {
            struct str path = facts_text(a->facts, a->facts->files.data[k].path);
            is_reached = is_edited(w, path, count);
        }
        if (is_reached) {
            (void)add_edit(w, a);
        }
    }
}

// --- the header ---

// "../threadlint_guards.h" from src/net.
static struct str header_from(struct arena *arena, struct str file) {
    struct buf path;
    buf_init(&path, 1 << 12);
    for (size_t i = 0; i < file.len; i++) {
        if (file.ptr[i] == '/') {
            buf_add_c(&path, "../");
        }
    }
    struct buf text;
    buf_init(&text, 1 << 12);
    buf_addf(&text, "#include \"" STR_FMT "%s\"", STR_ARG(buf_str(&path)), header_name);
    struct str kept = str_make(arena_copy(arena, buf_c(&text), text.len), text.len);
    buf_release(&path);
    buf_release(&text);
    return kept;
}

static struct str directive(struct str line) {
    line = str_trim(line);
    return str_starts(line, STR("#")) ? str_trim(str_slice(line, 1, line.len)) : (struct str){0};
}

// The first directive is an #ifndef whose #endif is the last one: it keeps the file from being read
// twice.
static bool has_include_guard(struct str text) {
    int depth = 0;
    bool is_first = true;
    while (text.len) {
        struct str line = directive(str_cut(&text, '\n'));
        if (!line.len) {
            continue;
        }
        if ((is_first && !str_starts(line, STR("ifndef"))) || (!is_first && depth == 0)) {
            return false;
        }
        is_first = false;
        depth += str_starts(line, STR("if"));
        depth -= str_starts(line, STR("endif"));
    }
    return !is_first && depth == 0;
}

// Offset behind the last #include before `limit` that is always read, else behind the #define of
// the include guard, else the start of the text.
static size_t after_includes(struct str text, size_t limit) {
    bool is_guarded = has_include_guard(text);
    size_t found = 0;
    int depth = 0;
    for (size_t at = 0; at < limit;) {
        size_t end = str_find_char(text, '\n', at);
        end = end == SIZE_MAX ? text.len : end + 1;
        struct str line = directive(str_slice(text, at, end));
        depth += str_starts(line, STR("if"));
        depth -= str_starts(line, STR("endif"));
        bool is_always = depth == (is_guarded ? 1 : 0);
        if (is_always && (str_starts(line, STR("include")) ||
                          (is_guarded && !found && str_starts(line, STR("define"))))) {
            found = end;
        }
        at = end;
    }
    return found;
}

static int compare_edits(const void *left, const void *right) {
    const struct annotated_edit *a = left;
    const struct annotated_edit *b = right;
    int order = str_cmp(a->file, b->file);
    return order ? order : (a->edit.from > b->edit.from) - (a->edit.from < b->edit.from);
}

static void add_header(struct edit_list *list, struct str path, struct str text) {
    size_t at = after_includes(text, list->items.data[0].from);
    struct str include = header_from(list->arena, path);
    size_t end = str_find_char(text, '\n', 0);
    bool is_dos = end != SIZE_MAX && end > 0 && text.ptr[end - 1] == '\r';
    if (str_find(text, include, 0) == SIZE_MAX) {
        struct buf line;
        buf_init(&line, 1 << 12);
        buf_addf(&line, STR_FMT "%s\n", STR_ARG(include), is_dos ? "\r" : "");
        struct str copy = str_make(arena_copy(list->arena, buf_c(&line), line.len), line.len);
        vec_push(list->arena, &list->items, ((struct edit){at, at, copy, 0}));
        buf_release(&line);
    }
}

static void print_patch(struct writer *w, struct buf *out) {
    if (w->edits.len > 1) {
        qsort(w->edits.data, w->edits.len, sizeof *w->edits.data, compare_edits);
    }
    for (uint32_t i = 0; i < w->edits.len;) {
        struct str path = w->edits.data[i].file;
        struct str text = sources_text(&w->sources, path);
        struct edit_list list = {.arena = w->arena};
        for (; i < w->edits.len && str_eq(w->edits.data[i].file, path); i++) {
            vec_push(w->arena, &list.items, w->edits.data[i].edit);
        }
        add_header(&list, path, text);
        edits_settle(&list, NULL, NULL);
        edits_diff(&list, path, text, out);
    }
    const char *full = fs_join(w->arena, w->project->root, str_from(header_name));
    if (w->edits.len && !fs_exists(full)) {
        edits_new_file(str_from(header_name), str_from(annotate_header), out);
    }
}

// --- running ---

// " at src/a.c:12"
static struct str place_text(struct arena *arena, struct flow_site site) {
    const struct facts *f = site.at.facts;
    if (!f) {
        return (struct str){0};
    }
    const struct ir_loc *loc = &f->locs.data[site.loc.v];
    return notes_format(arena, " at " STR_FMT ":%u",
                        STR_ARG(facts_text(f, f->files.data[loc->file.v].path)), loc->line);
}

static void tell(const struct writer *w, const struct program_annotations *all) {
    const struct cli *cli = w->project->cli;
    for (uint32_t i = 0; cli->verbose && i < all->left_out.len; i++) {
        const struct program_unannotated *u = &all->left_out.data[i];
        struct str where = place_text(w->arena, u->where);
        log_message(LOG_INFO, "'" STR_FMT "', mostly under '" STR_FMT "', %s" STR_FMT,
                    STR_ARG(u->name), STR_ARG(u->lock), u->why, STR_ARG(where));
    }
    if (!cli->quiet) {
        log_message(LOG_INFO, "%u guarded, in %u places; %u left out%s", w->guards, w->places,
                    all->left_out.len + w->odd,
                    all->left_out.len && !cli->verbose ? " (--verbose tells why)" : "");
    }
}

static bool annotate(struct writer *w, const struct cli *cli, struct buf *out, struct error *err) {
    if (!project_open(w->project, w->arena, cli, cli->operands.data, cli->operands.len, err)) {
        return false;
    }
    w->load->project = w->project;
    if (!load_run(w->load, err)) {
        return false;
    }
    struct program *p = run_link(w->project, w->load, err);
    if (!p) {
        return false;
    }
    sources_init(&w->sources, w->arena, w->project->root, NULL, 0);
    struct program_annotations all = program_annotate(p);
    add_guards(w, &all);
    w->places = w->edits.len;
    add_unbalanced(w, &all);
    print_patch(w, out);
    tell(w, &all);
    return true;
}

int annotate_run(const struct cli *cli) {
    struct arena arena;
    struct buf out;
    struct error err = {0};
    struct load load = {0};
    arena_init(&arena, 0);
    buf_init(&out, SIZE_MAX / 4);
    struct project *project = ARENA_NEW(&arena, struct project);
    struct writer w = {.arena = &arena, .project = project, .load = &load};
    bool ok = annotate(&w, cli, &out, &err);
    if (ok) {
        (void)fwrite(buf_c(&out), 1, out.len, stdout);
    } else {
        log_message(LOG_ERROR, "%s", err.text);
    }
    int code = !ok                                             ? EXIT_USAGE
               : cli->allow_partial || load_is_complete(&load) ? EXIT_CLEAN
                                                               : EXIT_INCOMPLETE;
    buf_release(&out);
    arena_release(&arena);
    return output_finish() ? EXIT_USAGE : code;
}
