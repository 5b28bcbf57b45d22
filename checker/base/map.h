// Open-addressing hash maps in an arena.
#ifndef CHECKER_BASE_MAP_H
#define CHECKER_BASE_MAP_H

#include "checker/base/arena.h"

/// uint64_t -> uint32_t. A zeroed struct with its arena set is an empty map.
struct map {
    struct arena *arena;
    uint64_t *keys;
    uint32_t *values; // stored + 1; 0 = free slot
    uint32_t cap;
    uint32_t len;
};

void map_init(struct map *m, struct arena *arena);
/// Where a search for `key` begins. Fibonacci hashing (Knuth 6.4): the high bits of a product
/// depend on all bits of the key, and keys are either hashes already or small numbers.
static inline uint32_t map_slot(const struct map *m, uint64_t key) {
    return (uint32_t)((key * 0x9e3779b97f4a7c15u) >> 32) & (m->cap - 1);
}

/// Value of `key` into *ret_value; false (untouched) when absent.
static inline bool map_get(const struct map *m, uint64_t key, uint32_t *ret_value) {
    if (!m->cap) {
        return false;
    }
    uint32_t i = map_slot(m, key);
    while (m->values[i] && m->keys[i] != key) {
        i = (i + 1) & (m->cap - 1);
    }
    if (!m->values[i]) {
        return false;
    }
    *ret_value = m->values[i] - 1;
    return true;
}

/// Sets or replaces. `value` must be below UINT32_MAX.
void map_put(struct map *m, uint64_t key, uint32_t value);

#endif
