// Parsing with the real driver name, so that g++ reads .c files as C++.
#include "checker/front/parse.h"

#include "checker/base/fs.h"
#include "checker/front/cx.h"

static const char *error_text(enum CXErrorCode code) {
    switch ((int)code) {
    case CXError_Crashed:
        return "libclang crashed on it";
    case CXError_InvalidArguments:
        return "its arguments cannot be used";
    case CXError_ASTReadError:
        return "libclang could not make a syntax tree of it (is it a source file? does the command "
               "name it twice? are its options known?); run with -v to see its messages";
    default:
        return "libclang cannot use its options; run with -v to see which";
    }
}

const struct unsaved_file *unsaved_find(const struct unsaved_file *list, uint32_t count,
                                        struct str path) {
    for (uint32_t i = 0; i < count; i++) {
        if (str_eq(list[i].path, path)) {
            return &list[i];
        }
    }
    return NULL;
}

static struct CXUnsavedFile *unsaved_files(const struct front_options *options,
                                           struct arena *scratch) {
    struct CXUnsavedFile *list = ARENA_ARRAY(scratch, struct CXUnsavedFile, options->unsaved_count);
    for (uint32_t i = 0; i < options->unsaved_count; i++) {
        struct str path = options->unsaved[i].path;
        list[i].Filename = arena_copy(scratch, path.ptr, path.len);
        list[i].Contents = options->unsaved[i].content.ptr;
        list[i].Length = options->unsaved[i].content.len;
    }
    return list;
}

// gcc takes these with a warning, clang calls them errors; the code is as it is, and it compiles.
static const char *const tolerated[] = {
    "-Wno-implicit-function-declaration", "-Wno-implicit-int", "-Wno-int-conversion",
    "-Wno-incompatible-function-pointer-types", "-Wno-return-mismatch"};
enum { TOLERATED = sizeof tolerated / sizeof *tolerated, OF_PROBE = 2 };

// Code under OpenMP directives is hidden by libclang; without the directives it is ordinary code.
static bool is_dropped(struct str arg) {
    return str_starts(arg, STR("-fopenmp"));
}

bool parse_wants_omp(const struct compile_cmd *cmd) {
    for (uint32_t i = 0; i < cmd->arg_count; i++) {
        struct str arg = str_from(cmd->args[i]);
        if (is_dropped(arg) && !str_starts(arg, STR("-fopenmp-"))) {
            return true;
        }
    }
    return false;
}

static struct parse_args arguments(const struct compile_cmd *cmd, struct arena *scratch) {
    const char **args =
        ARENA_ARRAY(scratch, const char *, cmd->arg_count + TOLERATED + OF_PROBE + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < cmd->arg_count; i++) {
        if (!is_dropped(str_from(cmd->args[i]))) {
            args[count++] = cmd->args[i];
        }
    }
    if (parse_wants_omp(cmd)) {
        args[count++] = "-D_OPENMP=201811";
    }
    for (uint32_t i = 0; i < TOLERATED; i++) {
        args[count++] = tolerated[i];
    }
    return (struct parse_args){args, count};
}

static bool is_readable(const char *file, struct error *err) {
    struct error reason = {0};
    if (!fs_exists(file)) {
        return error_set(
            err, "%s: file not found; run the build or regenerate the compile database", file);
    }
    return fs_can_read(file, &reason) || error_set(err, "%s: %s", file, reason.text);
}

// Whether libclang has the text of the main file. It goes on without one when it cannot decode it.
static bool has_text(CXTranslationUnit tu) {
    CXString name = clang_getTranslationUnitSpelling(tu);
    CXFile file = clang_getFile(tu, clang_getCString(name));
    clang_disposeString(name);
    size_t len = 0;
    return file && clang_getFileContents(tu, file, &len);
}

