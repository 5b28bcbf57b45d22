// file: URIs, as editors name documents.
#ifndef CHECKER_LSP_URI_H
#define CHECKER_LSP_URI_H

#include "checker/base/arena.h"
#include "checker/base/buf.h"

/// Absolute, normalised path of a file: URI of this machine; NULL for any other.
const char *uri_to_path(struct arena *arena, struct str uri);
/// Adds "file:///..." for an absolute path.
void uri_add_path(struct buf *out, struct str path);

#endif
