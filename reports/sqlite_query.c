#include "reports/sqlite_query.h"

// The database is opened for reading only, and an authorizer refuses all that is not a question:
// ATTACH could open other files, PRAGMA could change settings.

#include "checker/base/arena.h"
#include "checker/base/json.h"
#include "checker/base/utf.h"
#include "checker/base/vec.h"
#include "reports/sqlite.h"
#include "reports/sqlite_schema.h"

#include <sqlite3.h>
#include <string.h>

enum { WAIT_MS = 10000 };

const struct named_query named_queries[] = {
    {"by-file",    "findings of the latest run by file",                     "SELECT * FROM findings_by_file" },
    {"by-owner",   "the same by author of the line (--owners)",              "SELECT * FROM findings_by_owner"},
    {"by-rule",    "the same by rule",                                       "SELECT * FROM findings_by_rule" },
    {"findings",   "findings of the latest run",
     "SELECT level, file, line, rule, message, since FROM current_findings"                                   },
    {"first-seen", "findings of the latest run, oldest first",
     "SELECT c.since, c.first_seen AS run, c.level, c.file, c.line, c.rule, c.message"
     " FROM current_findings AS c ORDER BY c.first_seen, c.file, c.line"                                      },
    {"fixed",      "findings that are gone, and since which run",
     "SELECT gone_since AS run, gone_since_at AS since, state, file, line, rule, message"
     " FROM finding_history WHERE state IN ('fixed', 'not looked at') ORDER BY gone_since DESC"               },
    {"locks",      "locks, most used first",
     "SELECT name, kind, acquires FROM locks ORDER BY acquires DESC, name"                                    },
    {"new",        "findings that the run before did not have",
     "SELECT level, file, line, rule, message FROM new_findings"                                              },
    {"notes",      "what the latest run could not look at",
     "SELECT level, id, file, line, message FROM notes"                                                       },
    {"review",     "the scorecard of the latest run",
     "SELECT point, family, status, inspected, findings, evidence FROM review"                                },
    {"rule-trend", "findings by run and rule",                               "SELECT * FROM rule_trend"       },
    {"runs",       "all runs",
     "SELECT id AS run, started_at, branch, substr(revision, 1, 12) AS revision, units, files,"
     " functions, exit_code, complete, round(seconds, 2) AS seconds FROM runs ORDER BY id"                    },
    {"suppressed", "findings that comments accept, with the reason",
     "SELECT level, file, line, rule, suppression AS reason FROM suppressed_findings"                         },
    {"threads",    "where threads are started and how they end",
     "SELECT entry, file, line, many, handle, ending, end_file, end_line FROM thread_inventory"               },
    {"trend",      "findings by run: how many, how many new, how many gone",
     "SELECT run, started_at, findings, errors, warnings, notes, suppressed, appeared,"
     " disappeared, files, threads, locks FROM run_trend"                                                     },
};
const size_t named_query_count = sizeof named_queries / sizeof *named_queries;

struct answer {
    sqlite3 *db;
    sqlite3_stmt *stmt;
    FILE *out;
    int columns;
    bool denied; // something was asked for that does not only read
};

// --- what may be asked ---

static int authorize(void *ctx, int action, const char *first, const char *second,
                     const char *database, const char *view) {
    static const char *const pragmas[] = {"table_info", "table_list", "table_xinfo",
                                          "user_version"};
    struct answer *a = ctx;
    (void)database;
    (void)view;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        a->denied = a->denied || strcmp(second, "load_extension") == 0;
        return a->denied ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA:
        for (size_t i = 0; i < sizeof pragmas / sizeof *pragmas; i++) {
            if (strcmp(first, pragmas[i]) == 0) {
                return SQLITE_OK;
            }
        }
        break;
    default:
        break;
    }
    a->denied = true;
    return SQLITE_DENY;
}

static int64_t number_of(sqlite3 *db, const char *sql) {
    sqlite3_stmt *stmt = NULL;
    int64_t value = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW) {
        value = sqlite3_column_int64(stmt, 0);
    }
    (void)sqlite3_finalize(stmt);
    return value;
}

