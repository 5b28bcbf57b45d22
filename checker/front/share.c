// Precompiled headers: made by the worker that comes to them first, loaded by all. What lies under
// a stem: ".taken", made before anything else, so that no two workers do the same; ".pch"; and
// ".files", last: a line that says whether there is one, then three lines of each file it was made
// of (the hash of its content and whether it is a system header, its name, its real path), an empty
// line, and a line of each declaration that may be one to lower: kind, number of its file, offset.
// ".all" says that the latter are no use.
//
// Visiting all of a TU would load all declarations of the precompiled header. So a TU is opened
// with its own ones only, and those on the list are found by their place.
#include "checker/front/share.h"

#include "checker/base/buf.h"
#include "checker/base/fs.h"
#include "checker/base/hash.h"
#include "checker/base/map.h"
#include "checker/front/cx.h"
#include "checker/front/lower.h"
#include "checker/front/parse.h"

#include <stdio.h>
#include <string.h>

enum {
    MAX_SOURCE = 1 << 30,
    MAX_LIST = 64 << 20,
    WORTH_BYTES = 96 * 1024, // of headers; below that a precompiled one saves nothing
};

struct gathering {
    CXTranslationUnit tu;
    struct arena *scratch;
    struct str self; // the file that holds the directives only
    struct buf *list;
    size_t bytes;
    bool is_odd;        // a name with a line end
    bool is_hidden;     // a declaration that is not found by its place
    struct map system;  // CXFile -> whether a declaration in it is one of a system header
    struct map numbers; // CXFile -> number of the file in the list
    uint32_t files;
};

static enum CXChildVisitResult note_place(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    struct gathering *g = data;
    CXSourceLocation place = clang_getCursorLocation(c);
    uint64_t key = (uint64_t)(uintptr_t)cx_file_of(place);
    uint32_t known = 0;
    if (key && !map_get(&g->system, key, &known)) {
        map_put(&g->system, key, clang_Location_isInSystemHeader(place) != 0);
    }
    return CXChildVisit_Continue;
}

// As lower_file finds it.
static bool is_system(const struct gathering *g, CXFile file) {
    uint32_t known = 0;
    if (map_get(&g->system, (uint64_t)(uintptr_t)file, &known)) {
        return known != 0;
    }
    return clang_Location_isInSystemHeader(clang_getLocationForOffset(g->tu, file, 0)) != 0;
}

struct search {
    enum CXCursorKind kind;
    struct cx_place at;
    CXCursor found;
};

static bool is_sought(const struct search *s, CXCursor c) {
    struct cx_place at = cx_file_place(clang_getCursorLocation(c));
    return clang_getCursorKind(c) == s->kind && at.file &&
           clang_File_isEqual(at.file, s->at.file) && at.offset == s->at.offset;
}

static enum CXChildVisitResult look(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    struct search *s = data;
    if (!is_sought(s, c)) {
        return CXChildVisit_Continue;
    }
    s->found = c;
    return CXChildVisit_Break;
}

// The declaration at a place, or in what is declared there (`typedef struct {} t`). Null when that
// is another one: macros hide some.
static CXCursor cursor_at(CXTranslationUnit tu, enum CXCursorKind kind, struct cx_place at) {
    struct search s = {.kind = kind, .at = at, .found = clang_getNullCursor()};
    CXCursor c = clang_getCursor(tu, clang_getLocationForOffset(tu, at.file, at.offset));
    if (is_sought(&s, c)) {
        return c;
    }
    clang_visitChildren(c, look, &s);
    return s.found;
}

static enum CXChildVisitResult gather_decl(CXCursor c, CXCursor parent, CXClientData data) {
    (void)parent;
    struct gathering *g = data;
    CXSourceLocation place = clang_getCursorLocation(c);
    bool is_needed = lower_is_looked_at(c) &&
                     (clang_getCursorKind(c) == CXCursor_VarDecl || clang_isCursorDefinition(c));
    if (!is_needed || clang_Location_isInSystemHeader(place)) {
        return CXChildVisit_Continue;
    }
    struct cx_place at = cx_file_place(place);
    uint32_t number = 0;
    g->is_hidden |= !map_get(&g->numbers, (uint64_t)(uintptr_t)at.file, &number) ||
                    !clang_equalCursors(cursor_at(g->tu, clang_getCursorKind(c), at), c);
    buf_addf(g->list, "%d %u %u\n", (int)clang_getCursorKind(c), number, at.offset);
    return CXChildVisit_Continue;
}

