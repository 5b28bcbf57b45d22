#include "reports/sqlite.h"

// One run -> the SQLite database. One transaction per run: readers see the run before or all of
// this one, and a failure leaves the database as it was. The tables and views are in schema.sql.
// Text that is not UTF-8 is stored with U+FFFD in place of each bad byte, so that every reader
// copes.

#include "checker/base/utf.h"
#include "reports/scorecard.h"
#include "reports/sqlite_schema.h"

#include <sqlite3.h>
#include <time.h>

enum { DEFAULT_WAIT_MS = 10000 };

enum statement {
    INSERT_RUN,
    INSERT_FINDING,
    INSERT_RUN_FINDING,
    INSERT_OWNER,
    DELETE_STEPS,
    INSERT_STEP,
    INSERT_FILE,
    INSERT_FUNCTION,
    INSERT_THREAD,
    INSERT_LOCK,
    INSERT_NOTE,
    INSERT_POINT,
    INSERT_POINT_ITEM,
    INSERT_POINT_QUESTION,
    STATEMENT_COUNT,
};

// Values are bound in the order in which the columns stand here.
static const char *const statement_sql[STATEMENT_COUNT] = {
    [INSERT_RUN] = ("INSERT INTO runs (version, root, command_line, started_at, ended_at, seconds,"
                    " units, units_cached, units_failed, files, functions, threads, locks,"
                    " exit_code, complete, revision, branch)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"),
    [INSERT_FINDING] =
        ("INSERT INTO findings (fingerprint, first_seen, last_seen, rule, level, file, line, col,"
         " end_col, message, function, subject, suppressed, suppression, partial)"
         " VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
         " ON CONFLICT (fingerprint) DO UPDATE SET last_seen = excluded.last_seen,"
         " rule = excluded.rule, level = excluded.level, file = excluded.file,"
         " line = excluded.line, col = excluded.col, end_col = excluded.end_col,"
         " message = excluded.message, function = excluded.function, subject = excluded.subject,"
         " suppressed = excluded.suppressed, suppression = excluded.suppression,"
         " partial = excluded.partial RETURNING id"),
    [INSERT_RUN_FINDING] = "INSERT OR REPLACE INTO run_findings VALUES (?, ?, ?, ?)",
    [INSERT_OWNER] = "INSERT OR REPLACE INTO owners VALUES (?, ?, ?, ?, ?)",
    [DELETE_STEPS] = "DELETE FROM steps WHERE finding_id = ?",
    [INSERT_STEP] = "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [INSERT_FILE] = "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)",
    [INSERT_FUNCTION] = "INSERT INTO functions VALUES (?, ?, ?, ?)",
    [INSERT_THREAD] = "INSERT INTO threads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [INSERT_LOCK] = "INSERT INTO locks VALUES (?, ?, ?, ?)",
    [INSERT_NOTE] = "INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?)",
    [INSERT_POINT] = "INSERT INTO points VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    [INSERT_POINT_ITEM] =
        "INSERT INTO point_items VALUES (?1, ?2, ?3, trim(?4 || ' ' || ?5), ?6, ?7, ?8)",
    [INSERT_POINT_QUESTION] = "INSERT INTO point_questions VALUES (?, ?, ?, ?, ?, ?)",
};

// A database being written. The first failure is kept in `rc`; from then on nothing is done.
struct store {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    const struct report *report;
    struct arena arena; // text of one row
    int64_t run;
    int rc;
};

// A row being bound, value by value.
struct row {
    struct store *store;
    sqlite3_stmt *stmt;
    int column;
};

// --- text and rows ---

static bool is_bad(uint32_t c, size_t len) {
    return (c == 0xFFFD && len == 1) || c == 0;
}

static bool is_clean(struct str s) {
    for (size_t i = 0; i < s.len;) {
        size_t len = 0;
        uint32_t c = utf_decode(s, i, &len);
        if (is_bad(c, len)) {
            return false;
        }
        i += len;
    }
    return true;
}

// `s` with U+FFFD for what is no UTF-8 and for NUL, which would end the text in most readers.
static struct str clean_text(struct arena *arena, struct str s) {
    if (is_clean(s)) {
        return s.ptr != NULL ? s : STR("");
    }
    char *text = ARENA_ARRAY(arena, char, 3 * s.len);
    size_t used = 0;
    for (size_t i = 0; i < s.len;) {
        size_t len = 0;
        uint32_t c = utf_decode(s, i, &len);
        struct str piece = is_bad(c, len) ? STR("\xEF\xBF\xBD") : str_make(s.ptr + i, len);
        memcpy(text + used, piece.ptr, piece.len);
        used += piece.len;
        i += len;
    }
    return str_make(text, used);
}

