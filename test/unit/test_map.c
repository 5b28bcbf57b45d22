// Arrays, maps, interned text and hashes.
#include "checker/base/hash.h"
#include "checker/base/intern.h"
#include "checker/base/map.h"
#include "checker/base/vec.h"
#include "test/unit/test.h"

#include <stdio.h>
#include <string.h>

TEST(vec_grows_and_keeps_items) {
    struct arena a = {0};
    VEC(int) v = {0};
    for (int i = 0; i < 1000; i++) {
        vec_push(&a, &v, i);
        CHECK(vec_last(&v) == i);
    }
    bool same = v.len == 1000 && v.cap >= 1000;
    for (int i = 0; i < 1000; i++) {
        same = same && v.data[i] == i;
    }
    CHECK(same);
    arena_release(&a);
}

TEST(map_of_nothing) {
    struct map m = {0};
    uint32_t v = 5;
    CHECK(!map_get(&m, 1, &v));
    CHECK(v == 5);
}

TEST(map_holds_any_key) {
    struct arena a = {0};
    struct map m;
    map_init(&m, &a);
    static const uint64_t keys[] = {0, 1, UINT64_MAX, 1ull << 63, 16, 32, 48, 64};
    for (uint32_t i = 0; i < 8; i++) {
        map_put(&m, keys[i], i);
    }
    map_put(&m, 1, UINT32_MAX - 1);
    uint32_t v = 0;
    for (uint32_t i = 0; i < 8; i++) {
        CHECK(map_get(&m, keys[i], &v) && v == (i == 1 ? UINT32_MAX - 1 : i));
    }
    CHECK(m.len == 8);
    CHECK(!map_get(&m, 2, &v));
    arena_release(&a);
}

TEST(map_of_many_keys) {
    struct arena a = {0};
    struct map m;
    map_init(&m, &a);
    enum { COUNT = 20000 };
    for (uint32_t i = 0; i < COUNT; i++) {
        map_put(&m, (uint64_t)i << 32, i); // same low bits
    }
    bool all = m.len == COUNT;
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t v = 0;
        all = all && map_get(&m, (uint64_t)i << 32, &v) && v == i;
    }
    CHECK(all);
    arena_release(&a);
}

TEST(intern_numbers_texts) {
    struct arena a = {0};
    struct interner in;
    intern_init(&in, &a);
    CHECK(intern(&in, STR("")) == 0);
    CHECK(intern(&in, (struct str){0}) == 0);
    char text[] = "first";
    uint32_t first = intern(&in, str_from(text));
    text[0] = 'x'; // the interner has a copy
    uint32_t second = intern(&in, STR("second"));
    CHECK(first != 0 && second != 0 && first != second);
    CHECK(intern(&in, STR("first")) == first);
    CHECK(intern_find(&in, STR("second")) == second);
    CHECK(intern_find(&in, STR("third")) == UINT32_MAX);
    CHECK_STR_EQ(intern_text(&in, first), "first");
    CHECK(intern_text(&in, first).ptr[5] == '\0');
    CHECK_STR_EQ(intern_text(&in, 0), "");
    CHECK_STR_EQ(intern_text(&in, 99), "");
    arena_release(&a);
}

TEST(intern_of_many_texts) {
    struct arena a = {0};
    struct interner in;
    intern_init(&in, &a);
    bool all = true;
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 5000; i++) {
            char text[16];
            int len = snprintf(text, sizeof text, "name%u", i);
            all = all && intern(&in, str_make(text, (size_t)len)) == i + 1;
        }
    }
    CHECK(all);
    arena_release(&a);
}

TEST(intern_keeps_colliding_texts_apart) {
    struct arena a = {0};
    struct interner in;
    intern_init(&in, &a);
    uint32_t other = intern(&in, STR("other"));
    // As if "mine" had the hash of "other".
    map_put(&in.map, hash64("mine", 4, 0), other);
    CHECK(intern_find(&in, STR("mine")) == UINT32_MAX);
    uint32_t mine = intern(&in, STR("mine"));
    CHECK(mine != other);
    CHECK(intern(&in, STR("mine")) == mine);
    CHECK(intern(&in, STR("other")) == other);
    arena_release(&a);
}

TEST(hash_depends_on_content_and_seed) {
    CHECK(hash64("abc", 3, 0) == hash64("abc", 3, 0));
    CHECK(hash64("abc", 3, 0) != hash64("abc", 3, 1));
    CHECK(hash64("abc", 3, 0) != hash64("abd", 3, 0));
    CHECK(hash64(NULL, 0, 0) == hash64("", 0, 0));
    CHECK(hash_mix(1, 2) != hash_mix(2, 1));
    CHECK(hash_mix(0, 0) != hash_mix(0, 1));
}

// Pairs of small numbers are keys without any further comparison.
TEST(hash_mix_of_small_numbers) {
    struct arena arena;
    struct map seen;
    uint32_t same = 0;
    arena_init(&arena, 0);
    map_init(&seen, &arena);
    for (uint64_t a = 0; a < 20000; a += 19) {
        for (uint64_t b = 0; b < 500; b++) {
            uint32_t x = 0;
            same += map_get(&seen, hash_mix(a, b), &x);
            map_put(&seen, hash_mix(a, b), 1);
        }
    }
    CHECK(same == 0);
    arena_release(&arena);
}

TEST(hash128_chains) {
    struct hash128 start = hash128("", 0);
    struct hash128 ab_c = hash128_add(hash128_add(start, STR("ab")), STR("c"));
    struct hash128 a_bc = hash128_add(hash128_add(start, STR("a")), STR("bc"));
    CHECK(!hash128_eq(ab_c, a_bc));
    CHECK(hash128_eq(ab_c, hash128_add(hash128_add(start, STR("ab")), STR("c"))));
    CHECK(!hash128_eq(start, hash128_add(start, (struct str){0})));
}

TEST(hash128_in_hexadecimal) {
    char hex[33];
    hash128_hex((struct hash128){.hi = 0x0123456789abcdefu, .lo = 0xfedcba9876543210u}, hex);
    CHECK_STR_EQ(hex, "0123456789abcdeffedcba9876543210");
    // XXH3 of the empty text, from the specification
    hash128_hex(hash128("", 0), hex);
    CHECK_STR_EQ(hex, "99aa06d3014798d86001c324468d497f");
}