static void gather_file(CXFile file, CXSourceLocation *stack, unsigned depth, CXClientData data) {
    (void)stack;
    (void)depth;
    struct gathering *g = data;
    struct str name = cx_str(g->scratch, clang_getFileName(file));
    uint64_t key = (uint64_t)(uintptr_t)file;
    uint32_t seen = 0;
    if (!str_eq(name, g->self) && !map_get(&g->numbers, key, &seen)) {
        map_put(&g->numbers, key, g->files++);
        struct str text = cx_file_text(g->tu, file);
        char hex[33];
        hash128_hex(hash128(text.ptr ? text.ptr : "", text.len), hex);
        g->bytes += text.len;
        struct str real = cx_str(g->scratch, clang_File_tryGetRealPathName(file));
        g->is_odd |=
            str_find_char(name, '\n', 0) != SIZE_MAX || str_find_char(real, '\n', 0) != SIZE_MAX;
        buf_addf(g->list, "%s%c\n" STR_FMT "\n" STR_FMT "\n", hex, is_system(g, file) ? '+' : '-',
                 STR_ARG(name), STR_ARG(real));
    }
}

static char *beside(struct arena *scratch, struct str stem, const char *ending) {
    size_t size = stem.len + strlen(ending) + 1;
    char *path = arena_alloc(scratch, 1, size);
    (void)snprintf(path, size, STR_FMT "%s", STR_ARG(stem), ending);
    return path;
}

// Parses the directives and stores the result; the files read go to `list`. False when there is
// anything wrong with them, or too little to gain.
static bool make_header(CXIndex index, const struct compile_cmd *cmd, const struct parse_args *args,
                        struct arena *scratch, struct buf *list, bool *ret_hidden) {
    const char **all = ARENA_ARRAY(scratch, const char *, args->count + 2);
    memcpy(all, args->items, args->count * sizeof *all);
    all[args->count] = "-x";
    all[args->count + 1] = "c-header";
    const char *self = fs_join(scratch, fs_dirname(cmd->file), STR(".threadlint-shared.h"));
    struct CXUnsavedFile text = {self, cmd->shared->includes.ptr, cmd->shared->includes.len};
    unsigned flags = CXTranslationUnit_KeepGoing | CXTranslationUnit_Incomplete |
                     CXTranslationUnit_ForSerialization;
    CXTranslationUnit tu = NULL;
    if (clang_parseTranslationUnit2FullArgv(index, self, all, (int)args->count + 2, &text, 1, flags,
                                            &tu) != CXError_Success ||
        !tu) {
        return false;
    }
    struct gathering g = {.tu = tu, .scratch = scratch, .self = str_from(self), .list = list};
    map_init(&g.system, scratch);
    map_init(&g.numbers, scratch);
    clang_visitChildren(clang_getTranslationUnitCursor(tu), note_place, &g);
    clang_getInclusions(tu, gather_file, &g);
    buf_add_c(list, "\n");
    clang_visitChildren(clang_getTranslationUnitCursor(tu), gather_decl, &g);
    bool ok = clang_getNumDiagnostics(tu) == 0 && g.bytes >= WORTH_BYTES && !g.is_odd &&
              !list->overflow &&
              clang_saveTranslationUnit(tu, beside(scratch, cmd->shared->stem, ".pch"), 0) ==
                  CXSaveError_None;
    *ret_hidden = g.is_hidden;
    clang_disposeTranslationUnit(tu);
    return ok;
}

static void make(const struct compile_cmd *cmd, const struct parse_args *args,
                 struct arena *scratch) {
    CXIndex index = clang_createIndex(0, 0);
    struct buf list;
    struct error err = {0};
    buf_init(&list, MAX_LIST);
    bool is_hidden = false;
    bool ok = make_header(index, cmd, args, scratch, &list, &is_hidden);
    struct buf all;
    buf_init(&all, MAX_LIST);
    buf_addf(&all, "%s\n" STR_FMT, ok ? is_hidden ? "all" : "listed" : "none",
             STR_ARG(buf_str(&list)));
    if (!all.overflow) {
        (void)fs_write_atomic(beside(scratch, cmd->shared->stem, ".files"), buf_str(&all), &err);
    }
    buf_release(&all);
    clang_disposeIndex(index);
    buf_release(&list);
}

// Whether the precompiled header is there; makes it when nobody did. While another worker is at it
// the answer is no: waiting would take as long as reading the headers.
static bool is_made(const struct compile_cmd *cmd, const struct parse_args *args,
                    struct arena *scratch, struct str *ret_files, bool *ret_listed) {
    struct error err = {0};
    const char *files = beside(scratch, cmd->shared->stem, ".files");
    if (!fs_exists(files)) {
        if (!fs_claim(beside(scratch, cmd->shared->stem, ".taken"))) {
            return false;
        }
        make(cmd, args, scratch);
    }
    struct str what = {0};
    if (fs_read(scratch, files, MAX_LIST, ret_files, &err)) {
        what = str_cut(ret_files, '\n');
    }
    *ret_listed = str_eq(what, STR("listed"));
    return *ret_listed || str_eq(what, STR("all"));
}

static struct str blanked(struct arena *scratch, struct str text, uint32_t end) {
    char *copy = arena_copy(scratch, text.ptr, text.len);
    for (uint32_t i = 0; i < end; i++) {
        copy[i] = copy[i] == '\n' || copy[i] == '\r' ? copy[i] : ' ';
    }
    return str_make(copy, text.len);
}

