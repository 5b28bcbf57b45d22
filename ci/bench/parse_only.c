// Floor of every figure of ci/bench/speed: the translation units of a compile database parsed by libclang in one process, one
// after the other, and nothing else. With the command lines threadlint itself would use.
#include "checker/front/compdb.h"

#include <clang-c/Index.h>
#include <stdio.h>

int main(int argc, char **argv) {
    struct arena arena;
    struct compdb db = {0};
    struct error err = {0};
    arena_init(&arena, 0);
    if (argc != 2 || !compdb_load(argv[1], &arena, &db, &err)) {
        (void)fprintf(stderr, "usage: parse_only compile_commands.json (%s)\n", err.text);
        return 2;
    }
    CXIndex index = clang_createIndex(0, 0);
    unsigned parsed = 0;
    for (uint32_t i = 0; i < db.cmds.len; i++) {
        const struct compile_cmd *c = &db.cmds.data[i];
        CXTranslationUnit tu = NULL;
        const char *file = arena_copy(&arena, c->file.ptr, c->file.len);
        if (clang_parseTranslationUnit2FullArgv(index, file, c->args, (int)c->arg_count, NULL, 0,
                                                CXTranslationUnit_KeepGoing, &tu) == CXError_Success) {
            parsed++;
        }
        clang_disposeTranslationUnit(tu);
    }
    clang_disposeIndex(index);
    arena_release(&arena);
    printf("%u parsed\n", parsed);
    return 0;
}
