// Growth of VEC() arrays: doubles, copies into fresh arena memory.
#include "checker/base/vec.h"

void *vec_grow(struct arena *a, const void *data, uint32_t len, uint32_t *cap, size_t size) {
    uint32_t next = *cap ? *cap * 2 : 8;
    // Doubling 2^31 wraps to 0; the arena ends the process over the impossible size.
    void *grown = arena_alloc_raw(a, size, next ? next : SIZE_MAX);
    if (len) {
        memcpy(grown, data, size * len);
    }
    *cap = next;
    return grown;
}
