// Edits of a text and their diffs.
#include "checker/base/edit.h"
#include "test/unit/test.h"

static void add(struct edit_list *list, size_t from, size_t to, const char *text) {
    struct edit e = {from, to, str_from(text), list->items.len};
    vec_push(list->arena, &list->items, e);
}

static void count_dropped(void *ctx, uint32_t id) {
    uint32_t *ids = ctx;
    *ids |= 1u << id;
}

TEST(edit_drops_what_overlaps) {
    struct arena arena;
    arena_init(&arena, 0);
    struct edit_list list = {.arena = &arena};
    add(&list, 4, 7, "B");  // 0
    add(&list, 0, 3, "A");  // 1
    add(&list, 6, 9, "no"); // 2: overlaps the first
    add(&list, 4, 7, "B");  // 3: the same once more
    add(&list, 7, 7, "x");  // 4: insertions touch nothing
    add(&list, 7, 7, "y");  // 5
    add(&list, 5, 5, "no"); // 6: inside of what is replaced
    uint32_t dropped = 0;
    edits_settle(&list, count_dropped, &dropped);
    CHECK(dropped == (1u << 2 | 1u << 6));
    CHECK_STR_EQ(edits_apply(&list, STR("one two three")), STR("A Bxy three"));
    arena_release(&arena);
}

static struct str diff(struct arena *arena, struct edit_list *list, const char *text) {
    struct buf out;
    buf_init(&out, 1 << 16);
    edits_settle(list, NULL, NULL);
    edits_diff(list, STR("f"), str_from(text), &out);
    struct str kept = str_make(arena_copy(arena, buf_c(&out), out.len), out.len);
    buf_release(&out);
    return kept;
}

TEST(edit_diff_has_hunks_with_context) {
    struct arena arena;
    arena_init(&arena, 0);
    struct edit_list list = {.arena = &arena};
    add(&list, 2, 4, "");        // line 2 goes
    add(&list, 20, 20, "new\n"); // before line 11
    add(&list, 36, 37, "X");     // line 19
    const char *text = "1\n2\n3\n4\n5\n6\n7\n8\n9\n0\n1\n2\n3\n4\n5\n6\n7\n8\n9";
    CHECK_STR_EQ(diff(&arena, &list, text),
                 STR("--- a/f\n+++ b/f\n"
                     "@@ -1,5 +1,4 @@\n 1\n-2\n 3\n 4\n 5\n"
                     "@@ -8,6 +7,7 @@\n 8\n 9\n 0\n+new\n 1\n 2\n 3\n"
                     "@@ -16,4 +16,4 @@\n 6\n 7\n 8\n-9\n\\ No newline at end of file\n"
                     "+X\n\\ No newline at end of file\n"));
    arena_release(&arena);
}

TEST(edit_diff_joins_hunks_that_touch) {
    struct arena arena;
    arena_init(&arena, 0);
    struct edit_list list = {.arena = &arena};
    add(&list, 0, 1, "A");
    add(&list, 2, 3, "B");   // the next line: one change
    add(&list, 12, 13, "C"); // the context of both touches
    CHECK_STR_EQ(diff(&arena, &list, "1\n2\n3\n4\n5\n6\n7\n8\n"),
                 STR("--- a/f\n+++ b/f\n"
                     "@@ -1,8 +1,8 @@\n-1\n-2\n+A\n+B\n 3\n 4\n 5\n 6\n-7\n+C\n 8\n"));
    struct edit_list empty = {.arena = &arena};
    CHECK(diff(&arena, &empty, "1\n").len == 0);
    add(&empty, 0, 0, "first\n");
    CHECK_STR_EQ(diff(&arena, &empty, ""), STR("--- a/f\n+++ b/f\n@@ -0,0 +1,1 @@\n+first\n"));
    arena_release(&arena);
}

TEST(edit_finds_lines) {
    CHECK(edits_line_start(STR("a\nbc\n"), 1) == 0);
    CHECK(edits_line_start(STR("a\nbc\n"), 2) == 2);
    CHECK(edits_line_start(STR("a\nbc\n"), 3) == 5);
    CHECK(edits_line_start(STR("a\nbc\n"), 4) == SIZE_MAX);
    CHECK(edits_line_start(STR("a"), 0) == SIZE_MAX);
}
