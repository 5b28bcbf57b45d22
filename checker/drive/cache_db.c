#include "checker/drive/cache_private.h"

// Tables: file (path, what stat said, content hash), tu (key, files read with their hashes, packed
// facts) and result (key, packed report of a run).
//
// Every write is its own short transaction in WAL mode, so two runs can share the database and a
// killed run leaves what it had finished. A database that is damaged is moved aside and begun anew;
// any other failure (read-only, full disk) turns the cache off for the rest of the run. Both are
// said once.

#include "checker/base/log.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    SCHEMA = 2,               // user_version
    APPLICATION = 0x746c6366, // application_id
    BUSY_MS = 5000,
};

static const char schema_sql[] =
    "CREATE TABLE file (id INTEGER PRIMARY KEY AUTOINCREMENT, path BLOB NOT NULL UNIQUE, size "
    "INTEGER, mtime INTEGER,"
    " ctime INTEGER, inode INTEGER, device INTEGER, taken INTEGER, hash BLOB);"
    "CREATE TABLE tu (id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL, used INTEGER NOT "
    "NULL,"
    " size INTEGER NOT NULL, content BLOB NOT NULL, deps BLOB NOT NULL, facts BLOB NOT NULL);"
    "CREATE INDEX tu_key ON tu (key);"
    "CREATE INDEX tu_used ON tu (used, size);"
    "CREATE TABLE result (id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE, used "
    "INTEGER NOT NULL,"
    " size INTEGER NOT NULL, content BLOB NOT NULL, data BLOB NOT NULL);";

static const char *const statement_sql[S_COUNT] = {
    [S_FILE_BY_ID] =
        "SELECT path, size, mtime, ctime, inode, device, taken, hash FROM file WHERE id = ?1",
    [S_FILE_BY_PATH] =
        "SELECT id, size, mtime, ctime, inode, device, taken, hash FROM file WHERE path = ?1",
    [S_FILE_ADD] = "INSERT INTO file (path) VALUES (?1) ON CONFLICT (path) DO UPDATE SET path = "
                   "path RETURNING id",
    [S_FILE_STAMP] = "UPDATE file SET size = ?2, mtime = ?3, ctime = ?4, inode = ?5, device = ?6, "
                     "taken = ?7, hash = ?8"
                     " WHERE id = ?1",
    [S_TU_FIND] = "SELECT id, deps, used, content FROM tu WHERE key = ?1 ORDER BY id DESC",
    [S_TU_FACTS] = "SELECT facts, content FROM tu WHERE id = ?1",
    [S_TU_ADD] =
        "INSERT INTO tu (key, used, size, content, deps, facts) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [S_TU_TRIM] = "DELETE FROM tu WHERE key = ?1 AND id NOT IN"
                  " (SELECT id FROM tu WHERE key = ?1 ORDER BY id DESC LIMIT ?2)",
    [S_TU_DROP] = "DELETE FROM tu WHERE id = ?1",
    [S_TU_TOUCH] = "UPDATE tu SET used = ?2 WHERE id = ?1",
    [S_TU_SIZE] = "SELECT coalesce((SELECT sum(size) FROM tu), 0)"
                  " + coalesce((SELECT sum(size) FROM result), 0)",
    [S_TU_OLDEST] = "SELECT id, size FROM tu ORDER BY used, id LIMIT 1",
    [S_RESULT_FIND] = "SELECT data, content, id, used FROM result WHERE key = ?1",
    [S_RESULT_ADD] = "INSERT OR REPLACE INTO result (key, used, size, content, data)"
                     " VALUES (?1, ?2, ?3, ?4, ?5)",
    [S_RESULT_TRIM] = "DELETE FROM result WHERE id NOT IN"
                      " (SELECT id FROM result ORDER BY used DESC, id DESC LIMIT ?1)",
    [S_RESULT_TOUCH] = "UPDATE result SET used = ?2 WHERE id = ?1",
    [S_RESULT_DROP] = "DELETE FROM result WHERE key = ?1",
};