static struct row row_begin(struct store *s, enum statement statement) {
    return (struct row){.store = s, .stmt = s->statements[statement]};
}

static void put_text(struct row *row, struct str value) {
    struct store *s = row->store;
    if (s->rc == SQLITE_OK) {
        struct str text = clean_text(&s->arena, value);
        s->rc = sqlite3_bind_text64(row->stmt, ++row->column, text.ptr, text.len, SQLITE_STATIC,
                                    SQLITE_UTF8);
    }
}

static void put_int(struct row *row, int64_t value) {
    struct store *s = row->store;
    if (s->rc == SQLITE_OK) {
        s->rc = sqlite3_bind_int64(row->stmt, ++row->column, value);
    }
}

static void put_double(struct row *row, double value) {
    struct store *s = row->store;
    if (s->rc == SQLITE_OK) {
        s->rc = sqlite3_bind_double(row->stmt, ++row->column, value);
    }
}

static void put_time(struct row *row, int64_t seconds) {
    time_t when = (time_t)seconds;
    struct tm parts;
    char text[40];
    size_t len = 0;
    if (gmtime_r(&when, &parts) != NULL) {
        len = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    }
    struct str copy = str_make(arena_copy(&row->store->arena, text, len), len);
    put_text(row, copy);
}

static void put_place(struct row *row, struct place place) {
    put_text(row, place.file);
    put_int(row, place.line);
}

// Runs the statement; returns what RETURNING gave, else 0.
static int64_t row_end(struct row *row) {
    struct store *s = row->store;
    int64_t id = 0;
    if (s->rc != SQLITE_OK) {
        return 0;
    }
    int rc = sqlite3_step(row->stmt);
    if (rc == SQLITE_ROW) {
        id = sqlite3_column_int64(row->stmt, 0);
        rc = sqlite3_step(row->stmt);
    }
    if (rc != SQLITE_DONE) {
        s->rc = rc;
    }
    (void)sqlite3_reset(row->stmt);
    (void)sqlite3_clear_bindings(row->stmt); // what a row leaves out is NULL
    arena_reset(&s->arena, (struct arena_mark){0});
    return id;
}

static void execute(struct store *s, const char *sql) {
    if (s->rc == SQLITE_OK) {
        s->rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    }
}

// Number in the first column of the first row of `sql`.
static int64_t query_number(struct store *s, const char *sql) {
    sqlite3_stmt *stmt = NULL;
    int64_t value = 0;
    if (s->rc == SQLITE_OK) {
        s->rc = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL);
    }
    if (s->rc == SQLITE_OK) {
        int rc = sqlite3_step(stmt);
        value = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
        s->rc = rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
    }
    (void)sqlite3_finalize(stmt);
    return value;
}

// --- the run ---

static void insert_run(struct store *s, const struct report *r) {
    struct row row = row_begin(s, INSERT_RUN);
    put_text(&row, r->version);
    put_text(&row, r->root);
    put_text(&row, r->command_line);
    put_time(&row, r->start_time);
    put_time(&row, r->end_time);
    put_double(&row, r->seconds);
    put_int(&row, r->tus);
    put_int(&row, r->tus_cached);
    put_int(&row, r->tus_failed);
    put_int(&row, report_count(r).files);
    put_int(&row, r->functions.len);
    put_int(&row, r->threads.len);
    put_int(&row, r->locks.len);
    put_int(&row, r->exit_code);
    put_int(&row, r->complete);
    put_text(&row, r->revision.id);
    put_text(&row, r->revision.branch);
    s->run = row_end(&row);
}