static bool has_error(CXTranslationUnit tu) {
    bool found = false;
    for (unsigned i = 0; i < clang_getNumDiagnostics(tu) && !found; i++) {
        CXDiagnostic d = clang_getDiagnostic(tu, i);
        found = clang_getDiagnosticSeverity(d) >= CXDiagnostic_Error;
        clang_disposeDiagnostic(d);
    }
    return found;
}

// The files of the precompiled header, as this TU knows them.
static bool find_files(CXTranslationUnit tu, struct str *list, struct arena *scratch,
                       struct parsed *ret) {
    for (;;) {
        struct str mark = str_cut(list, '\n');
        if (mark.len == 0) {
            return true;
        }
        struct str name = str_cut(list, '\n');
        struct shared_file file = {.real = str_cut(list, '\n'),
                                   .is_system = str_ends(mark, STR("+"))};
        file.file = clang_getFile(tu, arena_copy(scratch, name.ptr, name.len));
        if (!file.file || !hash128_parse(str_slice(mark, 0, mark.len - 1), &file.content)) {
            return false;
        }
        vec_push(scratch, &ret->shared_files, file);
    }
}

static bool next_number(struct str *line, uint64_t *ret) {
    return str_to_u64(str_cut(line, ' '), ret);
}

// Its declarations that may be lowered.
static bool find_decls(CXTranslationUnit tu, struct str list, struct arena *scratch,
                       struct parsed *ret) {
    while (list.len) {
        struct str line = str_cut(&list, '\n');
        uint64_t kind = 0;
        uint64_t number = 0;
        uint64_t offset = 0;
        if (!next_number(&line, &kind) || !next_number(&line, &number) ||
            !next_number(&line, &offset) || number >= ret->shared_files.len) {
            return false;
        }
        struct cx_place at = {.file = ret->shared_files.data[number].file,
                              .offset = (uint32_t)offset};
        CXCursor c = cursor_at(tu, (enum CXCursorKind)kind, at);
        if (cx_is_null(c)) {
            return false;
        }
        vec_push(scratch, &ret->shared_decls, c);
    }
    return true;
}

// Parses the rest of the main file, whose content is `text`, on top of the precompiled header.
static CXTranslationUnit parse_rest(CXIndex index, const struct compile_cmd *cmd,
                                    const struct parse_args *args, struct arena *scratch,
                                    struct str text) {
    const char **all = ARENA_ARRAY(scratch, const char *, args->count + 2);
    memcpy(all, args->items, args->count * sizeof *all);
    all[args->count] = "-include-pch";
    all[args->count + 1] = beside(scratch, cmd->shared->stem, ".pch");
    const char *path = arena_copy(scratch, cmd->file.ptr, cmd->file.len);
    struct str rest = blanked(scratch, text, cmd->shared_end);
    struct CXUnsavedFile unsaved = {path, rest.ptr, rest.len};
    CXTranslationUnit tu = NULL;
    enum CXErrorCode code = clang_parseTranslationUnit2FullArgv(
        index, path, all, (int)args->count + 2, &unsaved, 1, CXTranslationUnit_KeepGoing, &tu);
    return code == CXError_Success ? tu : NULL;
}

// Fills `ret` with the TU. Of what is declared in the header either all is loaded, or what the list
// has.
static bool open_rest(const struct compile_cmd *cmd, const struct parse_args *args,
                      struct arena *scratch, struct str list, struct parsed *ret) {
    ret->index = clang_createIndex(ret->sees_own_only, 0);
    ret->tu = parse_rest(ret->index, cmd, args, scratch, ret->shared_text);
    bool ok = ret->tu && !has_error(ret->tu) && find_files(ret->tu, &list, scratch, ret);
    if (ok && ret->sees_own_only && !find_decls(ret->tu, list, scratch, ret)) {
        // a file included several times: its places are those of an inclusion that shows nothing
        (void)fs_claim(beside(scratch, cmd->shared->stem, ".all"));
        ok = false;
    }
    if (!ok) {
        parsed_dispose(ret);
    }
    return ok;
}

bool share_parse(const struct compile_cmd *cmd, const struct parse_args *args,
                 struct arena *scratch, struct parsed *ret) {
    struct error err = {0};
    struct str list = {0};
    struct str text = {0};
    const char *path = arena_copy(scratch, cmd->file.ptr, cmd->file.len);
    bool is_listed = false;
    if (!cmd->shared || !is_made(cmd, args, scratch, &list, &is_listed) ||
        !fs_read(scratch, path, MAX_SOURCE, &text, &err) || text.len < cmd->shared_end) {
        return false;
    }
    const char *all = beside(scratch, cmd->shared->stem, ".all");
    if (is_listed && !fs_exists(all)) {
        *ret = (struct parsed){.shared_text = text, .sees_own_only = true};
        if (open_rest(cmd, args, scratch, list, ret)) {
            return true;
        }
        if (!fs_exists(all)) {
            return false;
        }
    }
    *ret = (struct parsed){.shared_text = text};
    return open_rest(cmd, args, scratch, list, ret);
}