// --- failures ---

void cache_db_close(struct cache *c) {
    for (int i = 0; i < S_COUNT; i++) {
        (void)sqlite3_finalize(c->statements[i]);
        c->statements[i] = NULL;
    }
    (void)sqlite3_close(c->db);
    c->db = NULL;
    c->reading = false;
}

static void move_aside(struct cache *c) {
    static const char *const parts[] = {"-wal", "-shm"};
    struct arena_mark mark = arena_mark(&c->scratch);
    char *name = arena_alloc(&c->scratch, 1, strlen(c->path) + 16);
    char *broken = arena_alloc(&c->scratch, 1, strlen(c->path) + 16);
    (void)snprintf(broken, strlen(c->path) + 16, "%s.broken", c->path);
    if (rename(c->path, broken) != 0) {
        (void)unlink(c->path);
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        (void)snprintf(name, strlen(c->path) + 16, "%s%s", c->path, parts[i]);
        (void)unlink(name);
    }
    arena_reset(&c->scratch, mark);
}

// Something failed with SQLite's code `rc`. Afterwards the cache is new and empty, or off.
static void fail(struct cache *c, int rc) {
    int primary = rc & 0xff;
    if (!c->db || primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
        return; // another run writes for long: this one entry is lost
    }
    char why[256];
    (void)snprintf(why, sizeof why, "%s", sqlite3_errmsg(c->db));
    cache_db_close(c);
    cache_forget_files(c);
    bool damaged = primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ||
                   primary == SQLITE_ERROR; // ERROR: no table
    if (damaged && !c->recreated) {
        c->recreated = true;
        log_message(LOG_WARNING,
                    "the cache '%s' is damaged (%s); moved to '%s.broken' and begun anew", c->path,
                    why, c->path);
        move_aside(c);
        cache_db_open(c);
        return;
    }
    if (!c->options.quiet) {
        log_message(LOG_INFO,
                    "running without the cache '%s': %s; use --cache-dir DIR or --no-cache",
                    c->path, why);
    }
}

// --- statements ---

sqlite3_stmt *cache_prepare(struct cache *c, enum cache_statement which) {
    if (!c->db) {
        return NULL;
    }
    if (!c->statements[which]) {
        int rc = sqlite3_prepare_v3(c->db, statement_sql[which], -1, SQLITE_PREPARE_PERSISTENT,
                                    &c->statements[which], NULL);
        if (rc != SQLITE_OK) {
            fail(c, rc);
            return NULL;
        }
    }
    return c->statements[which];
}

void cache_bind_blob(sqlite3_stmt *s, int at, const void *data, size_t len) {
    (void)sqlite3_bind_blob64(s, at, data ? data : "", len, SQLITE_STATIC);
}

// Steps; true when there is a row. Anything but a row or the end is a failure.
bool cache_step(struct cache *c, sqlite3_stmt *s) {
    int rc = sqlite3_step(s);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        fail(c, rc); // may finalize `s`
    }
    return rc == SQLITE_ROW;
}

// Ends the use of a statement, unless a failure closed the database meanwhile.
void cache_done(struct cache *c, enum cache_statement which) {
    if (c->db && c->statements[which]) {
        (void)sqlite3_reset(c->statements[which]);
        (void)sqlite3_clear_bindings(c->statements[which]);
    }
}

bool cache_execute(struct cache *c, const char *sql) {
    int rc = c->db ? sqlite3_exec(c->db, sql, NULL, NULL, NULL) : SQLITE_MISUSE;
    if (rc != SQLITE_OK) {
        fail(c, rc);
    }
    return rc == SQLITE_OK;
}

struct str cache_column(sqlite3_stmt *s, int at) {
    const char *bytes = sqlite3_column_blob(s, at); // before the length: asking may convert
    return str_make(bytes, (size_t)sqlite3_column_bytes(s, at));
}