static bool check_database(sqlite3 *db, const char *path, struct error *err) {
    int64_t version = number_of(db, "PRAGMA user_version");
    if (number_of(db, "PRAGMA application_id") != SQLITE_STORE_APPLICATION) {
        return error_set(err, "'%s' is no database that threadlint keeps runs in (%s)", path,
                         version < 0 ? sqlite3_errmsg(db) : "it is of another program, or empty");
    }
    if (version != sqlite_schema_version) {
        return error_set(err,
                         version > sqlite_schema_version
                             ? "'%s' was written by a newer threadlint (schema %lld, this one "
                               "knows %d); update threadlint"
                             : "'%s' was written by an older threadlint (schema %lld, this one has "
                               "%d): the next run stored with --db brings it up to date",
                         path, (long long)version, sqlite_schema_version);
    }
    return true;
}

// --- formats ---

static struct str cell(const struct answer *a, int column) {
    const unsigned char *text = sqlite3_column_text(a->stmt, column);
    int len = sqlite3_column_bytes(a->stmt, column);
    return text ? str_make((const char *)text, (size_t)len) : STR("");
}

static bool next_row(const struct answer *a) {
    return sqlite3_step(a->stmt) == SQLITE_ROW;
}

static void print_json(const struct answer *a) {
    while (next_row(a)) {
        struct json j;
        json_init(&j, a->out, false);
        json_object_begin(&j);
        for (int i = 0; i < a->columns; i++) {
            json_key(&j, sqlite3_column_name(a->stmt, i));
            switch (sqlite3_column_type(a->stmt, i)) {
            case SQLITE_INTEGER:
                json_int(&j, sqlite3_column_int64(a->stmt, i));
                break;
            case SQLITE_FLOAT:
                json_double(&j, sqlite3_column_double(a->stmt, i));
                break;
            case SQLITE_NULL:
                json_null(&j);
                break;
            default:
                json_str(&j, cell(a, i));
            }
        }
        json_object_end(&j);
        (void)fputc('\n', a->out);
    }
}

static void put_csv(FILE *out, struct str text) {
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        quoted = quoted || strchr(",\"\r\n", text.ptr[i]) != NULL;
    }
    if (!quoted) {
        (void)fwrite(text.ptr, 1, text.len, out);
        return;
    }
    (void)fputc('"', out);
    for (size_t i = 0; i < text.len; i++) {
        (void)fputs(text.ptr[i] == '"' ? "\"" : "", out);
        (void)fputc(text.ptr[i], out);
    }
    (void)fputc('"', out);
}

static void print_csv(const struct answer *a) {
    for (int i = 0; i < a->columns; i++) {
        (void)fputs(i ? "," : "", a->out);
        put_csv(a->out, str_from(sqlite3_column_name(a->stmt, i)));
    }
    (void)fputs("\r\n", a->out);
    while (next_row(a)) {
        for (int i = 0; i < a->columns; i++) {
            (void)fputs(i ? "," : "", a->out);
            put_csv(a->out, cell(a, i));
        }
        (void)fputs("\r\n", a->out);
    }
}

// A table: all rows are needed before the first is printed, for the widths.
struct table {
    struct arena arena;
    VEC(struct str) cells; // row by row, the names first
    VEC(size_t) widths;
    VEC(bool) numbers; // columns of nothing else
};

static size_t width_of(struct str text) {
    size_t width = 0;
    for (size_t at = 0; at < text.len; width++) {
        size_t len = 0;
        (void)utf_decode(text, at, &len);
        at += len;
    }
    return width;
}

static void add_cell(struct table *t, int column, struct str text) {
    char *copy = arena_copy(&t->arena, text.ptr, text.len);
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)copy[i] < ' ' || copy[i] == 0x7F) {
            copy[i] = ' '; // one row is one line, and nothing steers the terminal
        }
    }
    vec_push(&t->arena, &t->cells, str_make(copy, text.len));
    size_t width = width_of(text);
    size_t *widest = &t->widths.data[column];
    *widest = width > *widest ? width : *widest;
}

