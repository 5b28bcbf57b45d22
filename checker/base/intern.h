// Text -> small number, equal text gives equal number. 0 is the empty text.
#ifndef CHECKER_BASE_INTERN_H
#define CHECKER_BASE_INTERN_H

#include "checker/base/map.h"
#include "checker/base/str.h"
#include "checker/base/vec.h"

struct interner {
    struct arena *arena;
    struct map map; // hash -> first index with that hash
    VEC(struct str) texts;
    VEC(uint32_t) next; // chain of equal hashes, 0 ends
};

void intern_init(struct interner *in, struct arena *arena);
/// Number of `text`; copies it into the arena when new.
uint32_t intern(struct interner *in, struct str text);
/// Number of `text` if it was interned before, else UINT32_MAX.
uint32_t intern_find(const struct interner *in, struct str text);
/// The text; NUL-terminated, lives as long as the arena.
struct str intern_text(const struct interner *in, uint32_t number);

#endif
