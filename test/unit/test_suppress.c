// Suppression comments: where they are seen, which lines and rules they cover, which are reported
// as unused.
#include "checker/rule/suppress.h"
#include "test/unit/test.h"

#include <stdio.h>

static struct suppressions scan(struct arena *arena, const char *text) {
    struct suppressions s;
    suppressions_init(&s, arena);
    suppressions_scan(&s, STR("a.c"), str_from(text));
    return s;
}

// Whether the only suppression of `text` covers exactly lines first..last with this pattern and
// reason.
static bool one(const char *text, uint32_t first, uint32_t last, const char *pattern,
                const char *reason) {
    struct arena arena;
    arena_init(&arena, 0);
    struct suppressions s = scan(&arena, text);
    bool ok = s.items.len == 1 && s.items.data[0].first == first && s.items.data[0].last == last &&
              str_eq(s.items.data[0].pattern, str_from(pattern)) &&
              str_eq(s.items.data[0].reason, str_from(reason));
    if (!ok && s.items.len > 0) {
        printf("%u items; first %u..%u '" STR_FMT "' '" STR_FMT "'\n", (unsigned)s.items.len,
               (unsigned)s.items.data[0].first, (unsigned)s.items.data[0].last,
               STR_ARG(s.items.data[0].pattern), STR_ARG(s.items.data[0].reason));
    }
    arena_release(&arena);
    return ok;
}

static uint32_t count(const char *text) {
    struct arena arena;
    arena_init(&arena, 0);
    uint32_t items = scan(&arena, text).items.len;
    arena_release(&arena);
    return items;
}

TEST(nolint_forms) {
    CHECK(one("x(); // NOLINT\n", 1, 1, "", ""));
    CHECK(one("x(); // NOLINT(threadlint-shared-state-race) benign counter\n", 1, 1,
              "shared-state-race", "benign counter"));
    CHECK(one("\n\nx(); /* NOLINT(threadlint-lifetime-*): see above */ y();\n", 3, 3, "lifetime-*",
              "see above"));
    CHECK(one("// NOLINTNEXTLINE(threadlint-*): generated\nx();\n", 2, 2, "*", "generated"));
    CHECK(one("// NOLINTNEXTLINE(threadlint-panic-longjmp)\n// more prose\nx();\n", 2, 3,
              "panic-longjmp", ""));
    CHECK(one("/* NOLINTNEXTLINE(threadlint-a)\n   prose\n */\nx();\n", 2, 4, "a", ""));
    CHECK(one("x(); // NOLINT(*)\n", 1, 1, "", ""));
    CHECK(one("x(); // NOLINT(threadlint-a unfinished\n", 1, 1, "a", ""));
    CHECK(one("x(); // NOLINT: not ours either\n", 1, 1, "", "not ours either"));
}

TEST(nolint_lists_with_ids_of_other_tools) {
    CHECK(one("x(); // NOLINT(readability-magic-numbers, threadlint-a, bugprone-*) r\n", 1, 1, "a",
              "r"));
    CHECK(count("x(); // NOLINT(readability-magic-numbers)\n") == 0);
    CHECK(count("x(); // NOLINT(threadlint-a,threadlint-b)\n") == 2);
    CHECK(count("x(); // NOLINT()\n") == 0);
    CHECK(count("x(); // NOLINT(threadlint-)\n") == 0);
    CHECK(count("x(); // NOLINTFOO XNOLINT NOLINT_(a)\n") == 0);
    CHECK(count("x(); // NOLINT(threadlint-a) NOLINT(threadlint-b)\n") == 2);
}

TEST(directives_in_code_that_is_commented_out) {
    CHECK(count("// x(); // NOLINT(threadlint-a)\ny();\n") == 0);
    CHECK(count("  //   // NOLINTBEGIN(threadlint-a)\ny();\n") == 0);
    CHECK(count("/* x(); // threadlint: ignore[a] */\ny();\n") == 0);
    CHECK(count("x(); // prose // NOLINT(threadlint-a)\n") == 1);
    CHECK(count("// NOLINTNEXTLINE(threadlint-a) as // x() does\n") == 1);
    CHECK(count("// https://example.org NOLINTNEXTLINE(threadlint-a)\n") == 1);
    CHECK(count("//// NOLINTNEXTLINE(threadlint-a)\n") == 1);
}

