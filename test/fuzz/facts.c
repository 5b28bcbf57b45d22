// Packed facts, from caches, workers and fact files: hostile bytes give an error; what is accepted can be used.
#include "checker/ir/check.h"
#include "checker/ir/pack.h"
#include "checker/ir/text.h"
#include "test/fuzz/fuzz.h"

enum { MAX_OUT = 64 << 20 };

void fuzz_facts(struct str input) {
    struct arena arena;
    struct error err = {0};
    struct facts f;
    struct buf out;
    arena_init(&arena, 0);
    buf_init(&out, MAX_OUT);
    if (ir_unpack(input.ptr, input.len, &arena, &f, &err)) {
        fuzz_promise(ir_check(&f, &err), "unpacked facts are sane");
        ir_text_print(&f, &out);
        buf_clear(&out);
        ir_pack(&f, &out);
        struct facts again;
        fuzz_promise(out.overflow || ir_unpack(out.data, out.len, &arena, &again, &err),
                     "packed facts can be read");
    } else {
        fuzz_promise(err.text[0], "an error has a text");
    }
    buf_release(&out);
    arena_release(&arena);
}
