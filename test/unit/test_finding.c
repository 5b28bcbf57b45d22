// Order, duplicates and fingerprints of findings; names of rules.
#include "checker/rule/rule.h"
#include "test/unit/test.h"

#include <stdio.h>

static struct str line_of(void *ctx, struct place place) {
    const char *const *lines = ctx;
    return place.line == 0 || lines == NULL ? (struct str){0} : str_from(lines[place.line - 1]);
}

static struct finding make(const char *rule, const char *file, uint32_t line, const char *subject) {
    return (struct finding){
        .rule = rule_find(str_from(rule), NULL),
        .place = {.file = str_from(file), .line = line, .col = 5},
        .message = str_from(subject),
        .subject = str_from(subject),
        .function = STR("f"),
    };
}

TEST(findings_are_sorted_by_place_and_deduplicated) {
    struct arena arena;
    arena_init(&arena, 0);
    struct finding_list list = {.arena = &arena};
    vec_push(&arena, &list.items, make("shared-state-lock-leak", "b.c", 1, "mu"));
    vec_push(&arena, &list.items, make("shared-state-lock-leak", "a.c", 9, "mu"));
    vec_push(&arena, &list.items, make("shared-state-lock-leak", "a.c", 2, "mu"));
    vec_push(&arena, &list.items, make("shared-state-lock-leak", "a.c", 2, "mu"));
    vec_push(&arena, &list.items, make("shared-state-lock-leak", "a.c", 2, "other"));
    vec_push(&arena, &list.items, make("lifetime-double-join", "a.c", 2, "mu"));
    findings_finish(&list, NULL, NULL);
    CHECK(list.items.len == 5);
    CHECK_STR_EQ(list.items.data[0].rule->id, "lifetime-double-join");
    CHECK(list.items.data[1].place.line == 2);
    CHECK(str_eq(list.items.data[1].subject, STR("mu")));
    CHECK(str_eq(list.items.data[2].subject, STR("other")));
    CHECK(list.items.data[3].place.line == 9);
    CHECK(str_eq(list.items.data[4].place.file, STR("b.c")));
    arena_release(&arena);
}

TEST(duplicates_with_another_message_are_found_too) {
    struct arena arena;
    arena_init(&arena, 0);
    struct finding_list list = {.arena = &arena};
    struct finding a = make("shared-state-lock-leak", "a.c", 2, "mu");
    struct finding b = a;
    struct finding c = make("shared-state-lock-leak", "a.c", 2, "nu");
    a.message = STR("1");
    b.message = STR("3");
    c.message = STR("2");
    vec_push(&arena, &list.items, a);
    vec_push(&arena, &list.items, b);
    vec_push(&arena, &list.items, c);
    findings_finish(&list, NULL, NULL);
    CHECK(list.items.len == 2);
    CHECK(str_eq(list.items.data[0].message, STR("1")));
    CHECK(str_eq(list.items.data[1].message, STR("2")));
    arena_release(&arena);
}

static struct hash128 print_of(struct finding f, const char *line) {
    struct arena arena;
    arena_init(&arena, 0);
    struct finding_list list = {.arena = &arena};
    const char *lines[] = {line};
    f.place.line = 1;
    vec_push(&arena, &list.items, f);
    findings_finish(&list, line_of, lines);
    struct hash128 hash = list.items.data[0].fingerprint;
    arena_release(&arena);
    return hash;
}

TEST(fingerprints_ignore_blanks_place_and_message) {
    struct finding f = make("shared-state-lock-leak", "a.c", 1, "mu");
    struct finding moved = make("shared-state-lock-leak", "dir/b.c", 7, "mu");
    moved.message = STR("said differently");
    moved.place.col = 9;
    CHECK(hash128_eq(print_of(f, "return  -1;"), print_of(moved, "\treturn -1;  ")));
    CHECK(!hash128_eq(print_of(f, "return -1;"), print_of(f, "return -2;")));
    struct finding other = f;
    other.subject = STR("nu");
    CHECK(!hash128_eq(print_of(f, "return -1;"), print_of(other, "return -1;")));
    other = f;
    other.function = STR("g");
    CHECK(!hash128_eq(print_of(f, "return -1;"), print_of(other, "return -1;")));
}

TEST(equal_findings_get_different_fingerprints) {
    struct arena arena;
    arena_init(&arena, 0);
    struct finding_list list = {.arena = &arena};
    const char *lines[] = {"return -1;", "return -1;"};
    vec_push(&arena, &list.items, make("shared-state-lock-leak", "a.c", 2, "mu"));
    vec_push(&arena, &list.items, make("shared-state-lock-leak", "a.c", 1, "mu"));
    findings_finish(&list, line_of, lines);
    CHECK(list.items.len == 2);
    CHECK(!hash128_eq(list.items.data[0].fingerprint, list.items.data[1].fingerprint));
    CHECK(hash128_eq(list.items.data[0].fingerprint,
                     print_of(make("shared-state-lock-leak", "a.c", 1, "mu"), lines[0])));
    arena_release(&arena);
}

TEST(no_findings_is_fine) {
    struct arena arena;
    arena_init(&arena, 0);
    struct finding_list list = {.arena = &arena};
    findings_finish(&list, NULL, NULL);
    CHECK(list.items.len == 0);
    arena_release(&arena);
}

TEST(level_names) {
    CHECK_STR_EQ(level_name(LEVEL_OFF), "off");
    CHECK_STR_EQ(level_name(LEVEL_NOTE), "note");
    CHECK_STR_EQ(level_name(LEVEL_WARNING), "warning");
    CHECK_STR_EQ(level_name(LEVEL_ERROR), "error");
}

TEST(every_rule_is_found_by_its_id) {
    for (size_t i = 0; i < rule_count; i++) {
        size_t index = SIZE_MAX;
        const struct rule *rule = rule_table[i].rule;
        CHECK(rule_find(str_from(rule->id), &index) == rule);
        CHECK(index == i);
    }
    CHECK(rule_find(STR("shared-state"), NULL) == NULL);
    CHECK(rule_find(STR(""), NULL) == NULL);
    CHECK(rule_find(STR("zzz"), NULL) == NULL);
}

TEST(nearest_rule) {
    CHECK_STR_EQ(rule_nearest(STR("shared-state-lockleak")), "shared-state-lock-leak");
    CHECK_STR_EQ(rule_nearest(STR("lock-leak")), "shared-state-lock-leak");
    CHECK_STR_EQ(rule_nearest(STR("threadlint-shared-state-lock-leak")), "shared-state-lock-leak");
    CHECK(rule_nearest(STR("readability-magic-numbers")) == NULL);
    CHECK(rule_nearest(STR("")) == NULL);
}

TEST(families_and_pascal_names) {
    char name[80];
    const struct rule *rule = rule_find(STR("shared-state-lock-leak"), NULL);
    CHECK(str_eq(rule_family(rule), STR("shared-state")));
    rule_pascal_name(rule, name, sizeof name);
    CHECK_STR_EQ(name, "SharedStateLockLeak");
    rule_pascal_name(rule, name, 7);
    CHECK_STR_EQ(name, "Shared");
    rule = rule_find(STR("lifetime-double-join"), NULL);
    CHECK(str_eq(rule_family(rule), STR("lifetime")));
}
