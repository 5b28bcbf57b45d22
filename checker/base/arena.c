// Arena: a stack of blocks filled from the bottom. Objects are separated by a poisoned red zone
// under AddressSanitizer and by nothing otherwise. Out of memory ends the process, so that no
// caller needs to test for NULL.
#include "checker/base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
enum { REDZONE = 16 };
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
enum { REDZONE = 0 };
#endif

enum {
    ARENA_ALIGN = 16,
    ARENA_BLOCK = 64 * 1024,
    ARENA_BLOCK_MAX = 4 * 1024 * 1024,
    MAX_SPARE = 16, // blocks kept after resets: pages that are mapped already
};

struct arena_block {
    struct arena_block *prev;
    size_t cap;
    size_t used;
    max_align_t data[];
};

_Noreturn static void out_of_memory(void) {
    static const char text[] = "threadlint: memory limit reached\n";
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0) {
        _exit(ARENA_EXIT_CODE);
    }
    _exit(ARENA_EXIT_CODE);
}

void arena_init(struct arena *a, size_t limit) {
    *a = (struct arena){.limit = limit};
}

static void free_block(struct arena_block *b) {
    UNPOISON(b->data, b->cap);
    free(b);
}

static struct arena_block *pop_block(struct arena *a) {
    struct arena_block *b = a->top;
    a->top = b->prev;
    return b;
}

// Blocks of an odd size were made for one object, and rarely fit another.
static void put_aside(struct arena *a, struct arena_block *b) {
    if (a->spare_count >= MAX_SPARE || b->cap > ARENA_BLOCK_MAX) {
        free_block(b);
        return;
    }
    POISON(b->data, b->cap);
    b->prev = a->spare;
    a->spare = b;
    a->spare_count++;
}

static struct arena_block *take_spare(struct arena *a, size_t need) {
    struct arena_block *b = a->spare;
    if (!b || b->cap < need) {
        return NULL;
    }
    a->spare = b->prev;
    a->spare_count--;
    return b;
}

void arena_release(struct arena *a) {
    while (a->top) {
        free_block(pop_block(a));
    }
    while (a->spare) {
        free_block(take_spare(a, 0));
    }
    a->used = 0;
}

static struct arena_block *new_block(const struct arena *a, size_t need) {
    size_t cap = a->top ? a->top->cap * 2 : ARENA_BLOCK;
    cap = cap > ARENA_BLOCK_MAX ? ARENA_BLOCK_MAX : cap;
    cap = cap < need ? need : cap;
    struct arena_block *b = malloc(sizeof *b + cap);
    if (!b) {
        out_of_memory();
    }
    b->cap = cap;
    return b;
}

static void add_block(struct arena *a, size_t need) {
    struct arena_block *b = take_spare(a, need);
    b = b ? b : new_block(a, need);
    size_t cap = b->cap;
    b->prev = a->top;
    b->used = 0;
    POISON(b->data, cap);
    a->top = b;
}

void *arena_alloc_raw(struct arena *a, size_t size, size_t count) {
    if (count && size > SIZE_MAX / 4 / count) {
        out_of_memory();
    }
    size_t bytes = size * count;
    size_t need = ((bytes + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1)) + REDZONE;
    if (a->limit && (a->used > a->limit || need > a->limit - a->used)) {
        out_of_memory();
    }
    if (!a->top || a->top->cap - a->top->used < need) {
        add_block(a, need);
    }
    char *p = (char *)a->top->data + a->top->used;
    a->top->used += need;
    a->used += need;
    UNPOISON(p, bytes);
    return p;
}

void *arena_alloc(struct arena *a, size_t size, size_t count) {
    void *p = arena_alloc_raw(a, size, count);
    return count ? memset(p, 0, size * count) : p; // the product was checked
}

char *arena_copy(struct arena *a, const char *ptr, size_t len) {
    char *copy = arena_alloc_raw(a, 1, len + 1);
    if (len) {
        memcpy(copy, ptr, len);
    }
    copy[len] = '\0';
    return copy;
}

struct arena_mark arena_mark(const struct arena *a) {
    return (struct arena_mark){a->top, a->top ? a->top->used : 0, a->used};
}

void arena_reset(struct arena *a, struct arena_mark mark) {
    while (a->top != mark.top) {
        put_aside(a, pop_block(a));
    }
    if (a->top) {
        POISON((char *)a->top->data + mark.block_used, a->top->cap - mark.block_used);
        a->top->used = mark.block_used;
    }
    a->used = mark.used;
}
