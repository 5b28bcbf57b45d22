// Class templates whose members no expression of the TU names: libclang shows an instantiated
// member only where it is named (P22), so code that does is written behind the main file, and the
// TU is parsed once more with it.
#ifndef CHECKER_FRONT_PROBE_H
#define CHECKER_FRONT_PROBE_H

#include "checker/front/lower.h"

/// Text to parse behind the main file, in `scratch`: explicit instantiations of its class templates
/// that have to do with threads, and what names their members. Arguments are those of the first
/// instance that a declaration names, or simple types. With `headers` also the templates of other
/// files under `root`: that costs a second reading of many TUs, and where a database is read, its
/// other TUs use them. Empty when there is nothing to do.
struct str probe_text(CXTranslationUnit tu, bool headers, struct str root, struct arena *scratch);
/// Queues the members that the text behind `l->main_len` names.
void probe_enqueue(struct lower *l);
/// `d` is told by `tu` as well: it is about the code, not about what was written behind it.
bool probe_is_told(CXTranslationUnit tu, CXDiagnostic d, struct arena *scratch);

#endif