TEST(own_form) {
    CHECK(one("x(); // threadlint: ignore[shared-state-race] benign\n", 1, 1, "shared-state-race",
              "benign"));
    CHECK(one("    // threadlint: ignore[lifetime] - joined by the owner\nx();\n", 1, 2, "lifetime",
              "joined by the owner"));
    CHECK(one("// threadlint:ignore [threadlint-a]\nx();\n", 1, 2, "a", ""));
    CHECK(one("/* threadlint: ignore[a] why */\nx();\n", 1, 2, "a", "why"));
    CHECK(one("/* threadlint: ignore[a] why */ x();\n", 1, 1, "a", "why"));
    CHECK(one("// threadlint: ignore because\nx();\n", 1, 2, "*", "because"));
    CHECK(one("// threadlint: ignore[a] why\r\nx();\r\n", 1, 2, "a", "why"));
    CHECK(count("// threadlint: ignore[a] r\n// threadlint: ignore[b, c] r\nx();\n") == 3);
    CHECK(count("// threadlint: detached for ever\n") == 0);
    CHECK(count("// threadlint: ignored, and xthreadlint: ignore[a]\n") == 0);
    CHECK(count("// threadlint: ignore[]\n") == 0);
}

TEST(stacked_comments_reach_the_code) {
    struct arena arena;
    arena_init(&arena, 0);
    struct suppressions s =
        scan(&arena, "// threadlint: ignore[a] r\n// threadlint: ignore[b] r\nx();\ny();\n");
    CHECK(s.items.len == 2 && s.items.data[0].last == 3 && s.items.data[1].last == 3);
    arena_release(&arena);
}

TEST(blocks) {
    CHECK(one("// NOLINTBEGIN(threadlint-a) r\nx();\n// NOLINTEND(threadlint-a)\ny();\n", 1, 3, "a",
              "r"));
    CHECK(one("// NOLINTBEGIN(threadlint-a)\nx();\n// NOLINTEND\n", 1, 3, "a", ""));
    CHECK(one("// NOLINTBEGIN(threadlint-a)\nx();\n", 1, 3, "a", ""));
    CHECK(one("// NOLINTBEGIN\nx();\n// NOLINTEND\ny();\n", 1, 3, "", ""));
    CHECK(one("// NOLINTEND(threadlint-a)\n// NOLINTBEGIN(threadlint-a)\n// "
              "NOLINTEND(threadlint-b)\nx();",
              2, 4, "a", ""));
    CHECK(one(
        "// NOLINTBEGIN(threadlint-a)\n// NOLINTBEGIN(cert-b)\nx();\n// NOLINTEND\n// NOLINTEND\n",
        1, 5, "a", ""));
    struct arena arena;
    arena_init(&arena, 0);
    struct suppressions s = scan(&arena, "// NOLINTBEGIN(threadlint-a)\n"
                                         "// NOLINTBEGIN(threadlint-a)\n"
                                         "// NOLINTEND(threadlint-a)\n"
                                         "// NOLINTBEGIN(threadlint-b, threadlint-c)\n"
                                         "// NOLINTEND(threadlint-a)\n"
                                         "// NOLINTEND\n");
    CHECK(s.items.len == 4);
    CHECK(s.items.data[0].last == 5 && s.items.data[1].last == 3);
    CHECK(s.items.data[2].last == 6 && s.items.data[3].last == 6);
    arena_release(&arena);
}

