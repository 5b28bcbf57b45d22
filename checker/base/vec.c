#include "checker/base/vec.h"

void *vec_grow(struct arena *a, const void *data, uint32_t len, uint32_t *cap, size_t size) {
    uint32_t next = *cap ? *cap * 2 : 8;
    void *grown = arena_alloc(a, size, next);
    if (len) {
        memcpy(grown, data, size * len);
    }
    *cap = next;
    return grown;
}
