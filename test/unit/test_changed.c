// What a diff says, also a hostile one.
#include "checker/drive/changed.h"
#include "test/unit/test.h"

static bool has(const char *diff, const char *file, uint32_t line) {
    struct arena arena;
    arena_init(&arena, 0);
    struct changed c = {.arena = &arena};
    changed_add_diff(&c, str_from(diff));
    bool found = changed_has(&c, (struct place){.file = str_from(file), .line = line});
    arena_release(&arena);
    return found;
}

TEST(diff_hunks_are_the_lines_of_the_new_file) {
    const char *diff =
        "diff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n@@ -3 +3,2 @@ int f(void)\n-a\n"
        "+b\n+c\n@@ -9,2 +10,0 @@\n-d\n-e\n";
    CHECK(!has(diff, "x.c", 2));
    CHECK(has(diff, "x.c", 3));
    CHECK(has(diff, "x.c", 4));
    CHECK(!has(diff, "x.c", 5));
    CHECK(!has(diff, "x.c", 10));
    CHECK(!has(diff, "y.c", 3));
}

TEST(diff_lines_that_look_like_headers_are_no_headers) {
    const char *diff =
        "diff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n--- a\n+++ b/y.c\n"
        "@@ -5 +5 @@\n-a\n+b\n";
    CHECK(has(diff, "x.c", 5));
    CHECK(!has(diff, "y.c", 5));
}

TEST(diff_names_are_unquoted) {
    const char *diff = "diff --git x y\n+++ \"b/a\\303\\244\\t\\\"x.c\"\n@@ -1 +7 @@\n+b\n";
    CHECK(has(diff, "a\xC3\xA4\t\"x.c", 7));
    CHECK(has("diff --git x y\n+++ b/odd name.c\t\n@@ -1 +7 @@\n", "odd name.c", 7));
}

TEST(diff_of_a_deleted_file_and_nonsense_change_nothing) {
    CHECK(!has("diff --git a/x.c b/x.c\n+++ /dev/null\n@@ -1,3 +0,0 @@\n", "x.c", 1));
    CHECK(!has("@@ -1 +1 @@\n+++ b/x.c\n", "x.c", 1));
    CHECK(!has("diff --git\n+++ b/x.c\n@@ -1 +4294967295,9 @@\n@@ +\n@@ -1 +a,b @@\n", "x.c", 1));
    CHECK(!has("diff --git\n+++ \"\n+++ \"b/\\\n+++ \n@@ -1 +1 @@\n", "x.c", 1));
}
