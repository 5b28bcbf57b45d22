// Keeps runs in a SQLite database, one transaction per run: the history of findings, and the
// inventory of threads, locks and functions for questions in SQL. The schema is reports/schema.sql.
#include "reports/sqlite_schema.h"

#include "reports/report_private.h"

#include <sqlite3.h>
#include <time.h>

enum {
    SCHEMA_VERSION = 1,
    APPLICATION_ID = 0x74686c74, // "thlt"
    BUSY_MILLISECONDS = 10000,
};

struct store {
    sqlite3 *db;
    const char *path;
    const struct report *report;
    sqlite3_int64 run;
    struct error *err;
};

// A value to bind.
struct cell {
    enum { CELL_INT, CELL_REAL, CELL_TEXT } kind;
    int64_t number;
    double real;
    struct str text;
};

static struct cell integer(int64_t value) {
    return (struct cell){.kind = CELL_INT, .number = value};
}

static struct cell text(struct str value) {
    return (struct cell){.kind = CELL_TEXT, .text = value};
}

static bool fail(const struct store *s, const char *doing) {
    return error_set(s->err, "cannot %s '%s': %s", doing, s->path,
                     s->db ? sqlite3_errmsg(s->db) : "out of memory");
}

static bool exec(const struct store *s, const char *sql, const char *doing) {
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(s, doing);
}

static bool read_int(const struct store *s, const char *sql, sqlite3_int64 *ret_value) {
    sqlite3_stmt *stmt = NULL;
    bool ok = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL) == SQLITE_OK &&
              sqlite3_step(stmt) == SQLITE_ROW;
    if (ok) {
        *ret_value = sqlite3_column_int64(stmt, 0);
    } else {
        (void)fail(s, "read");
    }
    (void)sqlite3_finalize(stmt);
    return ok;
}

static bool prepare(const struct store *s, const char *sql, sqlite3_stmt **ret_stmt) {
    return sqlite3_prepare_v2(s->db, sql, -1, ret_stmt, NULL) == SQLITE_OK || fail(s, "write to");
}

static int bind(sqlite3_stmt *stmt, int at, const struct cell *c) {
    if (c->kind == CELL_INT) {
        return sqlite3_bind_int64(stmt, at, c->number);
    }
    if (c->kind == CELL_REAL) {
        return sqlite3_bind_double(stmt, at, c->real);
    }
    return sqlite3_bind_text64(stmt, at, c->text.ptr ? c->text.ptr : "", c->text.len,
                               SQLITE_STATIC, SQLITE_UTF8);
}

static bool insert(const struct store *s, sqlite3_stmt *stmt, const struct cell *cells, int count) {
    for (int i = 0; i < count; i++) {
        if (bind(stmt, i + 1, &cells[i]) != SQLITE_OK) {
            return fail(s, "write to");
        }
    }
    bool ok = sqlite3_step(stmt) == SQLITE_DONE || fail(s, "write to");
    (void)sqlite3_reset(stmt);
    return ok;
}

#define INSERT(s, stmt, cells) insert((s), (stmt), (cells), (int)(sizeof(cells) / sizeof *(cells)))

// Refuses what is not ours before anything is changed in it.
static bool check_schema(const struct store *s, bool *ret_is_empty) {
    sqlite3_int64 version = 0;
    sqlite3_int64 application = 0;
    sqlite3_int64 tables = 0;
    if (!read_int(s, "PRAGMA user_version", &version) ||
        !read_int(s, "PRAGMA application_id", &application) ||
        !read_int(s, "SELECT count(*) FROM sqlite_schema", &tables)) {
        return false;
    }
    *ret_is_empty = tables == 0;
    if (tables > 0 && application != APPLICATION_ID) {
        return error_set(s->err, "'%s' is a database of another program; name a new file", s->path);
    }
    if (tables > 0 && version != SCHEMA_VERSION) {
        return error_set(s->err,
                         "'%s' has schema %d, this threadlint knows %d; update threadlint or name a "
                         "new file",
                         s->path, (int)version, SCHEMA_VERSION);
    }
    return true;
}

// Asked again inside the transaction: another process may have made the tables since.
static bool create_schema(const struct store *s) {
    bool is_empty = false;
    if (!check_schema(s, &is_empty)) {
        return false;
    }
    if (!is_empty) {
        return true;
    }
    char pragmas[96];
    (void)snprintf(pragmas, sizeof pragmas, "PRAGMA user_version = %d; PRAGMA application_id = %d",
                   SCHEMA_VERSION, APPLICATION_ID);
    return exec(s, sqlite_schema, "create the tables in") &&
           exec(s, pragmas, "create the tables in");
}

