// Edits of a text: what they make of it, and the same as a unified diff.
#ifndef CHECKER_BASE_EDIT_H
#define CHECKER_BASE_EDIT_H

#include "checker/base/arena.h"
#include "checker/base/buf.h"
#include "checker/base/str.h"
#include "checker/base/vec.h"

struct edit {
    size_t from; // byte offsets; `to` is exclusive
    size_t to;
    struct str text; // in the place of what was there
    uint32_t id;     // for the caller
};

struct edit_list {
    struct arena *arena;
    VEC(struct edit) items;
};

/// Sorts by offset (those at one offset stay in the order they were added) and takes out what
/// overlaps an edit before it; insertions at one offset do not overlap. Calls `on_dropped`, when
/// not NULL, for each edit taken out. An edit that is there twice stays once and is not dropped.
void edits_settle(struct edit_list *list, void (*on_dropped)(void *ctx, uint32_t id), void *ctx);
/// The text after settled edits, in the arena.
struct str edits_apply(const struct edit_list *list, struct str text);
/// Adds the unified diff of settled edits, three lines of context; `path` after "a/" and "b/".
void edits_diff(const struct edit_list *list, struct str path, struct str text, struct buf *out);
/// Adds the diff that makes a file of this text.
void edits_new_file(struct str path, struct str text, struct buf *out);
/// Offset of the first byte of a line (1-based); SIZE_MAX when the text has no such line.
size_t edits_line_start(struct str text, uint32_t line);

#endif
