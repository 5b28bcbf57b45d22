// Headers that several translation units begin with are read once: the first of them makes a
// precompiled header of those directives, the others load it in place of them. The facts are the
// same bytes as without: the directives are blanked in the text libclang gets, so that every offset
// stays what it is, and wherever anything is in the way the TU is read in the ordinary manner.
#ifndef CHECKER_FRONT_SHARE_H
#define CHECKER_FRONT_SHARE_H

#include "checker/front/front.h"

/// Finds commands among `cmds[todo[]]` that begin with the same #include directives, have the same
/// arguments and lie in one directory, and sets their `shared` and `shared_end`. `dir` is a
/// directory for the precompiled headers, which workers make there when they come to them. Reads
/// the beginning of each file; no libclang.
void share_plan(struct arena *arena, struct compile_cmd *cmds, const uint32_t *todo, uint32_t count,
                struct str dir);
/// Offset behind the #include directives at the begin of `text`, at most `max` of them, which go to
/// `ret` ("<stdio.h>", "\"q.h\"", slices of `text`); *ret_ends[i] is the offset behind the i-th.
uint32_t share_scan(struct str text, struct str *ret, uint32_t *ret_ends, uint32_t max);

#endif