static void insert_steps(struct store *s, const struct finding *f, int64_t id) {
    struct row clear = row_begin(s, DELETE_STEPS);
    put_int(&clear, id);
    (void)row_end(&clear);
    for (uint32_t i = 0; i < f->steps.len; i++) {
        const struct finding_step *step = &f->steps.data[i];
        bool has_name = step->thread < f->threads.len;
        struct row row = row_begin(s, INSERT_STEP);
        put_int(&row, id);
        put_int(&row, i + 1);
        put_text(&row, str_from(step_kind_name(step->kind)));
        put_int(&row, step->thread);
        put_text(&row, has_name ? f->threads.data[step->thread] : (struct str){0});
        put_int(&row, step->depth);
        put_place(&row, step->place);
        put_int(&row, step->place.col);
        put_text(&row, step->text);
        put_text(&row, step->held);
        (void)row_end(&row);
    }
    for (uint32_t i = 0; i < f->related.len; i++) {
        const struct finding_related *related = &f->related.data[i];
        struct row row = row_begin(s, INSERT_STEP);
        put_int(&row, id);
        put_int(&row, (int64_t)f->steps.len + i + 1);
        put_text(&row, STR("related"));
        put_int(&row, 0);
        put_text(&row, (struct str){0});
        put_int(&row, 0);
        put_place(&row, related->place);
        put_int(&row, related->place.col);
        put_text(&row, related->text);
        put_text(&row, (struct str){0});
        (void)row_end(&row);
    }
}

static struct str level_text(enum level level) {
    return str_from(level_name(level == LEVEL_OFF ? LEVEL_NOTE : level));
}

static void insert_owner(struct store *s, const struct report_owner *owner, int64_t id) {
    struct row row = row_begin(s, INSERT_OWNER);
    put_int(&row, id);
    put_text(&row, owner->author);
    put_text(&row, owner->email);
    put_text(&row, owner->revision);
    put_time(&row, owner->time);
    (void)row_end(&row);
}

// Returns the id of the finding.
static int64_t insert_finding(struct store *s, const struct finding *f) {
    char fingerprint[33];
    hash128_hex(f->fingerprint, fingerprint);
    struct row row = row_begin(s, INSERT_FINDING);
    put_text(&row, str_from(fingerprint));
    put_int(&row, s->run);
    put_text(&row, str_from(f->rule->id));
    put_text(&row, level_text((enum level)f->level));
    put_place(&row, f->place);
    put_int(&row, f->place.col);
    put_int(&row, f->place.end_col);
    put_text(&row, f->message);
    put_text(&row, f->function);
    put_text(&row, f->subject);
    put_int(&row, f->suppressed);
    put_text(&row, f->suppression);
    put_int(&row, f->partial);
    int64_t id = row_end(&row);

    struct row seen = row_begin(s, INSERT_RUN_FINDING);
    put_int(&seen, s->run);
    put_int(&seen, id);
    put_text(&seen, level_text((enum level)f->level));
    put_int(&seen, f->suppressed);
    (void)row_end(&seen);
    insert_steps(s, f, id);
    return id;
}

static void insert_files(struct store *s, const struct report *r) {
    for (uint32_t i = 0; i < r->files.len; i++) {
        const struct report_file *file = &r->files.data[i];
        struct row row = row_begin(s, INSERT_FILE);
        put_int(&row, s->run);
        put_text(&row, file->path);
        put_int(&row, file->analysed);
        put_int(&row, file->is_main);
        put_int(&row, file->functions);
        put_int(&row, file->errors);
        (void)row_end(&row);
    }
    for (uint32_t i = 0; i < r->functions.len; i++) {
        struct row row = row_begin(s, INSERT_FUNCTION);
        put_int(&row, s->run);
        put_text(&row, r->functions.data[i].name);
        put_place(&row, r->functions.data[i].place);
        (void)row_end(&row);
    }
    for (uint32_t i = 0; i < r->notes.len; i++) {
        const struct report_note *note = &r->notes.data[i];
        struct row row = row_begin(s, INSERT_NOTE);
        put_int(&row, s->run);
        put_text(&row, str_from(note->id));
        put_text(&row, level_text(note->level));
        put_place(&row, note->place);
        put_text(&row, note->text);
        (void)row_end(&row);
    }
}

static void insert_threads_and_locks(struct store *s, const struct report *r) {
    for (uint32_t i = 0; i < r->threads.len; i++) {
        const struct report_thread *thread = &r->threads.data[i];
        struct row row = row_begin(s, INSERT_THREAD);
        put_int(&row, s->run);
        put_text(&row, thread->entry);
        put_place(&row, thread->spawn);
        put_text(&row, thread->spawn_function);
        put_text(&row, thread->handle);
        put_text(&row, str_from(thread->end));
        put_place(&row, thread->end_place);
        put_int(&row, thread->many);
        (void)row_end(&row);
    }
    for (uint32_t i = 0; i < r->locks.len; i++) {
        struct row row = row_begin(s, INSERT_LOCK);
        put_int(&row, s->run);
        put_text(&row, r->locks.data[i].name);
        put_text(&row, r->locks.data[i].kind);
        put_int(&row, r->locks.data[i].acquires);
        (void)row_end(&row);
    }
}

