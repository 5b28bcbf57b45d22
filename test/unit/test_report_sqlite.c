// The SQLite store: history over runs, what the views say, and what it does when it cannot write.
#include "checker/base/fs.h"
#include "reports/sqlite.h"
#include "reports/sqlite_schema.h"
#include "test/unit/test.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHORT_WAIT_MS = 50, LONG_WAIT_MS = 10000 };

struct base {
    struct arena arena;
    struct finding_list findings;
    struct report report;
    struct error err;
    char dir[40];
    char *path;
};

static void add_finding(struct base *x, const char *file, uint32_t line, const char *subject) {
    struct finding f = {
        .rule = rule_table[0].rule,
        .level = LEVEL_WARNING,
        .place = {.file = str_from(file), .line = line, .col = 5},
        .message = STR("it is wrong"),
        .function = STR("f"),
        .subject = str_from(subject),
    };
    struct finding_step step = {
        .place = f.place, .text = STR("here"), .kind = STEP_ACQUIRE, .held = STR("mu")};
    vec_push(&x->arena, &f.threads, STR("thread main"));
    vec_push(&x->arena, &f.steps, step);
    struct finding_related related = {f.place, STR("declared here")};
    vec_push(&x->arena, &f.related, related);
    vec_push(&x->arena, &x->findings.items, f);
}

static void add_file(struct base *x, const char *path, bool analysed) {
    struct report_file file = {.path = str_from(path), .analysed = analysed, .is_main = true};
    vec_push(&x->arena, &x->report.files, file);
}

static void base_init(struct base *x) {
    *x = (struct base){.dir = "/tmp/threadlint-test-XXXXXX"};
    arena_init(&x->arena, 0);
    CHECK(mkdtemp(x->dir) != NULL);
    CHECK(chmod(x->dir, 0755) == 0);
    x->path = fs_join(&x->arena, str_from(x->dir), STR("runs.db"));
    x->findings.arena = &x->arena;
    x->report.findings = &x->findings;
    x->report.root = STR("/project");
    x->report.version = STR("1.2.3");
    x->report.start_time = 1700000000;
    x->report.complete = true;
    add_file(x, "a.c", true);
    add_finding(x, "a.c", 3, "mu");
    findings_finish(&x->findings, NULL, NULL);
}

static void base_release(struct base *x) {
    (void)remove(x->path);
    CHECK(rmdir(x->dir) == 0);
    arena_release(&x->arena);
}

static bool store(struct base *x) {
    x->err = (struct error){0};
    return sqlite_store(&x->report, x->path, &x->err);
}

// Another run: other findings, else the same.
static void next_run(struct base *x) {
    x->findings.items.len = 0;
    x->report.start_time += 3600;
}

static bool error_has(const struct base *x, const char *part) {
    bool found = str_find(str_from(x->err.text), str_from(part), 0) != SIZE_MAX;
    if (!found) {
        (void)fprintf(stderr, "error is: %s\n", x->err.text);
    }
    return found && str_find(str_from(x->err.text), str_from(x->dir), 0) != SIZE_MAX;
}

// First column of the first row, as text.
static const char *ask_on(struct base *x, sqlite3 *db, const char *sql) {
    sqlite3_stmt *stmt = NULL;
    struct str text = STR("(no row)");
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) {
        text = str_from(sqlite3_errmsg(db));
    } else if (sqlite3_step(stmt) == SQLITE_ROW) {
        text = str_from((const char *)sqlite3_column_text(stmt, 0));
    }
    const char *copy = arena_copy(&x->arena, text.ptr, text.len);
    (void)sqlite3_finalize(stmt);
    return copy;
}

static const char *ask(struct base *x, const char *sql) {
    sqlite3 *db = NULL;
    CHECK(sqlite3_open(x->path, &db) == SQLITE_OK);
    const char *text = ask_on(x, db, sql);
    (void)sqlite3_close(db);
    return text;
}

