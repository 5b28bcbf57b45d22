// Logs of ThreadSanitizer: any bytes give reports whose texts lie in the log. The same bytes as edits
// of themselves: what is left never overlaps.
#include "checker/base/edit.h"
#include "checker/rule/tsan.h"
#include "test/fuzz/fuzz.h"

static struct str own_file(void *ctx, struct str path) {
    (void)ctx;
    return path;
}

static struct str line_text(void *ctx, struct place place) {
    (void)ctx;
    return place.file;
}

static bool is_inside(struct str input, struct str part) {
    return !part.len || (part.ptr >= input.ptr && part.ptr + part.len <= input.ptr + input.len);
}

static void edit(struct arena *arena, struct str input) {
    struct edit_list list = {.arena = arena};
    for (size_t i = 0; i + 2 < input.len && i < 300; i += 3) {
        size_t from = (unsigned char)input.ptr[i] % (input.len + 1);
        size_t to = from + (unsigned char)input.ptr[i + 1] % (input.len - from + 1);
        struct edit e = {from, to, str_slice(input, i, i + (size_t)(input.ptr[i + 2] & 3)), 0};
        vec_push(arena, &list.items, e);
    }
    edits_settle(&list, NULL, NULL);
    size_t len = input.len;
    for (uint32_t i = 0; i < list.items.len; i++) {
        const struct edit *e = &list.items.data[i];
        fuzz_promise(!i || list.items.data[i - 1].to <= e->from, "edits do not overlap");
        len = len - (e->to - e->from) + e->text.len;
    }
    fuzz_promise(edits_apply(&list, input).len == len, "all of them are applied");
    struct buf diff;
    buf_init(&diff, 1 << 24);
    edits_diff(&list, STR("f"), input, &diff);
    buf_release(&diff);
}

void fuzz_tsan(struct str input) {
    struct arena arena;
    arena_init(&arena, 0);
    struct tsan_log log = {.arena = &arena};
    struct tsan_sources sources = {own_file, line_text, NULL};
    struct finding_list list = {.arena = &arena};
    struct finding f = {.rule = rule_find(STR("shared-state-race"), NULL),
                        .place = {STR("main.c"), 25, 5, 0},
                        .subject = STR("hits")};
    vec_push(&arena, &list.items, f);
    tsan_read(&log, STR("log"), input);
    for (uint32_t i = 0; i < log.reports.len; i++) {
        const struct tsan_report *r = &log.reports.data[i];
        fuzz_promise(is_inside(input, r->title) && is_inside(input, r->variable), "texts are its own");
        (void)tsan_place(r, &sources);
    }
    tsan_confirm(&log, &sources, &list);
    edit(&arena, input);
    arena_release(&arena);
}
