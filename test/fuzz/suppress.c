// Suppression comments in any bytes: they lie in the text, on lines it has.
#include "checker/rule/suppress.h"
#include "test/fuzz/fuzz.h"

void fuzz_suppress(struct str input) {
    struct arena arena;
    struct suppressions s;
    uint32_t lines = 1;
    arena_init(&arena, 0);
    suppressions_init(&s, &arena);
    suppressions_scan(&s, STR("a.c"), input);
    for (size_t i = 0; i < input.len; i++) {
        lines += input.ptr[i] == '\n';
    }
    for (uint32_t i = 0; i < s.items.len; i++) {
        const struct suppression *x = &s.items.data[i];
        fuzz_promise(x->line >= 1 && x->line <= lines && x->col >= 1, "a suppression stands in the text");
        fuzz_promise(x->first >= x->line && x->last >= x->line, "it covers its line or later ones");
    }
    arena_release(&arena);
}
