// Linear probing over a power of two, at most three quarters full. Growth allocates anew; the old
// arrays stay in the arena until it is reset.
#include "checker/base/map.h"

#include <assert.h>

void map_init(struct map *m, struct arena *arena) {
    *m = (struct map){.arena = arena};
}

static uint32_t slot_of(const struct map *m, uint64_t key) {
    uint32_t i = map_slot(m, key);
    while (m->values[i] && m->keys[i] != key) {
        i = (i + 1) & (m->cap - 1);
    }
    return i;
}

static void grow(struct map *m) {
    struct map old = *m;
    m->cap = old.cap ? old.cap * 2 : 16;
    // A count of 2^32 entries has no capacity to go to; the arena ends the process over the
    // impossible size.
    m->keys = ARENA_ARRAY(m->arena, uint64_t, m->cap ? m->cap : SIZE_MAX);
    m->values = ARENA_ARRAY(m->arena, uint32_t, m->cap);
    for (uint32_t i = 0; i < old.cap; i++) {
        if (old.values[i]) {
            uint32_t k = slot_of(m, old.keys[i]);
            m->keys[k] = old.keys[i];
            m->values[k] = old.values[i];
        }
    }
}

void map_put(struct map *m, uint64_t key, uint32_t value) {
    assert(value < UINT32_MAX);
    if (((uint64_t)m->len + 1) * 4 > (uint64_t)m->cap * 3) {
        grow(m);
    }
    uint32_t i = slot_of(m, key);
    m->len += m->values[i] == 0;
    m->keys[i] = key;
    m->values[i] = value + 1;
}
