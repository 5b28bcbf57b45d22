// One compile command -> libclang translation unit.
#ifndef CHECKER_FRONT_PARSE_H
#define CHECKER_FRONT_PARSE_H

#include "checker/base/hash.h"
#include "checker/base/vec.h"
#include "checker/front/front.h"
#include "checker/ir/build.h"

#include <clang-c/Index.h>

struct parse_args {
    const char **items;
    uint32_t count;
};

// A file libclang knows from a precompiled header. It was not opened, so libclang does not know its
// real path either, and asking for its content would have it read.
struct shared_file {
    CXFile file;
    struct str real;
    struct hash128 content;
    bool is_system;
};

struct parsed {
    CXIndex index;
    CXTranslationUnit tu;
    // When headers came precompiled (share.h):
    struct str shared_text; // content of the main file; libclang has it without some directives
    VEC(struct shared_file)
    shared_files; // files of those directives, in the order in which libclang would list them
    VEC(CXCursor) shared_decls; // what to look at in them, when visiting the TU does not show it
    bool sees_own_only; // visiting the TU does not show what the precompiled header declares
};

/// Parses; `share`: with headers that are precompiled where there are some. False when libclang
/// gives no AST: the error says why and what to do. The caller disposes `ret`. All else lives in
/// `scratch`.
bool parse_tu(const struct compile_cmd *cmd, const struct front_options *options, bool share,
              struct arena *scratch, struct parsed *ret, struct error *err);
/// Parses with another text of the main file, see probe.h: members of classes are all accessible.
/// False when that fails.
bool parse_probe(const struct compile_cmd *cmd, const struct front_options *options,
                 struct str main_text, struct arena *scratch, struct parsed *ret);
void parsed_dispose(struct parsed *p);
/// The same with headers that are precompiled (share.c); false, and no more, when there are none or
/// anything is wrong.
bool share_parse(const struct compile_cmd *cmd, const struct parse_args *args,
                 struct arena *scratch, struct parsed *ret);

/// The command asks for OpenMP. The directives are hidden from libclang: see omp.h.
bool parse_wants_omp(const struct compile_cmd *cmd);

#endif
