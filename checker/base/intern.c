// Interned text: one map from hash to the newest number, numbers of equal hash chained through
// `next`.
#include "checker/base/intern.h"

#include "checker/base/hash.h"

void intern_init(struct interner *in, struct arena *arena) {
    *in = (struct interner){.arena = arena};
    map_init(&in->map, arena);
    vec_push(arena, &in->texts, STR(""));
    vec_push(arena, &in->next, 0);
}

uint32_t intern_find(const struct interner *in, struct str text) {
    if (!text.len) {
        return 0;
    }
    uint32_t first = 0;
    if (!map_get(&in->map, hash64(text.ptr, text.len, 0), &first)) {
        return UINT32_MAX;
    }
    for (uint32_t i = first; i; i = in->next.data[i]) {
        if (str_eq(in->texts.data[i], text)) {
            return i;
        }
    }
    return UINT32_MAX;
}

uint32_t intern(struct interner *in, struct str text) {
    uint32_t found = intern_find(in, text);
    if (found != UINT32_MAX) {
        return found;
    }
    uint64_t h = hash64(text.ptr, text.len, 0);
    uint32_t first = 0;
    bool collides = map_get(&in->map, h, &first);
    uint32_t number = in->texts.len;
    char *copy = arena_copy(in->arena, text.ptr, text.len);
    vec_push(in->arena, &in->texts, str_make(copy, text.len));
    vec_push(in->arena, &in->next, collides ? first : 0);
    map_put(&in->map, h, number);
    return number;
}

struct str intern_text(const struct interner *in, uint32_t number) {
    return number < in->texts.len ? in->texts.data[number] : STR("");
}