TEST(only_comments_count) {
    CHECK(count("const char *s = \"// NOLINT(threadlint-a)\";\n") == 0);
    CHECK(count("const char *s = R\"x(\n// NOLINT(threadlint-a) )\" \n)x\";\n") == 0);
    CHECK(count("const char *s = \"a\\\"b // NOLINT\\\n // NOLINT\";\n") == 0);
    CHECK(one("char c = '\"'; // NOLINT(threadlint-a)\n", 1, 1, "a", ""));
    CHECK(one("char c = '\\''; // NOLINT(threadlint-a)\n", 1, 1, "a", ""));
    CHECK(one("int n = 1'000'000; // NOLINT(threadlint-a)\n", 1, 1, "a", ""));
    CHECK(one("f(u8'x', L\"y\", R\"(\")\"); // NOLINT(threadlint-a)\n", 1, 1, "a", ""));
    CHECK(one("#error don't\nx(); // NOLINT(threadlint-a)\n", 2, 2, "a", ""));
    CHECK(one("int a = b / c; // NOLINT(threadlint-a)\n", 1, 1, "a", ""));
    CHECK(one("// spliced \\\n NOLINT(threadlint-a)\n", 2, 2, "a", ""));
    CHECK(one("/* a\n * NOLINT(threadlint-a)\n", 2, 2, "a", ""));
    CHECK(count("/* NOLINT(threadlint-a)") == 1 && count("//NOLINT\\") == 1);
    CHECK(count("/") == 0 && count("'NOLINT") == 0 && count("R\"NOLINT(") == 0 && count("") == 0);
}

static struct finding finding_at(const char *id, uint32_t line) {
    return (struct finding){
        .rule = rule_find(str_from(id), NULL),
        .level = LEVEL_ERROR,
        .place = {.file = STR("a.c"), .line = line, .col = 1},
        .message = STR("m"),
        .subject = STR("mu"),
    };
}

struct run {
    struct arena arena;
    struct config config;
    struct suppressions suppressions;
    struct finding_list findings;
};

static void start(struct run *run, const char *text) {
    *run = (struct run){0};
    arena_init(&run->arena, 0);
    config_init(&run->config, &run->arena);
    run->suppressions = scan(&run->arena, text);
    run->findings.arena = &run->arena;
}

static void add(struct run *run, struct finding f) {
    vec_push(&run->arena, &run->findings.items, f);
}

TEST(findings_are_suppressed_with_their_reason) {
    struct run run;
    start(&run, "x(); // NOLINT(threadlint-shared-state-lock-leak) handed over\ny();\n");
    add(&run, finding_at("shared-state-lock-leak", 1));
    add(&run, finding_at("shared-state-lock-leak", 2));
    add(&run, finding_at("lifetime-double-join", 1));
    suppressions_apply(&run.suppressions, &run.config, &run.findings);
    CHECK(run.findings.items.len == 3);
    CHECK(run.findings.items.data[0].suppressed);
    CHECK(str_eq(run.findings.items.data[0].suppression, STR("handed over")));
    CHECK(!run.findings.items.data[1].suppressed && !run.findings.items.data[2].suppressed);
    arena_release(&run.arena);
}

TEST(related_places_and_other_threads_count) {
    struct run run;
    start(&run, "x(); // NOLINT(threadlint-shared-state-*) one\n\n\ny(); // threadlint: "
                "ignore[lifetime] two\n");
    struct finding related = finding_at("shared-state-lock-leak", 3);
    struct finding_related there = {
        .place = {.file = STR("a.c"), .line = 1}
    };
    vec_push(&run.arena, &related.related, there);
    add(&run, related);
    struct finding racing = finding_at("lifetime-double-join", 3);
    struct finding_step same = {
        .place = {.file = STR("a.c"), .line = 4},
          .kind = STEP_ACCESS, .thread = 0
    };
    struct finding_step other = {
        .place = {.file = STR("a.c"), .line = 4},
          .kind = STEP_ACCESS, .thread = 1
    };
    struct finding not_racing = racing;
    vec_push(&run.arena, &racing.steps, other);
    vec_push(&run.arena, &not_racing.steps, same);
    add(&run, racing);
    add(&run, not_racing);
    suppressions_apply(&run.suppressions, &run.config, &run.findings);
    CHECK(run.findings.items.len == 3);
    CHECK(run.findings.items.data[0].suppressed && run.findings.items.data[1].suppressed);
    CHECK(!run.findings.items.data[2].suppressed);
    arena_release(&run.arena);
}

