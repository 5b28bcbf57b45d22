// The textual form of facts: any text gives facts or an error, and what is printed reads back as the same.
#include "checker/ir/text.h"

#include "checker/ir/check.h"
#include "test/fuzz/fuzz.h"

enum { MAX_OUT = 64 << 20 };

void fuzz_text(struct str input) {
    struct arena arena;
    struct error err = {0};
    struct facts f;
    struct facts again;
    struct buf first;
    struct buf second;
    arena_init(&arena, 0);
    buf_init(&first, MAX_OUT);
    buf_init(&second, MAX_OUT);
    if (ir_text_parse(input, &arena, &f, &err)) {
        fuzz_promise(ir_check(&f, &err), "facts that are read are sane");
        ir_text_print(&f, &first);
        if (!first.overflow) {
            bool ok = ir_text_parse(buf_str(&first), &arena, &again, &err);
            fuzz_promise(ok, "what is printed can be read");
            ir_text_print(&again, &second);
            fuzz_promise(str_eq(buf_str(&first), buf_str(&second)), "what is printed reads back as the same");
        }
    } else {
        fuzz_promise(err.text[0], "an error has a text");
    }
    buf_release(&first);
    buf_release(&second);
    arena_release(&arena);
}
