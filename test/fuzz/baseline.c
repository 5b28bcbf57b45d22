// Baselines and diffs: any bytes give findings that are known and lines that have changed, or an error.
#include "checker/drive/changed.h"
#include "checker/rule/baseline.h"
#include "test/fuzz/fuzz.h"

void fuzz_baseline(struct str input) {
    struct arena arena;
    struct baseline b;
    struct error err = {0};
    arena_init(&arena, 0);
    struct finding_list none = {.arena = &arena};
    struct changed changed = {.arena = &arena};
    bool ok = baseline_read(&arena, input, &b, &err);
    fuzz_promise(ok || err.text[0], "an error has a text");
    if (ok) {
        baseline_apply(&b, &none);
    }
    changed_add_diff(&changed, input);
    for (uint32_t i = 0; i < changed.ranges.len; i++) {
        const struct changed_lines *r = &changed.ranges.data[i];
        fuzz_promise(r->file.len && r->first <= r->last, "ranges are in order and of a file");
    }
    arena_release(&arena);
}
