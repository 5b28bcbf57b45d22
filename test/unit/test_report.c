// Reports of one made-up run: what each format says, and that SARIF's line hashes are GitHub's.
#include "checker/base/fs.h"
#include "reports/report.h"
#include "reports/sarif_private.h"
#include "test/unit/test.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const source[] = {
    "static pthread_mutex_t mu;",
    "",
    "void f(void) {",
    "\tpthread_mutex_lock(&mu); /* \xF0\x9F\x94\x92 */ g();",
    "    evil(\"\x1b[2J\");",
    "}",
};

static struct str line_of(void *ctx, struct str file, uint32_t line) {
    (void)ctx;
    (void)file;
    bool known = line >= 1 && line <= sizeof source / sizeof source[0];
    return known ? str_from(source[line - 1]) : (struct str){0};
}

static struct place at(uint32_t line, uint32_t col, uint32_t end_col) {
    return (struct place){.file = STR("src/a b.c"), .line = line, .col = col, .end_col = end_col};
}

struct fixture {
    struct arena arena;
    struct finding_list findings;
    struct report report;
};

static void add_finding(struct fixture *x) {
    struct arena *a = &x->arena;
    struct finding f = {
        .rule = rule_find(STR("shared-state-double-lock"), NULL),
        .level = LEVEL_ERROR,
        .place = at(4, 38, 39),
        .message = STR("'mu' is locked again"),
        .function = STR("f"),
        .subject = STR("mu"),
    };
    vec_push(a, &f.threads, STR("thread main"));
    vec_push(a, &f.threads, STR("thread worker() started at src/a b.c:6"));
    struct finding_step lock = {.place = at(4, 2, 20),
                                .text = STR("'mu' is locked here"),
                                .kind = STEP_ACQUIRE,
                                .held = STR("mu")};
    struct finding_step other = {
        .place = at(5, 5, 9), .text = STR("evil is called"), .kind = STEP_CALL, .thread = 1};
    vec_push(a, &f.steps, other);
    vec_push(a, &f.steps, lock);
    struct finding_related related = {.place = at(1, 24, 26),
                                      .text = STR("mu[0] is declared here")};
    vec_push(a, &f.related, related);
    vec_push(a, &x->findings.items, f);
    struct finding hidden = {
        .rule = rule_find(STR("shared-state-lock-leak"), NULL),
        .level = LEVEL_WARNING,
        .place = at(4, 2, 0),
        .message = STR("'mu' is still held."),
        .function = STR("f"),
        .suppressed = true,
        .suppression = STR("the caller unlocks"),
    };
    vec_push(a, &x->findings.items, hidden);
}

static void fixture_init(struct fixture *x) {
    *x = (struct fixture){0};
    struct arena *a = &x->arena;
    arena_init(a, 0);
    x->findings.arena = a;
    add_finding(x);
    findings_finish(&x->findings, NULL, NULL);
    struct report *r = &x->report;
    r->findings = &x->findings;
    r->line = line_of;
    r->version = STR("1.2.3");
    r->root = STR("/nowhere/at all");
    r->start_time = 1700000000;
    r->end_time = 1700000001;
    r->exit_code = 3;
    struct report_file main_file = {.path = STR("src/a b.c"), .analysed = true, .is_main = true};
    struct report_file bad_file = {.path = STR("src/bad.cpp"), .is_main = true};
    vec_push(a, &r->files, main_file);
    vec_push(a, &r->files, bad_file);
    struct report_thread thread = {.entry = STR("worker"), .spawn = at(6, 1, 0), .end = "joined"};
    vec_push(a, &r->threads, thread);
    struct report_lock lock = {.name = STR("mu"), .kind = STR("pthread_mutex_t"), .acquires = 2};
    vec_push(a, &r->locks, lock);
    struct report_function fn = {.name = STR("f"), .place = at(3, 6, 7)};
    vec_push(a, &r->functions, fn);
    struct report_note note = {.id = "file-skipped",
                               .level = LEVEL_ERROR,
                               .place = {.file = STR("src/bad.cpp")},
                               .text = STR("src/bad.cpp does not compile; repair it")};
    vec_push(a, &r->notes, note);
}