// Sets the error to libclang's first message, which tells why there is no text.
static bool fail_without_text(CXTranslationUnit tu, const char *file, struct arena *scratch,
                              struct error *err) {
    struct str text = STR("libclang found no text in it");
    if (clang_getNumDiagnostics(tu) > 0) {
        CXDiagnostic first = clang_getDiagnostic(tu, 0);
        text = cx_str(scratch, clang_getDiagnosticSpelling(first));
        clang_disposeDiagnostic(first);
    }
    return error_set(err, "%s: " STR_FMT "; convert it to UTF-8, or exclude it", file,
                     STR_ARG(text));
}

// libclang keeps what it has to say of unusable options to itself, but prints it when asked to.
static void show_messages(const char *file, const char *const *args, uint32_t count) {
    CXIndex index = clang_createIndex(0, 1);
    CXTranslationUnit tu = NULL;
    if (clang_parseTranslationUnit2FullArgv(index, file, args, (int)count, NULL, 0, 0, &tu) ==
        CXError_Success) {
        clang_disposeTranslationUnit(tu);
    }
    clang_disposeIndex(index);
}

void parsed_dispose(struct parsed *p) {
    clang_disposeTranslationUnit(p->tu);
    clang_disposeIndex(p->index);
    *p = (struct parsed){0};
}

bool parse_tu(const struct compile_cmd *cmd, const struct front_options *options, bool share,
              struct arena *scratch, struct parsed *ret, struct error *err) {
    const char *file = arena_copy(scratch, cmd->file.ptr, cmd->file.len);
    *ret = (struct parsed){0};
    if (!unsaved_find(options->unsaved, options->unsaved_count, cmd->file) &&
        !is_readable(file, err)) {
        return false;
    }
    struct parse_args args = arguments(cmd, scratch);
    if (share && !options->unsaved_count && share_parse(cmd, &args, scratch, ret)) {
        return true;
    }
    *ret = (struct parsed){0};
    unsigned flags = CXTranslationUnit_KeepGoing;
    CXTranslationUnit tu = NULL;
    ret->index = clang_createIndex(0, 0);
    enum CXErrorCode code = clang_parseTranslationUnit2FullArgv(
        ret->index, file, args.items, (int)args.count, unsaved_files(options, scratch),
        options->unsaved_count, flags, &tu);
    if (code != CXError_Success || !tu) {
        show_messages(file, args.items, args.count);
        parsed_dispose(ret);
        return error_set(err, "%s: %s", file, error_text(code));
    }
    ret->tu = tu;
    if (!has_text(tu)) {
        fail_without_text(tu, file, scratch, err);
        parsed_dispose(ret);
        return false;
    }
    return true;
}

bool parse_probe(const struct compile_cmd *cmd, const struct front_options *options,
                 struct str main_text, struct arena *scratch, struct parsed *ret) {
    const char *file = arena_copy(scratch, cmd->file.ptr, cmd->file.len);
    struct CXUnsavedFile *plain = unsaved_files(options, scratch);
    struct CXUnsavedFile *list =
        ARENA_ARRAY(scratch, struct CXUnsavedFile, options->unsaved_count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < options->unsaved_count; i++) {
        if (!str_eq(options->unsaved[i].path, cmd->file)) {
            list[n++] = plain[i];
        }
    }
    list[n++] = (struct CXUnsavedFile){file, main_text.ptr, main_text.len};
    struct parse_args args = arguments(cmd, scratch);
    args.items[args.count++] = "-fno-access-control"; // private members are named
    args.items[args.count++] = "-ferror-limit=0";     // errors in some must not stop the others
    *ret = (struct parsed){.index = clang_createIndex(0, 0)};
    enum CXErrorCode code =
        clang_parseTranslationUnit2FullArgv(ret->index, file, args.items, (int)args.count, list, n,
                                            CXTranslationUnit_KeepGoing, &ret->tu);
    if (code != CXError_Success || !ret->tu) {
        parsed_dispose(ret);
        return false;
    }
    return true;
}