TEST(report_sqlite_first_run_fills_every_table) {
    struct base x;
    base_init(&x);
    struct report *r = &x.report;
    struct report_thread thread = {
        .entry = STR("worker"),
        .spawn = {STR("a.c"), 7, 1, 0},
        .spawn_function = STR("main"),
        .handle = STR("t"),
        .end = "joined",
        .end_place = {STR("a.c"), 9, 1, 0},
        .many = true
    };
    vec_push(&x.arena, &r->threads, thread);
    struct report_lock lock = {.name = STR("mu"), .kind = STR("pthread_mutex_t"), .acquires = 2};
    vec_push(&x.arena, &r->locks, lock);
    struct report_function fn = {
        .name = STR("f"), .place = {STR("a.c"), 2, 1, 0}
    };
    vec_push(&x.arena, &r->functions, fn);
    struct report_note note = {.id = "limit", .level = LEVEL_WARNING, .text = STR("a.c: too big")};
    vec_push(&x.arena, &r->notes, note);
    CHECK(store(&x));
    CHECK_STR_EQ(ask(&x, "SELECT started_at || files || functions || threads || locks FROM runs"),
                 "2023-11-14T22:13:20Z1111");
    CHECK_STR_EQ(ask(&x, "SELECT file || line || ending || end_line || many FROM thread_inventory"),
                 "a.c7joined91");
    CHECK_STR_EQ(ask(&x, "SELECT kind || acquires FROM locks"), "pthread_mutex_t2");
    CHECK_STR_EQ(ask(&x, "SELECT name || line FROM functions"), "f2");
    CHECK_STR_EQ(ask(&x, "SELECT id || level || message FROM notes"), "limitwarninga.c: too big");
    CHECK_STR_EQ(ask(&x, "SELECT group_concat(position || kind || thread_name || held) FROM steps"),
                 "1acquirethread mainmu,2related");
    CHECK_STR_EQ(ask(&x, "SELECT findings || warnings || files FROM findings_by_rule"), "111");
    CHECK_STR_EQ(ask(&x, "SELECT file || findings || rules FROM findings_by_file"), "a.c11");
    CHECK_STR_EQ(ask(&x, "PRAGMA journal_mode"), "wal");
    CHECK_STR_EQ(ask(&x, "PRAGMA integrity_check"), "ok");
    CHECK_STR_EQ(ask(&x, "PRAGMA foreign_key_check"), "(no row)");
    base_release(&x);
}

TEST(report_sqlite_compares_with_the_previous_run) {
    struct base x;
    base_init(&x);
    add_finding(&x, "a.c", 8, "log_mu");
    add_finding(&x, "gone.c", 1, "mu");
    findings_finish(&x.findings, NULL, NULL);
    CHECK(store(&x));
    CHECK_STR_EQ(ask(&x, "SELECT count(*) FROM new_findings"), "3");
    CHECK_STR_EQ(ask(&x, "SELECT count(*) FROM fixed_findings"), "0");
    next_run(&x);
    add_finding(&x, "a.c", 40, "mu"); // moved: still the same
    add_finding(&x, "a.c", 50, "other_mu");
    findings_finish(&x.findings, NULL, NULL);
    CHECK(store(&x));
    CHECK_STR_EQ(ask(&x, "SELECT group_concat(subject) FROM new_findings"), "other_mu");
    CHECK_STR_EQ(ask(&x, "SELECT group_concat(subject || ' ' || how) FROM fixed_findings"),
                 "log_mu fixed,mu not looked at");
    CHECK_STR_EQ(ask(&x, "SELECT first_seen || last_seen || line FROM current_findings"), "1240");
    CHECK_STR_EQ(ask(&x, "SELECT findings || appeared || disappeared FROM run_trend WHERE run = 2"),
                 "212");
    CHECK_STR_EQ(ask(&x, "SELECT count(*) FROM steps WHERE finding_id = 1"), "2");
    base_release(&x);
}

TEST(report_sqlite_suppressed_findings_are_kept_apart) {
    struct base x;
    base_init(&x);
    CHECK(store(&x));
    x.findings.items.data[0].suppressed = true;
    x.findings.items.data[0].suppression = STR("the caller unlocks");
    CHECK(store(&x));
    CHECK_STR_EQ(ask(&x, "SELECT count(*) FROM current_findings"), "0");
    CHECK_STR_EQ(ask(&x, "SELECT suppression FROM suppressed_findings"), "the caller unlocks");
    CHECK_STR_EQ(ask(&x, "SELECT how FROM fixed_findings"), "suppressed");
    CHECK_STR_EQ(ask(&x, "SELECT findings || suppressed FROM run_trend WHERE run = 2"), "01");
    x.findings.items.data[0].suppressed = false;
    CHECK(store(&x));
    CHECK_STR_EQ(ask(&x, "SELECT first_seen FROM new_findings"), "1");
    base_release(&x);
}

