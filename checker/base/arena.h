// Bump allocator: the only source of memory in the engine. Objects are zeroed, 16-byte aligned and
// freed together (mark/reset or release). Under AddressSanitizer a poisoned red zone follows every
// object, so overflow and use after reset are caught.
#ifndef CHECKER_BASE_ARENA_H
#define CHECKER_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena_block;

struct arena {
    struct arena_block *top;
    size_t used;               // bytes handed out, all blocks
    size_t limit;              // bytes; 0 = no limit
    struct arena_block *spare; // freed by resets, to be filled again
    uint32_t spare_count;
};

struct arena_mark {
    struct arena_block *top;
    size_t block_used;
    size_t used;
};

enum { ARENA_EXIT_CODE = 71 }; // exit status of a process whose arena went over its limit

/// Makes an empty arena. `limit` is in bytes, 0 for none. Going over it ends the process with
/// ARENA_EXIT_CODE after one line on stderr: only worker processes set a limit.
void arena_init(struct arena *a, size_t limit);
/// Frees everything; the arena is empty and usable again.
void arena_release(struct arena *a);
/// Returns `count` zeroed objects of `size` bytes, never NULL (count 0 gives a valid pointer).
void *arena_alloc(struct arena *a, size_t size, size_t count);
/// The same with any content: for memory that is filled at once.
void *arena_alloc_raw(struct arena *a, size_t size, size_t count);
/// Copies `len` bytes and adds a NUL. The copy belongs to the arena.
char *arena_copy(struct arena *a, const char *ptr, size_t len);
/// Remembers the current fill; arena_reset frees all that was allocated since.
struct arena_mark arena_mark(const struct arena *a);
void arena_reset(struct arena *a, struct arena_mark mark);

#define ARENA_NEW(arena, type)      ((type *)arena_alloc((arena), sizeof(type), 1))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_alloc((arena), sizeof(type), (n)))

#endif
