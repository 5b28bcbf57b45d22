// Texts of source files, read when first asked for and kept: snippets, fingerprints, suppressions.
#ifndef CHECKER_DRIVE_SOURCE_H
#define CHECKER_DRIVE_SOURCE_H

#include "checker/base/intern.h"
#include "checker/front/front.h"
#include "checker/rule/finding.h"

struct source_text {
    bool is_read;
    struct str text;      // empty when it cannot be read
    VEC(uint32_t) starts; // byte offset of each line; filled when a line is asked for
};

struct sources {
    struct arena *arena;
    struct str root;
    const struct unsaved_file *unsaved;
    uint32_t unsaved_count;
    struct interner paths;
    VEC(struct source_text) items; // by number in `paths`
};

/// `unsaved` (may be NULL) is taken instead of what is on disk.
void sources_init(struct sources *s, struct arena *arena, struct str root,
                  const struct unsaved_file *unsaved, uint32_t unsaved_count);
/// Whole text of a file (relative to the root or absolute); empty when it cannot be read.
struct str sources_text(struct sources *s, struct str file);
/// Line without its end, 1-based; empty when there is none. `ctx` is a struct sources.
struct str sources_line(void *ctx, struct str file, uint32_t line);
/// The line of a place.
struct str sources_place_line(void *ctx, struct place place);

#endif
