// Typed growable array in an arena: the only container macros of the project.
//     VEC(int) v = {0};   vec_push(&arena, &v, 7);   v.data[0], v.len
#ifndef CHECKER_BASE_VEC_H
#define CHECKER_BASE_VEC_H

#include "checker/base/arena.h"

#include <string.h>

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *data;                                                                                \
        uint32_t len;                                                                              \
        uint32_t cap;                                                                              \
    }

/// Returns storage for at least `need` items of `size` bytes, holding the `len` old items.
void *vec_grow(struct arena *a, const void *data, uint32_t len, uint32_t *cap, size_t size);

#define vec_reserve_one(arena, v)                                                                  \
    ((v)->len == (v)->cap ? (void)((v)->data = vec_grow((arena), (v)->data, (v)->len, &(v)->cap,   \
                                                        sizeof *(v)->data))                        \
                          : (void)0)
#define vec_push(arena, v, item) (vec_reserve_one((arena), (v)), (v)->data[(v)->len++] = (item))
#define vec_last(v)              ((v)->data[(v)->len - 1])

#endif
