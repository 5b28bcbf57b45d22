// compile_commands.json -> compile commands. Own loader (libclang's guesses); no libclang here.
// Executes nothing.
#ifndef CHECKER_FRONT_COMPDB_H
#define CHECKER_FRONT_COMPDB_H

#include "checker/base/err.h"
#include "checker/front/front.h"

enum compdb_limit {
    COMPDB_MAX_BYTES = 1 << 30,
    COMPDB_MAX_ENTRIES = 1000 * 1000,
    COMPDB_MAX_NESTING = 1000, // cJSON's
    COMPDB_MAX_LISTED = 10000, // entries looked at in one directory by compdb_find
};

// An entry that was skipped, and why.
struct compdb_problem {
    struct str text; // "build/compile_commands.json entry 3: 'directory' is missing; entry skipped"
};

struct compdb {
    VEC(struct compile_cmd) cmds; // by file, directory, arguments; exact duplicates removed
    VEC(struct compdb_problem) problems;
    uint64_t entries; // in the file
    uint64_t
        skipped_other; // entries of assembler, CUDA, Objective-C and other languages we do not read
};

/// Reads `path` (a compile_commands.json). Fails when it cannot be read or is not a JSON array;
/// broken entries become problems, in the order of the file. Response files are expanded.
/// Everything lives in `arena`.
bool compdb_load(const char *path, struct arena *arena, struct compdb *ret_db, struct error *err);
/// Looks for a database: <start>/compile_commands.json,
/// <start>/{build,out,builddir,cmake-build-*,out/*,build/*}/, then the same in each parent. NULL
/// when there is none. Newest wins among several of one level.
char *compdb_find(struct arena *arena, const char *start);
/// One command from `-- FLAGS` of the command line. A first word that is neither a flag nor a
/// source is the compiler.
struct compile_cmd compdb_fixed(struct arena *arena, const char *file, const char *const *flags,
                                uint32_t flag_count);

#endif