static void fill(struct table *t, const struct answer *a) {
    for (int i = 0; i < a->columns; i++) {
        vec_push(&t->arena, &t->widths, 0);
        vec_push(&t->arena, &t->numbers, true);
        add_cell(t, i, str_from(sqlite3_column_name(a->stmt, i)));
    }
    while (next_row(a)) {
        for (int i = 0; i < a->columns; i++) {
            int type = sqlite3_column_type(a->stmt, i);
            t->numbers.data[i] = t->numbers.data[i] && type != SQLITE_TEXT && type != SQLITE_BLOB;
            add_cell(t, i, cell(a, i));
        }
    }
}

static void put_padded(FILE *out, struct str text, size_t width, bool right, bool last) {
    size_t have = width_of(text);
    int blanks = width > have ? (int)(width - have) : 0;
    if (right) {
        (void)fprintf(out, "%*s", blanks, "");
    }
    (void)fwrite(text.ptr, 1, text.len, out);
    if (!right && !last) {
        (void)fprintf(out, "%*s", blanks, "");
    }
    (void)fputs(last ? "\n" : "  ", out);
}

static void print_table(const struct answer *a) {
    struct table t = {0};
    arena_init(&t.arena, 0);
    fill(&t, a);
    for (uint32_t i = 0; i < t.cells.len; i++) {
        uint32_t column = i % (uint32_t)a->columns;
        bool last = column + 1 == (uint32_t)a->columns;
        put_padded(a->out, t.cells.data[i], t.widths.data[column], t.numbers.data[column], last);
        for (uint32_t k = 0; last && i + 1 == (uint32_t)a->columns && k < i + 1; k++) {
            for (size_t n = 0; n < t.widths.data[k]; n++) {
                (void)fputc('-', a->out);
            }
            (void)fputs(k == i ? "\n" : "  ", a->out);
        }
    }
    arena_release(&t.arena);
}

// --- asking ---

static const char *sql_of(const char *query) {
    for (size_t i = 0; i < named_query_count; i++) {
        if (strcmp(named_queries[i].name, query) == 0) {
            return named_queries[i].sql;
        }
    }
    return query;
}

static bool ask(struct answer *a, const char *query, enum query_format format, struct error *err) {
    const char *rest = "";
    const char *sql = sql_of(query);
    bool is_word = strchr(sql, ' ') == NULL;
    if (sqlite3_prepare_v2(a->db, sql, -1, &a->stmt, &rest) != SQLITE_OK) {
        return error_set(err,
                         a->denied ? "a query only reads: %s"
                         : is_word ? "there is no query of this name ('threadlint query --list' "
                                     "lists them), and as SQL: %s"
                                   : "%s; docs/formats.md has the tables and views",
                         sqlite3_errmsg(a->db));
    }
    rest += strspn(rest, " \t\r\n;");
    if (!a->stmt || *rest || !sqlite3_stmt_readonly(a->stmt)) {
        return error_set(err,
                         *rest ? "one statement at a time: '%s' is another one"
                               : "a query only reads: '%s' is no question",
                         *rest ? rest : query);
    }
    a->columns = sqlite3_column_count(a->stmt);
    if (a->columns == 0) {
        return true;
    }
    if (format == QUERY_JSON) {
        print_json(a);
    } else if (format == QUERY_CSV) {
        print_csv(a);
    } else {
        print_table(a);
    }
    return sqlite3_reset(a->stmt) == SQLITE_OK || error_set(err, "%s", sqlite3_errmsg(a->db));
}

bool sqlite_query(const char *path, const char *query, enum query_format format, FILE *out,
                  struct error *err) {
    struct answer a = {.out = out};
    struct arena arena;
    arena_init(&arena, 0);
    bool ok = sqlite3_open_v2(sqlite_plain_path(&arena, path), &a.db, SQLITE_OPEN_READONLY, NULL) ==
              SQLITE_OK;
    arena_release(&arena);
    if (!ok) {
        error_set(err, "cannot open '%s': %s; 'threadlint check --db %s' makes it", path,
                  sqlite3_errmsg(a.db), path);
    } else {
        (void)sqlite3_busy_timeout(a.db, WAIT_MS);
        ok = check_database(a.db, path, err);
        (void)sqlite3_set_authorizer(a.db, authorize, &a);
        ok = ok && ask(&a, query, format, err);
    }
    (void)sqlite3_finalize(a.stmt);
    (void)sqlite3_close(a.db);
    return ok;
}
