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
/// Value of `key` into *ret_value; false (untouched) when absent.
bool map_get(const struct map *m, uint64_t key, uint32_t *ret_value);
/// Sets or replaces. `value` must be below UINT32_MAX.
void map_put(struct map *m, uint64_t key, uint32_t value);

#endif