static void insert_point_items(struct store *s, const struct score_point *point) {
    for (uint32_t i = 0; i < point->items.len; i++) {
        const struct score_item *item = &point->items.data[i];
        struct row row = row_begin(s, INSERT_POINT_ITEM);
        put_int(&row, s->run);
        put_text(&row, str_from(point->family->name));
        put_int(&row, i + 1);
        put_text(&row, str_from(item->thing));
        put_text(&row, str_from(item->kind));
        put_int(&row, item->total);
        if (item->answer) {
            put_int(&row, item->answered);
            put_text(&row, str_from(item->answer));
        }
        (void)row_end(&row);
    }
}

static void insert_point_questions(struct store *s, const struct score_point *point) {
    for (uint32_t i = 0; i < point->open.len; i++) {
        struct row row = row_begin(s, INSERT_POINT_QUESTION);
        put_int(&row, s->run);
        put_text(&row, str_from(point->family->name));
        put_int(&row, i + 1);
        put_place(&row, point->open.data[i].place);
        put_text(&row, point->open.data[i].text);
        (void)row_end(&row);
    }
}

static void insert_scorecard(struct store *s, const struct report *r) {
    for (uint32_t i = 0; i < r->scorecard.points.len; i++) {
        const struct score_point *point = &r->scorecard.points.data[i];
        struct point_state state = scorecard_state(r, point);
        struct row row = row_begin(s, INSERT_POINT);
        put_int(&row, s->run);
        put_int(&row, point->family->point);
        put_text(&row, str_from(point->family->name));
        put_text(&row, str_from(point->family->question));
        put_text(&row, str_from(scorecard_status_name(state.status)));
        put_text(&row, point->evidence);
        put_int(&row, state.rules);
        put_int(&row, state.asked);
        (void)row_end(&row);
        insert_point_items(s, point);
        insert_point_questions(s, point);
    }
}

static void insert_all(struct store *s, const struct report *r) {
    execute(s, "DELETE FROM files; DELETE FROM functions; DELETE FROM threads;"
               "DELETE FROM locks; DELETE FROM notes; DELETE FROM points; DELETE FROM point_items;"
               "DELETE FROM point_questions");
    for (int i = 0; i < STATEMENT_COUNT && s->rc == SQLITE_OK; i++) {
        s->rc = sqlite3_prepare_v2(s->db, statement_sql[i], -1, &s->statements[i], NULL);
    }
    insert_run(s, r);
    for (uint32_t i = 0; i < r->findings->items.len && s->rc == SQLITE_OK; i++) {
        int64_t id = insert_finding(s, &r->findings->items.data[i]);
        if (r->owners && r->owners[i].revision.len) {
            insert_owner(s, &r->owners[i], id);
        }
    }
    insert_files(s, r);
    insert_threads_and_locks(s, r);
    insert_scorecard(s, r);
}

// --- the file ---

// Never the special names of SQLite (":memory:", "file:..."): the path is a path.
char *sqlite_plain_path(struct arena *arena, const char *path) {
    struct str text = str_from(path);
    bool is_absolute = str_starts(text, STR("/"));
    char *plain = ARENA_ARRAY(arena, char, text.len + 3);
    (void)snprintf(plain, text.len + 3, "%s%s", is_absolute ? "" : "./", path);
    return plain;
}

// Refuses what is not ours or too new; false with an error, or with s->rc set.
static bool check_owner(struct store *s, const char *path, bool *ret_is_empty, struct error *err) {
    int64_t application = query_number(s, "PRAGMA application_id");
    int64_t version = query_number(s, "PRAGMA user_version");
    bool is_empty = query_number(s, "SELECT count(*) FROM sqlite_master") == 0;
    if (s->rc != SQLITE_OK) {
        return false;
    }
    if (application != SQLITE_STORE_APPLICATION && !is_empty) {
        return error_set(err, "'%s' is a database of another program; name a new file", path);
    }
    if (version > sqlite_schema_version) {
        return error_set(err,
                         "'%s' was written by a newer threadlint (schema %lld, this one knows %d);"
                         " update threadlint or name a new file",
                         path, (long long)version, sqlite_schema_version);
    }
    *ret_is_empty = is_empty;
    return true;
}

