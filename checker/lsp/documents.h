// Open documents: their text as the editor has it.
#ifndef CHECKER_LSP_DOCUMENTS_H
#define CHECKER_LSP_DOCUMENTS_H

#include "checker/base/buf.h"
#include "checker/base/vec.h"
#include "checker/lsp/text.h"

enum { DOCUMENT_MAX_BYTES = 64 << 20 };

struct document {
    bool is_open;   // a closed one's place is used again
    struct buf uri; // as the editor writes it
    struct buf path;
    struct buf text;
    int64_t version;
    int64_t good; // version of the last complete result; -1 = none
};

struct documents {
    struct arena *arena;
    VEC(struct document) items;
};

void documents_open(struct documents *d, struct str uri, struct str path, int64_t version,
                    struct str text);
/// Open document with this path; NULL when there is none.
struct document *documents_find(const struct documents *d, struct str path);
/// Replaces the text between two positions.
void document_edit(struct document *doc, struct position from, struct position to, struct str text,
                   enum encoding encoding);
void document_set(struct document *doc, struct str text);
void documents_close(struct documents *d, struct str path);
void documents_release(struct documents *d);

#endif
