// One compile command -> libclang translation unit.
#ifndef CHECKER_FRONT_PARSE_H
#define CHECKER_FRONT_PARSE_H

#include "checker/front/front.h"
#include "checker/ir/build.h"

#include <clang-c/Index.h>

/// Parses. NULL when libclang gives no AST: the error says why and what to do. The caller disposes
/// the TU.
CXTranslationUnit parse_tu(CXIndex index, const struct compile_cmd *cmd,
                           const struct front_options *options, struct arena *scratch,
                           struct error *err);

#endif