static struct str write_with(struct fixture *x, const char *name, struct report_options options) {
    char *data = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&data, &size);
    struct error err = {0};
    for (size_t i = 0; out != NULL && i < reporter_count; i++) {
        if (str_eq(str_from(reporters[i].name), str_from(name))) {
            CHECK(reporters[i].write(&x->report, &options, out, &err));
        }
    }
    if (out == NULL || fclose(out) != 0) {
        return (struct str){0};
    }
    struct str text = str_make(arena_copy(&x->arena, data, size), size);
    free(data);
    return text;
}

static bool has(struct str text, const char *part) {
    if (str_find(text, str_from(part), 0) != SIZE_MAX) {
        return true;
    }
    int shown = (int)(text.len < 2000 ? text.len : 2000);
    (void)fprintf(stderr, "missing: %s\nin: %.*s\n", part, shown, text.ptr);
    return false;
}

static bool lacks(struct str text, const char *part) {
    return str_find(text, str_from(part), 0) == SIZE_MAX;
}

TEST(report_text_shows_source_steps_and_summary) {
    struct fixture x;
    fixture_init(&x);
    struct str text = write_with(&x, "text", (struct report_options){0});
    CHECK(has(text, "src/a b.c:4:38: error: 'mu' is locked again [shared-state-double-lock]\n"
                    "    4 |     pthread_mutex_lock(&mu); /* \xF0\x9F\x94\x92 */ g();\n"
                    "      |                                       ^\n"));
    CHECK(has(text, "  in thread main:\n   1. src/a b.c:4:2: 'mu' is locked here (held: mu)\n"));
    CHECK(has(text, "  in thread worker() started at src/a b.c:6:\n     2. src/a b.c:5:5: evil"));
    CHECK(has(text, "evil(\"\xEF\xBF\xBD[2J\");"));
    CHECK(has(text, "  src/a b.c:1:24: note: mu[0] is declared here\n"));
    CHECK(has(text, "threadlint: error: src/bad.cpp does not compile; repair it [file-skipped]\n"));
    CHECK(has(text, "1 file, 1 function, 1 thread, 1 lock looked at: 1 error, 0 warnings, 0 notes; "
                    "1 suppressed; 1 file skipped (reason above)\n"));
    CHECK(lacks(text, "\033"));
    CHECK(lacks(text, "still held"));
    arena_release(&x.arena);
}

TEST(report_text_has_colours_and_suppressed_findings_when_asked) {
    struct fixture x;
    fixture_init(&x);
    x.report.seconds = 1.5;
    struct str text =
        write_with(&x, "text", (struct report_options){.colour = true, .with_suppressed = true});
    CHECK(has(text, "\033[1;31merror: \033[0m"));
    CHECK(has(text, "(suppressed: the caller unlocks)"));
    CHECK(has(text, "; 1.50 s\n"));
    arena_release(&x.arena);
}

TEST(report_json_has_one_line_per_finding) {
    struct fixture x;
    fixture_init(&x);
    struct str text = write_with(&x, "json", (struct report_options){.with_suppressed = true});
    CHECK(str_starts(text, STR("{\"rule\":\"shared-state-lock-leak\"")));
    CHECK(has(text, "\"line\":4,\"column\":38,\"endColumn\":39,"));
    CHECK(has(text, "\"kind\":\"acquire\",\"thread\":0,\"depth\":0,"));
    CHECK(str_ends(text, STR("}\n")));
    CHECK(str_find_char(text, '\n', str_find_char(text, '\n', 0) + 1) == text.len - 1);
    arena_release(&x.arena);
}