TEST(report_sqlite_of_a_skipped_file_nothing_is_fixed) {
    struct base x;
    base_init(&x);
    CHECK(store(&x));
    next_run(&x);
    x.report.files.data[0].analysed = false;
    x.report.complete = false;
    CHECK(store(&x));
    CHECK_STR_EQ(ask(&x, "SELECT group_concat(how) FROM fixed_findings"), "not looked at");
    base_release(&x);
}

TEST(report_sqlite_stores_text_that_is_no_utf8_readably) {
    struct base x;
    base_init(&x);
    x.findings.items.data[0].message = STR("a\xFFz\0\xC3\xA4 \xF0\x9F\x94\x92\xF0\x9F");
    x.findings.items.data[0].place.file = STR("dir\xE4/a.c");
    CHECK(store(&x));
    CHECK_STR_EQ(ask(&x, "SELECT message FROM current_findings"),
                 "a\xEF\xBF\xBDz\xEF\xBF\xBD\xC3\xA4 \xF0\x9F\x94\x92\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK_STR_EQ(ask(&x, "SELECT file FROM current_findings"), "dir\xEF\xBF\xBD/a.c");
    base_release(&x);
}

TEST(report_sqlite_no_findings_is_a_run_too) {
    struct base x;
    base_init(&x);
    x.findings.items.len = 0;
    CHECK(store(&x));
    CHECK_STR_EQ(ask(&x, "SELECT findings || complete FROM run_trend"), "01");
    base_release(&x);
}

TEST(report_sqlite_migrates_from_version_0_and_keeps_additions) {
    struct base x;
    base_init(&x);
    (void)ask(&x, "VACUUM"); // a database without tables, user_version 0
    CHECK_STR_EQ(ask(&x, "PRAGMA user_version"), "0");
    CHECK(store(&x));
    CHECK_STR_EQ(ask(&x, "PRAGMA user_version"), "4");
    (void)ask(&x, "CREATE VIEW mine AS SELECT count(*) AS n FROM findings");
    CHECK(store(&x));
    CHECK_STR_EQ(ask(&x, "SELECT n FROM mine"), "1");
    (void)ask(&x, "PRAGMA user_version = 7");
    CHECK(!store(&x));
    CHECK(error_has(&x, "newer threadlint (schema 7, this one knows 4)"));
    CHECK_STR_EQ(ask(&x, "SELECT count(*) FROM runs"), "2");
    base_release(&x);
}

// What version 1 had, with a run in it.
static void make_version_1(struct base *x) {
    sqlite3 *db = NULL;
    CHECK(sqlite3_open(x->path, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, sqlite_migrations[0], NULL, NULL, NULL) == SQLITE_OK);
    CHECK(sqlite3_exec(db,
                       "PRAGMA user_version = 1; PRAGMA application_id = 0x74686c74;"
                       "INSERT INTO runs VALUES (1, '1.0.0', '/project', '', '', '', 0, 0, 0, 0, 0,"
                       " 0, 0, 0, 0, 1)",
                       NULL, NULL, NULL) == SQLITE_OK);
    (void)sqlite3_close(db);
}

TEST(report_sqlite_gives_a_database_of_version_1_the_scorecard) {
    struct base x;
    base_init(&x);
    make_version_1(&x);
    struct score_point point = {.family = family_table[0], .evidence = STR("ci/test")};
    struct score_item items[] = {
        {"queue", "between threads", "with a capacity", 3, 2},
        {"lock",  "",                NULL,              1, 0},
    };
    vec_push(&x.arena, &point.items, items[0]);
    vec_push(&x.arena, &point.items, items[1]);
    struct score_question question = {
        {STR("a.c"), 7, 1, 0},
        STR("who stops it?")
    };
    vec_push(&x.arena, &point.open, question);
    vec_push(&x.arena, &x.report.scorecard.points, point);
    CHECK(store(&x));
    CHECK(store(&x));
    CHECK_STR_EQ(ask(&x, "PRAGMA user_version"), "4");
    CHECK_STR_EQ(ask(&x, "SELECT count(*) FROM runs"), "3");
    CHECK_STR_EQ(ask(&x, "SELECT status || ', ' || inspected || ', ' || evidence FROM review"),
                 "open, 3 queue between threads (2 with a capacity); 1 lock, ci/test");
    CHECK_STR_EQ(ask(&x, "SELECT count(*) FROM point_items WHERE answered IS NULL"), "1");
    CHECK_STR_EQ(ask(&x, "SELECT file || line || message FROM point_questions"),
                 "a.c7who stops it?");
    base_release(&x);
}

TEST(report_sqlite_migrates_from_version_1_and_keeps_its_runs) {
    struct base x;
    base_init(&x);
    make_version_1(&x);
    x.report.revision = (struct report_revision){STR("abc"), STR("trunk"), STR("")};
    struct report_owner owner = {STR("abc"), STR("Ann"), STR("ann@example.org"), 1600000000};
    x.report.owners = &owner;
    CHECK(store(&x));
    CHECK_STR_EQ(ask(&x, "PRAGMA user_version"), "4");
    CHECK_STR_EQ(ask(&x, "SELECT group_concat(id || branch || '|' || revision) FROM runs"),
                 "1|,2trunk|abc");
    CHECK_STR_EQ(ask(&x, "SELECT author || written_at FROM owners"), "Ann2020-09-13T12:26:40Z");
    CHECK_STR_EQ(ask(&x, "SELECT author || findings FROM findings_by_owner"), "Ann1");
    x.report.owners = NULL;
    next_run(&x);
    CHECK(store(&x));
    CHECK_STR_EQ(ask(&x, "SELECT state || gone_since FROM finding_history"), "fixed3");
    CHECK_STR_EQ(ask(&x, "SELECT group_concat(run || rule || findings) LIKE '2%1' FROM rule_trend"),
                 "1");
    base_release(&x);
}

TEST(report_sqlite_removes_old_runs_as_documented) {
    struct base x;
    base_init(&x);
    CHECK(store(&x));
    next_run(&x);
    CHECK(store(&x));
    sqlite3 *db = NULL;
    CHECK(sqlite3_open(x.path, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db,
                       "PRAGMA foreign_keys = ON; DELETE FROM runs WHERE id < 2;"
                       "DELETE FROM findings WHERE last_seen NOT IN (SELECT id FROM runs)",
                       NULL, NULL, NULL) == SQLITE_OK);
    (void)sqlite3_close(db);
    CHECK_STR_EQ(ask(&x, "SELECT (SELECT count(*) FROM findings) || (SELECT count(*) FROM steps) ||"
                         " (SELECT count(*) FROM run_findings)"),
                 "000");
    CHECK_STR_EQ(ask(&x, "SELECT id FROM latest_run"), "2");
    base_release(&x);
}

TEST(report_sqlite_readers_see_the_old_run_while_one_is_written) {
    struct base x;
    base_init(&x);
    CHECK(store(&x));
    sqlite3 *reader = NULL;
    CHECK(sqlite3_open(x.path, &reader) == SQLITE_OK);
    CHECK(sqlite3_exec(reader, "BEGIN", NULL, NULL, NULL) == SQLITE_OK);
    CHECK_STR_EQ(ask_on(&x, reader, "SELECT count(*) FROM runs"), "1");
    next_run(&x);
    CHECK(sqlite_store_within(&x.report, x.path, SHORT_WAIT_MS, &x.err));
    CHECK_STR_EQ(ask_on(&x, reader, "SELECT count(*) FROM runs"), "1");
    CHECK_STR_EQ(ask_on(&x, reader, "SELECT count(*) FROM current_findings"), "1");
    CHECK(sqlite3_exec(reader, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
    CHECK_STR_EQ(ask_on(&x, reader, "SELECT count(*) FROM current_findings"), "0");
    (void)sqlite3_close(reader);
    base_release(&x);
}

TEST(report_sqlite_says_when_another_writer_holds_it) {
    struct base x;
    base_init(&x);
    CHECK(store(&x));
    sqlite3 *writer = NULL;
    CHECK(sqlite3_open(x.path, &writer) == SQLITE_OK);
    CHECK(sqlite3_exec(writer, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK);
    CHECK(!sqlite_store_within(&x.report, x.path, SHORT_WAIT_MS, &x.err));
    CHECK(error_has(&x, "is locked: another process has been writing to it for 0.05 s"));
    (void)sqlite3_close(writer);
    CHECK(store(&x));
    CHECK_STR_EQ(ask(&x, "SELECT count(*) FROM runs"), "2");
    base_release(&x);
}

static void write_text(const char *path, struct str text) {
    FILE *out = fopen(path, "wb");
    CHECK(out != NULL);
    if (out != NULL) {
        CHECK(fwrite(text.ptr, 1, text.len, out) == text.len);
        CHECK(fclose(out) == 0);
    }
}

TEST(report_sqlite_leaves_other_files_as_they_are) {
    struct base x;
    base_init(&x);
    char text[4096];
    memset(text, 'x', sizeof text);
    write_text(x.path, str_make(text, sizeof text));
    CHECK(!store(&x));
    CHECK(error_has(&x, "is not a SQLite database; it was left as it is"));
    struct str after = {0};
    CHECK(fs_read(&x.arena, x.path, sizeof text, &after, &x.err));
    CHECK(str_eq(after, str_make(text, sizeof text)));
    base_release(&x);
}

TEST(report_sqlite_says_when_the_database_is_damaged) {
    struct base x;
    base_init(&x);
    CHECK(store(&x));
    struct str whole = {0};
    CHECK(fs_read(&x.arena, x.path, 1 << 24, &whole, &x.err));
    char *broken = arena_copy(&x.arena, whole.ptr, whole.len);
    memset(broken + 4096, 0x5A, whole.len - 4096);
    write_text(x.path, str_make(broken, whole.len));
    CHECK(!store(&x));
    CHECK(error_has(&x, "is damaged"));
    base_release(&x);
}

TEST(report_sqlite_says_when_it_cannot_be_created_or_written) {
    struct base x;
    base_init(&x);
    char *path = x.path;
    x.path = fs_join(&x.arena, str_from(x.dir), STR("no/such/runs.db"));
    CHECK(!store(&x));
    CHECK(error_has(&x, "its directory must exist and be writable"));
    x.path = x.dir;
    CHECK(!store(&x));
    CHECK(error_has(&x, "cannot open or create"));
    x.path = path;
    CHECK(store(&x));
    CHECK(chmod(x.path, 0444) == 0);
    bool is_root = geteuid() == 0;
    CHECK(!is_root || seteuid(65534) == 0); // root may write everything
    bool stored = store(&x);
    CHECK(!is_root || seteuid(0) == 0);
    CHECK(!stored);
    CHECK(error_has(&x, "is read-only: make the file and its directory writable"));
    base_release(&x);
}

// A limit on the size of files stands in for a full disk.
TEST(report_sqlite_keeps_the_old_runs_when_there_is_no_space) {
    struct base x;
    base_init(&x);
    CHECK(store(&x));
    for (uint32_t i = 0; i < 5000; i++) {
        add_finding(&x, "a.c", i + 1, "mu");
    }
    findings_finish(&x.findings, NULL, NULL);
    struct rlimit old = {0};
    CHECK(getrlimit(RLIMIT_FSIZE, &old) == 0);
    struct rlimit low = {.rlim_cur = 256 << 10, .rlim_max = old.rlim_max};
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    CHECK(setrlimit(RLIMIT_FSIZE, &low) == 0);
    bool stored = store(&x);
    CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
    CHECK(signal(SIGXFSZ, SIG_DFL) != SIG_ERR);
    CHECK(!stored);
    CHECK(error_has(&x, "the run was not stored"));
    CHECK_STR_EQ(ask(&x, "SELECT findings || '/' || count(*) FROM run_trend"), "1/1");
    CHECK_STR_EQ(ask(&x, "PRAGMA integrity_check"), "ok");
    base_release(&x);
}

TEST(report_sqlite_special_names_are_plain_files) {
    struct base x;
    base_init(&x);
    char *old = fs_cwd(&x.arena);
    CHECK(chdir(x.dir) == 0);
    CHECK(sqlite_store(&x.report, ":memory:", &x.err));
    CHECK(sqlite_store(&x.report, "file:x?mode=memory", &x.err));
    CHECK(remove(":memory:") == 0 && remove("file:x?mode=memory") == 0);
    CHECK(chdir(old) == 0);
    base_release(&x);
}

TEST(report_sqlite_stores_many_findings_in_little_time) {
    struct base x;
    base_init(&x);
    for (uint32_t i = 0; i < 20000; i++) {
        add_finding(&x, "a.c", i + 1, "mu");
    }
    findings_finish(&x.findings, NULL, NULL);
    CHECK(sqlite_store_within(&x.report, x.path, LONG_WAIT_MS, &x.err));
    CHECK(sqlite_store_within(&x.report, x.path, LONG_WAIT_MS, &x.err));
    CHECK_STR_EQ(ask(&x, "SELECT findings FROM run_trend WHERE run = 2"), "20000");
    CHECK_STR_EQ(ask(&x, "SELECT count(*) FROM steps"), "40000");
    base_release(&x);
}
