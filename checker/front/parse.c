// Parsing with the real driver name, so that g++ reads .c files as C++.
#include "checker/front/parse.h"

#include "checker/base/fs.h"

static const char *error_text(enum CXErrorCode code) {
    switch ((int)code) {
    case CXError_Crashed:
        return "libclang crashed on it";
    case CXError_InvalidArguments:
        return "its arguments cannot be used";
    case CXError_ASTReadError:
        return "libclang could not make a syntax tree of it (is it a source file? does the command "
               "name it twice?)";
    default:
        return "libclang could not parse it";
    }
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
enum { TOLERATED = sizeof tolerated / sizeof *tolerated };

// Code under OpenMP directives is hidden by libclang; without the directives it is ordinary code.
static bool is_dropped(struct str arg) {
    return str_starts(arg, STR("-fopenmp"));
}

static const char **arguments(const struct compile_cmd *cmd, struct arena *scratch,
                              uint32_t *ret_count) {
    const char **args = ARENA_ARRAY(scratch, const char *, cmd->arg_count + TOLERATED);
    uint32_t count = 0;
    for (uint32_t i = 0; i < cmd->arg_count; i++) {
        if (!is_dropped(str_from(cmd->args[i]))) {
            args[count++] = cmd->args[i];
        }
    }
    for (uint32_t i = 0; i < TOLERATED; i++) {
        args[count++] = tolerated[i];
    }
    *ret_count = count;
    return args;
}

CXTranslationUnit parse_tu(CXIndex index, const struct compile_cmd *cmd,
                           const struct front_options *options, struct arena *scratch,
                           struct error *err) {
    const char *file = arena_copy(scratch, cmd->file.ptr, cmd->file.len);
    if (options->unsaved_count == 0 && !fs_exists(file)) {
        error_set(err, "%s: file not found; run the build or regenerate the compile database",
                  file);
        return NULL;
    }
    unsigned flags = CXTranslationUnit_KeepGoing;
    CXTranslationUnit tu = NULL;
    uint32_t count = 0;
    const char **args = arguments(cmd, scratch, &count);
    enum CXErrorCode code = clang_parseTranslationUnit2FullArgv(index, file, args, (int)count,
                                                                unsaved_files(options, scratch),
                                                                options->unsaved_count, flags, &tu);
    if (code != CXError_Success || !tu) {
        error_set(err, "%s: %s", file, error_text(code));
        return NULL;
    }
    return tu;
}