TEST(report_sarif_counts_columns_in_utf16_and_links_related_places) {
    struct fixture x;
    fixture_init(&x);
    struct str text = write_with(&x, "sarif", (struct report_options){0});
    CHECK(has(text, "\"startColumn\": 36,"));
    CHECK(has(text, "\"uri\": \"src/a%20b.c\""));
    CHECK(has(text, "'mu' is locked again. See [mu\\\\[0\\\\] is declared here](1). "
                    "In thread worker() started at src/a b.c:6: [evil is called](2).\""));
    CHECK(has(text, "\"executionOrder\": 2,"));
    CHECK(has(text, "\"CWE-764\""));
    CHECK(has(text, "\"startTimeUtc\": \"2023-11-14T22:13:20Z\""));
    CHECK(has(text, "\"executionSuccessful\": false"));
    CHECK(has(text, "\"id\": \"CWE-764\""));
    CHECK(lacks(text, "\"suppressions\""));
    CHECK(lacks(text, "nowhere"));
    text = write_with(&x, "sarif",
                      (struct report_options){.with_suppressed = true, .absolute_root = true});
    CHECK(has(text, "\"justification\": \"the caller unlocks\""));
    CHECK(has(text, "\"uri\": \"file:///nowhere/at%20all/\""));
    arena_release(&x.arena);
}

TEST(report_line_hashes_count_equal_lines) {
    struct line_hashes hashes = {0};
    arena_init(&hashes.arena, 0);
    sarif_hash_lines(&hashes, STR(" \t a\nb\n  a\r\n"));
    CHECK(hashes.lines.len == 4);
    // Worked out by hand for the last line, which holds the end unit alone: 0xFFFF * 37^99.
    uint64_t want = 0xFFFF;
    for (int i = 0; i < 99; i++) {
        want *= 37;
    }
    CHECK(hashes.lines.data[3].hash == want);
    CHECK(hashes.lines.data[3].occurrence == 1);
    arena_release(&hashes.arena);
}

static int64_t ask(const char *path, const char *sql) {
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    int64_t value = -1;
    if (sqlite3_open(path, &db) == SQLITE_OK &&
        sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW) {
        value = sqlite3_column_int64(stmt, 0);
    }
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    return value;
}

TEST(report_sqlite_keeps_the_history_of_findings) {
    struct fixture x;
    fixture_init(&x);
    x.report.complete = true;
    char dir[] = "/tmp/threadlint-test-XXXXXX";
    CHECK(mkdtemp(dir) != NULL);
    char *path = fs_join(&x.arena, str_from(dir), STR("runs.db"));
    struct error err = {0};
    CHECK(sqlite_store(&x.report, path, &err));
    CHECK(sqlite_store(&x.report, path, &err));
    CHECK_STR_EQ(err.text, "");
    CHECK(ask(path, "SELECT count(*) FROM current_findings") == 1);
    CHECK(ask(path, "SELECT count(*) FROM new_findings") == 0);
    CHECK(ask(path, "SELECT first_seen * 10 + last_seen FROM current_findings") == 12);
    CHECK(ask(path, "SELECT count(*) FROM steps") == 3);
    x.findings.items.len = 0;
    CHECK(sqlite_store(&x.report, path, &err));
    CHECK(ask(path, "SELECT count(*) FROM fixed_findings") == 1);
    CHECK(ask(path, "SELECT findings FROM run_trend WHERE run = 2") == 1);
    CHECK(ask(path, "SELECT count(*) FROM thread_inventory") == 1);
    CHECK(!sqlite_store(&x.report, dir, &err));
    CHECK(str_find(str_from(err.text), str_from(dir), 0) != SIZE_MAX);
    CHECK(remove(path) == 0 && rmdir(dir) == 0);
    arena_release(&x.arena);
}

TEST(report_sqlite_refuses_databases_of_others) {
    struct fixture x;
    fixture_init(&x);
    char dir[] = "/tmp/threadlint-test-XXXXXX";
    CHECK(mkdtemp(dir) != NULL);
    char *path = fs_join(&x.arena, str_from(dir), STR("other.db"));
    (void)ask(path, "CREATE TABLE t(x)");
    struct error err = {0};
    CHECK(!sqlite_store(&x.report, path, &err));
    CHECK(str_find(str_from(err.text), STR("another program"), 0) != SIZE_MAX);
    CHECK(remove(path) == 0 && rmdir(dir) == 0);
    arena_release(&x.arena);
}