struct hash128 cache_column_hash(sqlite3_stmt *s, int at) {
    struct hash128 h = {0};
    if (sqlite3_column_bytes(s, at) == (int)sizeof h) {
        memcpy(&h, sqlite3_column_blob(s, at), sizeof h);
    }
    return h;
}

void cache_end_reading(struct cache *c) {
    if (c->reading) {
        c->reading = false;
        (void)cache_execute(c, "COMMIT");
    }
}

void cache_begin_reading(struct cache *c) {
    if (!c->reading && c->db) {
        c->reading = cache_execute(c, "BEGIN");
    }
}

bool cache_begin_writing(struct cache *c) {
    cache_end_reading(c);
    return c->db && cache_execute(c, "BEGIN IMMEDIATE");
}

bool cache_end_writing(struct cache *c) {
    if (!c->db) {
        return false;
    }
    if (cache_execute(c, "COMMIT")) {
        return true;
    }
    if (c->db && !sqlite3_get_autocommit(c->db)) {
        (void)sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
    }
    return false;
}

// --- opening ---

static int64_t pragma(struct cache *c, const char *sql) {
    sqlite3_stmt *s = NULL;
    int64_t value = -1;
    int rc = sqlite3_prepare_v2(c->db, sql, -1, &s, NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(s);
        value = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : -1;
    }
    (void)sqlite3_finalize(s);
    if (value < 0 && rc != SQLITE_DONE) {
        fail(c, rc);
    }
    return value;
}

enum schema_state { SCHEMA_OURS, SCHEMA_NONE, SCHEMA_FOREIGN };

static enum schema_state schema_state(struct cache *c) {
    int64_t version = pragma(c, "PRAGMA user_version");
    if (version == SCHEMA) {
        return SCHEMA_OURS;
    }
    bool is_empty = c->db && version == 0 && pragma(c, "SELECT count(*) FROM sqlite_master") == 0;
    return is_empty ? SCHEMA_NONE : SCHEMA_FOREIGN;
}

// Makes the tables, unless another run was faster. False when the database is of another version,
// or no cache at all.
static bool make_schema(struct cache *c) {
    char sql[128];
    (void)snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                   APPLICATION, SCHEMA);
    if (!cache_begin_writing(c)) {
        return true;
    }
    enum schema_state state = schema_state(c);
    if (state == SCHEMA_NONE) {
        (void)(cache_execute(c, schema_sql) && cache_execute(c, sql));
    }
    (void)cache_end_writing(c);
    return state != SCHEMA_FOREIGN || !c->db;
}

// WAL mode needs the database for itself for a moment, and SQLite does not wait for that.
static bool set_modes(struct cache *c) {
    static const char sql[] =
        "PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;"
        "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8192";
    int rc = SQLITE_BUSY;
    for (int tries = 0; tries < BUSY_MS / 50 && (rc & 0xff) == SQLITE_BUSY; tries++) {
        const struct timespec pause = {.tv_nsec = tries ? 50000000 : 0};
        (void)nanosleep(&pause, NULL);
        rc = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    }
    if ((rc & 0xff) == SQLITE_BUSY) {
        cache_db_close(c); // the run goes without; nothing is wrong with the cache
    } else if (rc != SQLITE_OK) {
        fail(c, rc);
    }
    return rc == SQLITE_OK;
}

// Leaves c->db NULL when the cache cannot be used.
void cache_db_open(struct cache *c) {
    int rc = sqlite3_open_v2(
        c->path, &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK) {
        fail(c, rc);
        return;
    }
    (void)sqlite3_extended_result_codes(c->db, 1);
    (void)sqlite3_busy_timeout(c->db, BUSY_MS);
    if (!set_modes(c) || schema_state(c) == SCHEMA_OURS || !c->db || make_schema(c)) {
        return;
    }
    cache_db_close(c);
    if (!c->recreated) {
        c->recreated = true;
        move_aside(c);
        cache_db_open(c);
    }
}
