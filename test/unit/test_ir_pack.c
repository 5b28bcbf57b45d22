// Packed facts: round trip, and what damaged bytes do.
#include "checker/ir/check.h"
#include "checker/ir/pack.h"
#include "checker/ir/text.h"
#include "test/unit/test.h"
#include "test/unit/test_ir_sample.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 20 };

static void pack_sample(struct buf *out) {
    struct arena arena;
    arena_init(&arena, 0);
    struct facts f;
    ir_sample(&f, &arena);
    buf_init(out, MAX_BYTES);
    ir_pack(&f, out);
    arena_release(&arena);
}

TEST(ir_pack_round_trip) {
    struct arena arena;
    arena_init(&arena, 0);
    struct facts f;
    struct facts again;
    ir_sample(&f, &arena);
    struct buf bytes;
    struct buf same;
    struct buf text;
    buf_init(&bytes, MAX_BYTES);
    buf_init(&same, MAX_BYTES);
    buf_init(&text, MAX_BYTES);
    ir_pack(&f, &bytes);
    struct error err = {.set = false};
    CHECK(ir_unpack(bytes.data, bytes.len, &arena, &again, &err));
    CHECK_STR_EQ(err.text, "");
    ir_pack(&again, &same);
    CHECK(same.len == bytes.len && memcmp(same.data, bytes.data, bytes.len) == 0);
    ir_text_print(&f, &text);
    buf_clear(&same);
    ir_text_print(&again, &same);
    CHECK_STR_EQ(buf_c(&same), buf_c(&text));
    buf_release(&bytes);
    buf_release(&same);
    buf_release(&text);
    arena_release(&arena);
}

TEST(ir_pack_depends_on_the_facts_alone) {
    struct buf a;
    struct buf b;
    pack_sample(&a);
    char *dirt = malloc(100000);
    CHECK(dirt != NULL);
    if (dirt) {
        memset(dirt, 0xa5, 100000);
        free(dirt);
    }
    pack_sample(&b);
    CHECK(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
    buf_release(&a);
    buf_release(&b);
}

TEST(ir_unpack_refuses_cut_off_bytes) {
    struct buf bytes;
    pack_sample(&bytes);
    for (size_t len = 0; len < bytes.len; len++) {
        struct arena arena;
        arena_init(&arena, 0);
        struct facts f;
        struct error err = {.set = false};
        char *copy = malloc(len ? len : 1); // so that reading past the end is seen
        if (copy) {
            memcpy(copy, bytes.data, len);
            CHECK(!ir_unpack(copy, len, &arena, &f, &err));
            CHECK(err.text[0] != '\0');
        }
        free(copy);
        arena_release(&arena);
    }
    buf_release(&bytes);
}

TEST(ir_unpack_refuses_other_versions_and_trailing_bytes) {
    struct arena arena;
    arena_init(&arena, 0);
    struct buf bytes;
    pack_sample(&bytes);
    struct facts f;
    struct error err = {.set = false};
    bytes.data[12]++;
    CHECK(!ir_unpack(bytes.data, bytes.len, &arena, &f, &err));
    CHECK(strstr(err.text, "version") != NULL);
    bytes.data[12]--;
    buf_add_char(&bytes, 'x');
    CHECK(!ir_unpack(bytes.data, bytes.len, &arena, &f, &err));
    CHECK(!ir_unpack("TLFACTS", 8, &arena, &f, &err));
    CHECK_STR_EQ(err.text, "not packed facts of this kind of machine");
    buf_release(&bytes);
    arena_release(&arena);
}

// Valid facts can be printed, in all three ways, without any access out of bounds.
static void use(const struct facts *f, struct buf *out) {
    buf_clear(out);
    ir_text_print(f, out);
    for (uint32_t i = 0; i < f->vals.len; i++) {
        facts_print_val(f, (val_id){i}, out);
    }
    for (uint32_t i = 0; i < f->types.len; i++) {
        (void)facts_strip_typedefs(f, (type_id){i}, NULL);
    }
}

TEST(ir_unpack_survives_flipped_bytes) {
    struct buf bytes;
    struct buf out;
    pack_sample(&bytes);
    buf_init(&out, MAX_BYTES);
    uint64_t random = 7;
    unsigned valid = 0;
    for (unsigned i = 0; i < 2000; i++) {
        struct arena arena;
        arena_init(&arena, 0);
        random = hash_mix(random, i);
        size_t at = random % bytes.len;
        char old = bytes.data[at];
        unsigned flip = i % 2 ? 1u << (random >> 32) % 8 : 1u + (unsigned)((random >> 32) % 255);
        bytes.data[at] = (char)((unsigned char)old ^ flip);
        struct facts f;
        struct error err = {.set = false};
        if (ir_unpack(bytes.data, bytes.len, &arena, &f, &err)) {
            valid++;
            use(&f, &out);
        } else {
            CHECK(err.text[0] != '\0');
        }
        bytes.data[at] = old;
        arena_release(&arena);
    }
    CHECK(valid > 0 && valid < 2000);
    buf_release(&bytes);
    buf_release(&out);
}