TEST(other_files_are_not_concerned) {
    struct run run;
    start(&run, "x(); // NOLINT\n");
    suppressions_scan(&run.suppressions, STR("0.c"), STR("// NOLINTBEGIN\n"));
    struct finding f = finding_at("shared-state-lock-leak", 1);
    f.place.file = STR("b.c");
    add(&run, f);
    suppressions_apply(&run.suppressions, &run.config, &run.findings);
    CHECK(run.findings.items.len == 1 && !run.findings.items.data[0].suppressed);
    arena_release(&run.arena);
}

TEST(unused_suppressions_are_reported) {
    struct run run;
    start(&run, "x(); // NOLINT(threadlint-shared-state-lock-leak) old\n"
                "y(); // NOLINT\n"
                "z(); // threadlint: ignore[shared-state-lockleak] typo\n");
    suppressions_apply(&run.suppressions, &run.config, &run.findings);
    CHECK(run.findings.items.len == 2);
    CHECK_STR_EQ(run.findings.items.data[0].rule->id, "suppression-unused");
    CHECK(run.findings.items.data[0].place.line == 1 && run.findings.items.data[0].place.col == 9);
    CHECK(str_find(run.findings.items.data[0].message, STR("suppresses nothing"), 0) != SIZE_MAX);
    CHECK(str_find(run.findings.items.data[1].message, STR("did you mean 'shared-state-lock-leak'"),
                   0) != SIZE_MAX);
    arena_release(&run.arena);
}

TEST(of_a_part_of_the_program_only_wrong_suppressions_are_reported) {
    struct run run;
    start(&run, "x(); // NOLINT(threadlint-shared-state-lock-leak) old\n"
                "y(); // NOLINT(threadlint-shared-state-lock-leak)\n"
                "z(); // threadlint: ignore[shared-state-lockleak] typo\n");
    run.config.require_reason = true;
    run.suppressions.partial = true;
    suppressions_apply(&run.suppressions, &run.config, &run.findings);
    CHECK(run.findings.items.len == 2);
    CHECK(str_find(run.findings.items.data[0].message, STR("gives no reason"), 0) != SIZE_MAX);
    CHECK(str_find(run.findings.items.data[1].message, STR("did you mean"), 0) != SIZE_MAX);
    arena_release(&run.arena);
}

TEST(unused_is_silent_for_disabled_rules_and_excluded_files) {
    struct run run;
    struct error err = {0};
    start(&run, "x(); // NOLINT(threadlint-shared-state-lock-leak) old\n");
    CHECK(config_add_setting(&run.config, STR("shared-state"), LEVEL_OFF, false, &err));
    suppressions_apply(&run.suppressions, &run.config, &run.findings);
    CHECK(run.findings.items.len == 0);
    arena_release(&run.arena);
    start(&run, "x(); // NOLINT(threadlint-shared-state-lock-leak) old\n");
    vec_push(&run.arena, &run.config.exclude, STR("*.c"));
    suppressions_apply(&run.suppressions, &run.config, &run.findings);
    CHECK(run.findings.items.len == 0);
    arena_release(&run.arena);
}

TEST(a_reason_can_be_required) {
    struct run run;
    start(&run, "x(); // NOLINT(threadlint-shared-state-lock-leak)\n"
                "y(); // NOLINT(threadlint-shared-state-lock-leak) handed over\n");
    run.config.require_reason = true;
    add(&run, finding_at("shared-state-lock-leak", 1));
    add(&run, finding_at("shared-state-lock-leak", 2));
    suppressions_apply(&run.suppressions, &run.config, &run.findings);
    CHECK(run.findings.items.len == 3);
    CHECK(!run.findings.items.data[0].suppressed && run.findings.items.data[1].suppressed);
    CHECK(str_find(run.findings.items.data[2].message, STR("gives no reason"), 0) != SIZE_MAX);
    arena_release(&run.arena);
}