static struct str time_text(int64_t seconds, char *out, size_t size) {
    time_t when = (time_t)seconds;
    struct tm parts;
    if (gmtime_r(&when, &parts) == NULL) {
        return (struct str){0};
    }
    return str_make(out, strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", &parts));
}

static bool put_run(struct store *s) {
    const struct report *r = s->report;
    char started[40];
    char ended[40];
    sqlite3_stmt *stmt = NULL;
    const struct cell cells[] = {
        text(r->version),
        text(r->root),
        text(r->command_line),
        text(time_text(r->start_time, started, sizeof started)),
        text(time_text(r->end_time, ended, sizeof ended)),
        {.kind = CELL_REAL, .real = r->seconds},
        integer(r->tus),
        integer(r->tus_cached),
        integer(r->tus_failed),
        integer(r->exit_code),
        integer(r->complete),
    };
    bool ok = prepare(s,
                      "INSERT INTO runs(version, root, command_line, started_at, ended_at, seconds,"
                      " units, units_cached, units_failed, exit_code, complete)"
                      " VALUES(?,?,?,?,?,?,?,?,?,?,?)",
                      &stmt) &&
              INSERT(s, stmt, cells);
    s->run = sqlite3_last_insert_rowid(s->db);
    (void)sqlite3_finalize(stmt);
    return ok;
}

static bool put_files(const struct store *s) {
    sqlite3_stmt *stmt = NULL;
    bool ok = prepare(s,
                      "INSERT INTO files(run_id, path, analysed, is_main, functions, errors)"
                      " VALUES(?,?,?,?,?,?)",
                      &stmt);
    for (uint32_t i = 0; ok && i < s->report->files.len; i++) {
        const struct report_file *f = &s->report->files.data[i];
        const struct cell cells[] = {integer(s->run),     text(f->path),         integer(f->analysed),
                                     integer(f->is_main), integer(f->functions), integer(f->errors)};
        ok = INSERT(s, stmt, cells);
    }
    (void)sqlite3_finalize(stmt);
    return ok;
}

static bool put_functions(const struct store *s) {
    sqlite3_stmt *stmt = NULL;
    bool ok = prepare(s, "INSERT INTO functions(run_id, name, file, line) VALUES(?,?,?,?)", &stmt);
    for (uint32_t i = 0; ok && i < s->report->functions.len; i++) {
        const struct report_function *f = &s->report->functions.data[i];
        const struct cell cells[] = {integer(s->run), text(f->name), text(f->place.file),
                                     integer(f->place.line)};
        ok = INSERT(s, stmt, cells);
    }
    (void)sqlite3_finalize(stmt);
    return ok;
}

static bool put_threads(const struct store *s) {
    sqlite3_stmt *stmt = NULL;
    bool ok = prepare(s,
                      "INSERT INTO threads(run_id, entry, file, line, spawn_function, handle,"
                      " ending, end_file, end_line, many) VALUES(?,?,?,?,?,?,?,?,?,?)",
                      &stmt);
    for (uint32_t i = 0; ok && i < s->report->threads.len; i++) {
        const struct report_thread *t = &s->report->threads.data[i];
        const struct cell cells[] = {
            integer(s->run),
            text(t->entry),
            text(t->spawn.file),
            integer(t->spawn.line),
            text(t->spawn_function),
            text(t->handle),
            text(str_from(t->end)),
            text(t->end_place.file),
            integer(t->end_place.line),
            integer(t->many),
        };
        ok = INSERT(s, stmt, cells);
    }
    (void)sqlite3_finalize(stmt);
    return ok;
}

static bool put_locks(const struct store *s) {
    sqlite3_stmt *stmt = NULL;
    bool ok = prepare(s, "INSERT INTO locks(run_id, name, kind, acquires) VALUES(?,?,?,?)", &stmt);
    for (uint32_t i = 0; ok && i < s->report->locks.len; i++) {
        const struct report_lock *l = &s->report->locks.data[i];
        const struct cell cells[] = {integer(s->run), text(l->name), text(l->kind),
                                     integer(l->acquires)};
        ok = INSERT(s, stmt, cells);
    }
    (void)sqlite3_finalize(stmt);
    return ok;
}

static bool put_notes(const struct store *s) {
    sqlite3_stmt *stmt = NULL;
    bool ok = prepare(s,
                      "INSERT INTO notes(run_id, id, level, file, line, message)"
                      " VALUES(?,?,?,?,?,?)",
                      &stmt);
    for (uint32_t i = 0; ok && i < s->report->notes.len; i++) {
        const struct report_note *n = &s->report->notes.data[i];
        const struct cell cells[] = {
            integer(s->run),     text(str_from(n->id)),    text(str_from(level_name(n->level))),
            text(n->place.file), integer(n->place.line), text(n->text)};
        ok = INSERT(s, stmt, cells);
    }
    (void)sqlite3_finalize(stmt);
    return ok;
}

static bool put_steps(const struct store *s, sqlite3_stmt *stmt, const struct finding *f) {
    sqlite3_int64 id = sqlite3_last_insert_rowid(s->db);
    bool ok = true;
    for (uint32_t i = 0; ok && i < f->steps.len; i++) {
        const struct finding_step *step = &f->steps.data[i];
        struct str thread = {0};
        if (step->thread < f->threads.len) {
            thread = f->threads.data[step->thread];
        }
        const struct cell cells[] = {
            integer(id),
            integer(i + 1),
            integer(step->thread),
            text(thread),
            integer(step->depth),
            text(str_from(step_kind_name(step->kind))),
            text(step->place.file),
            integer(step->place.line),
            integer(step->place.col),
            text(step->text),
            text(step->held),
        };
        ok = INSERT(s, stmt, cells);
    }
    for (uint32_t i = 0; ok && i < f->related.len; i++) {
        const struct finding_related *rel = &f->related.data[i];
        const struct cell cells[] = {
            integer(id),
            integer((int64_t)f->steps.len + i + 1),
            integer(0),
            text(STR("")),
            integer(0),
            text(STR("related")),
            text(rel->place.file),
            integer(rel->place.line),
            integer(rel->place.col),
            text(rel->text),
            text(STR("")),
        };
        ok = INSERT(s, stmt, cells);
    }
    return ok;
}

static bool put_finding(const struct store *s, sqlite3_stmt *stmt, const struct finding *f) {
    char hex[33];
    hash128_hex(f->fingerprint, hex);
    uint32_t end = report_end_col(f->place, report_line(s->report, f->place));
    const struct cell cells[] = {
        integer(s->run),
        text(str_from(hex)),
        text(str_from(f->rule->id)),
        text(str_from(level_name((enum level)f->level))),
        text(f->place.file),
        integer(f->place.line),
        integer(f->place.col),
        integer(end),
        text(f->function),
        text(f->subject),
        text(f->message),
        integer(f->suppressed),
        text(f->suppression),
    };
    return INSERT(s, stmt, cells);
}

static bool put_findings(const struct store *s) {
    sqlite3_stmt *finding = NULL;
    sqlite3_stmt *step = NULL;
    bool ok = prepare(s,
                      "INSERT INTO findings(run_id, fingerprint, rule, level, file, line, col,"
                      " end_col, function, subject, message, suppressed, suppression, first_seen,"
                      " last_seen) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,"
                      " coalesce((SELECT min(first_seen) FROM findings WHERE fingerprint = ?2), ?1),"
                      " ?1)",
                      &finding) &&
              prepare(s,
                      "INSERT INTO steps(finding_id, position, thread, thread_name, depth, kind,"
                      " file, line, col, message, held) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
                      &step);
    for (uint32_t i = 0; ok && i < s->report->findings->items.len; i++) {
        const struct finding *f = &s->report->findings->items.data[i];
        ok = put_finding(s, finding, f) && put_steps(s, step, f);
    }
    (void)sqlite3_finalize(step);
    (void)sqlite3_finalize(finding);
    return ok && exec(s,
                      "UPDATE findings SET last_seen = (SELECT max(id) FROM runs)"
                      " WHERE fingerprint IN (SELECT fingerprint FROM findings"
                      " WHERE run_id = (SELECT max(id) FROM runs))",
                      "write to");
}

static bool put_all(struct store *s) {
    return create_schema(s) && put_run(s) && put_files(s) && put_functions(s) && put_threads(s) &&
           put_locks(s) && put_findings(s) && put_notes(s) && exec(s, "COMMIT", "write to");
}

bool sqlite_store(const struct report *r, const char *path, struct error *err) {
    struct store s = {.path = path, .report = r, .err = err};
    bool ok = sqlite3_open_v2(path, &s.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) ==
              SQLITE_OK;
    if (!ok) {
        (void)fail(&s, "open the database");
    } else {
        (void)sqlite3_busy_timeout(s.db, BUSY_MILLISECONDS);
        bool is_empty = false;
        ok = check_schema(&s, &is_empty) &&
             exec(&s, "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON", "open the database") &&
             exec(&s, "BEGIN IMMEDIATE", "lock the database") && put_all(&s);
        if (!ok && !sqlite3_get_autocommit(s.db)) {
            (void)sqlite3_exec(s.db, "ROLLBACK", NULL, NULL, NULL);
        }
    }
    (void)sqlite3_close(s.db);
    return ok;
}