static bool open_database(struct store *s, const char *path, int wait_ms, struct error *err) {
    bool is_empty = false;
    s->rc = sqlite3_open_v2(sqlite_plain_path(&s->arena, path), &s->db,
                            SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    arena_reset(&s->arena, (struct arena_mark){0});
    if (s->rc != SQLITE_OK) {
        return false;
    }
    (void)sqlite3_extended_result_codes(s->db, 1);
    (void)sqlite3_busy_timeout(s->db, wait_ms);
    if (!check_owner(s, path, &is_empty, err)) {
        return false;
    }
    if (sqlite3_db_readonly(s->db, "main") == 1) { // opened, but only for reading
        s->rc = SQLITE_READONLY;
    }
    execute(s, "PRAGMA journal_mode = WAL");
    if ((s->rc & 0xff) == SQLITE_BUSY) {
        s->rc = SQLITE_OK; // someone has it open in another mode: the transaction waits for them
    }
    execute(s, "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
    return s->rc == SQLITE_OK;
}

// Brings the schema to the present version, within the transaction of the run. Asks again whose it
// is: another process may have made the tables since.
static bool migrate(struct store *s, const char *path, struct error *err) {
    bool is_empty = false;
    if (!check_owner(s, path, &is_empty, err)) {
        return false;
    }
    int64_t version = is_empty ? 0 : query_number(s, "PRAGMA user_version");
    for (int64_t v = version < 0 ? 0 : version; v < sqlite_schema_version; v++) {
        char pragmas[96];
        (void)snprintf(pragmas, sizeof pragmas,
                       "PRAGMA user_version = %d; PRAGMA application_id = %d", (int)v + 1,
                       SQLITE_STORE_APPLICATION);
        execute(s, sqlite_migrations[v]);
        execute(s, pragmas);
    }
    return s->rc == SQLITE_OK;
}

static bool tell(const struct store *s, const char *path, int wait_ms, struct error *err) {
    const char *detail = s->db != NULL ? sqlite3_errmsg(s->db) : sqlite3_errstr(s->rc);
    switch (s->rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(err,
                         "'%s' is locked: another process has been writing to it for %g s;"
                         " the run was not stored",
                         path, wait_ms / 1000.0);
    case SQLITE_READONLY:
        return error_set(err, "'%s' is read-only: make the file and its directory writable", path);
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return error_set(err,
                         "cannot open or create '%s' as a database: its directory must exist and"
                         " be writable",
                         path);
    case SQLITE_NOTADB:
        return error_set(err, "'%s' is not a SQLite database; it was left as it is", path);
    case SQLITE_CORRUPT:
        return error_set(err,
                         "'%s' is damaged (%s): restore a copy, or move it away to start afresh",
                         path, detail);
    case SQLITE_FULL:
        return error_set(err, "no space left to write '%s': the run was not stored", path);
    case SQLITE_IOERR:
        return error_set(err, "cannot write '%s' (%s): the run was not stored", path, detail);
    default:
        return error_set(err, "cannot store the run in '%s': %s", path, detail);
    }
}

static bool store_run(struct store *s, const char *path, int wait_ms, struct error *err) {
    if (!open_database(s, path, wait_ms, err)) {
        return false;
    }
    execute(s, "BEGIN IMMEDIATE");
    if (s->rc != SQLITE_OK || !migrate(s, path, err)) {
        return false;
    }
    insert_all(s, s->report);
    execute(s, "COMMIT");
    return s->rc == SQLITE_OK;
}

bool sqlite_store_within(const struct report *r, const char *path, int wait_ms, struct error *err) {
    struct store s = {.report = r};
    arena_init(&s.arena, 0);
    bool ok = store_run(&s, path, wait_ms, err);
    if (s.rc != SQLITE_OK) {
        ok = tell(&s, path, wait_ms, err);
    }
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        (void)sqlite3_finalize(s.statements[i]);
    }
    (void)sqlite3_close(s.db); // rolls back what was not committed
    arena_release(&s.arena);
    return ok;
}

bool sqlite_store(const struct report *r, const char *path, struct error *err) {
    return sqlite_store_within(r, path, DEFAULT_WAIT_MS, err);
}
