// Arena: zeroed and aligned memory, mark and reset, limits, red zones.
#include "checker/base/arena.h"
#include "test/unit/test.h"

#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#endif
#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#endif

static bool is_zero(const unsigned char *p, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (p[i]) {
            return false;
        }
    }
    return true;
}

TEST(arena_gives_zeroed_aligned_memory) {
    struct arena a = {0};
    for (size_t size = 0; size < 300; size += 7) {
        unsigned char *p = arena_alloc(&a, size, 1);
        CHECK(p != NULL);
        CHECK((uintptr_t)p % 16 == 0);
        CHECK(is_zero(p, size));
        memset(p, 0xAA, size);
    }
    arena_release(&a);
    CHECK(a.top == NULL && a.used == 0);
}

TEST(arena_gives_memory_for_nothing) {
    struct arena a;
    arena_init(&a, 0);
    CHECK(arena_alloc(&a, 8, 0) != NULL);
    CHECK(arena_alloc(&a, 0, 8) != NULL);
    CHECK_STR_EQ(arena_copy(&a, NULL, 0), "");
    arena_release(&a);
    arena_release(&a);
    CHECK(*ARENA_NEW(&a, int) == 0); // usable again
    arena_release(&a);
}

TEST(arena_keeps_objects_larger_than_a_block) {
    struct arena a = {0};
    int *small = ARENA_NEW(&a, int);
    *small = 7;
    size_t big = (size_t)9 * 1024 * 1024;
    unsigned char *p = arena_alloc(&a, 1, big);
    CHECK(is_zero(p, big));
    memset(p, 1, big);
    int *after = ARENA_ARRAY(&a, int, 1000);
    after[999] = 8;
    CHECK(*small == 7 && p[big - 1] == 1);
    arena_release(&a);
}

TEST(arena_copy_adds_a_nul) {
    struct arena a = {0};
    char *copy = arena_copy(&a, "abcdef", 3);
    CHECK_STR_EQ(copy, "abc");
    arena_release(&a);
}

TEST(arena_reset_frees_what_came_after_the_mark) {
    struct arena a = {0};
    int *kept = ARENA_NEW(&a, int);
    *kept = 42;
    struct arena_mark mark = arena_mark(&a);
    size_t used = a.used;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++) {
            memset(arena_alloc(&a, 1, 10000), 0xFF, 10000);
        }
        arena_reset(&a, mark);
        CHECK(a.used == used);
        CHECK(*kept == 42);
        unsigned char *again = arena_alloc(&a, 1, 64);
        CHECK(is_zero(again, 64)); // reused memory is zeroed
        memset(again, 0xFF, 64);
        arena_reset(&a, mark);
    }
    arena_release(&a);
}

TEST(arena_reset_to_empty) {
    struct arena a = {0};
    struct arena_mark mark = arena_mark(&a);
    (void)arena_alloc(&a, 100, 100);
    arena_reset(&a, mark);
    CHECK(a.top == NULL && a.used == 0);
    arena_release(&a); // what was put aside
}

// Exit code of a child that allocates `size` * `count` bytes with this limit.
static int code_of_child(size_t limit, size_t size, size_t count) {
    pid_t child = fork();
    if (child == 0) {
        (void)close(STDERR_FILENO);
        struct arena a;
        arena_init(&a, limit);
        (void)arena_alloc(&a, 1, 100);
        (void)arena_alloc(&a, size, count);
        arena_release(&a);
        _exit(0);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status)
               ? WEXITSTATUS(status)
               : -1;
}

TEST(arena_limit_ends_the_process) {
    CHECK(code_of_child(4096, 1, 1000) == 0);
    CHECK(code_of_child(4096, 1, 5000) == ARENA_EXIT_CODE);
    CHECK(code_of_child(0, 1, 5000) == 0);
    CHECK(code_of_child(0, SIZE_MAX / 2, 3) == ARENA_EXIT_CODE); // size * count overflows
    CHECK(code_of_child(0, 1, SIZE_MAX) == ARENA_EXIT_CODE);
}

TEST(arena_red_zones) {
#ifdef WITH_ASAN
    struct arena a = {0};
    char *p = arena_alloc(&a, 1, 20);
    CHECK(!__asan_address_is_poisoned(p + 19));
    CHECK(__asan_address_is_poisoned(p + 20));
    struct arena_mark mark = arena_mark(&a);
    char *q = arena_alloc(&a, 1, 8);
    CHECK(__asan_address_is_poisoned(q + 8));
    arena_reset(&a, mark);
    CHECK(__asan_address_is_poisoned(q));
    CHECK(!__asan_address_is_poisoned(p));
    arena_release(&a);
#endif
}
