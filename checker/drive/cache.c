#include "checker/drive/cache.h"

// Tables: file (path, what stat said, content hash) and tu (key, files read with their hashes,
// packed facts).
//
// Every write is its own short transaction in WAL mode, so two runs can share the database and a
// killed run leaves what it had finished. A database that is damaged is moved aside and begun anew;
// any other failure (read-only, full disk) turns the cache off for the rest of the run. Both are
// said once.

#include "checker/base/fs.h"
#include "checker/base/log.h"
#include "checker/base/map.h"
#include "checker/base/vec.h"
#include "checker/drive/cache_key.h"
#include "checker/drive/digest.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    SCHEMA = 1,               // user_version
    APPLICATION = 0x746c6366, // application_id
    BUSY_MS = 5000,
    ENTRIES_PER_KEY =
        4, // contents of the same command that are kept: branches one switches between
    TOUCH_SECONDS = 3600, // how exact "last used" is
};

static const char schema_sql[] =
    "CREATE TABLE file (id INTEGER PRIMARY KEY AUTOINCREMENT, path BLOB NOT NULL UNIQUE, size "
    "INTEGER, mtime INTEGER,"
    " ctime INTEGER, inode INTEGER, device INTEGER, taken INTEGER, hash BLOB);"
    "CREATE TABLE tu (id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL, used INTEGER NOT "
    "NULL,"
    " size INTEGER NOT NULL, checksum INTEGER NOT NULL, deps BLOB NOT NULL, facts BLOB NOT NULL);"
    "CREATE INDEX tu_key ON tu (key);"
    "CREATE INDEX tu_used ON tu (used, size);";

enum statement {
    S_FILE_BY_ID,
    S_FILE_BY_PATH,
    S_FILE_ADD,
    S_FILE_STAMP,
    S_TU_FIND,
    S_TU_FACTS,
    S_TU_ADD,
    S_TU_TRIM,
    S_TU_DROP,
    S_TU_TOUCH,
    S_TU_SIZE,
    S_TU_OLDEST,
    S_COUNT,
};

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
    [S_TU_FIND] = "SELECT id, deps, used FROM tu WHERE key = ?1 ORDER BY id DESC",
    [S_TU_FACTS] = "SELECT facts, checksum FROM tu WHERE id = ?1",
    [S_TU_ADD] =
        "INSERT INTO tu (key, used, size, checksum, deps, facts) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [S_TU_TRIM] = "DELETE FROM tu WHERE key = ?1 AND id NOT IN"
                  " (SELECT id FROM tu WHERE key = ?1 ORDER BY id DESC LIMIT ?2)",
    [S_TU_DROP] = "DELETE FROM tu WHERE id = ?1",
    [S_TU_TOUCH] = "UPDATE tu SET used = ?2 WHERE id = ?1",
    [S_TU_SIZE] = "SELECT coalesce(sum(size), 0) FROM tu",
    [S_TU_OLDEST] = "SELECT id, size FROM tu ORDER BY used, id LIMIT 1",
};

// One file a TU read: part of the `deps` blob.
struct dep {
    int64_t file;
    struct hash128 hash;
};

// A row of `file`, as far as this run knows it.
struct known_file {
    int64_t id;
    struct digest digest;
    bool is_dirty; // the row should be updated
};

struct cache {
    struct arena *arena;
    struct arena scratch;
    struct cache_options options;
    struct hash128 run_key;
    const char *path;
    sqlite3 *db; // NULL = off
    sqlite3_stmt *statements[S_COUNT];
    bool recreated; // once per run
    bool reading;   // a read transaction is open
    bool wrote;
    VEC(struct known_file) files;
    struct map by_id;      // id -> index into files
    struct interner paths; // path -> number
    VEC(uint32_t) by_path; // number -> index into files + 1
    VEC(int64_t) touched;  // entries used, whose time of use is old
};

// --- failures ---

static void close_db(struct cache *c) {
    for (int i = 0; i < S_COUNT; i++) {
        (void)sqlite3_finalize(c->statements[i]);
        c->statements[i] = NULL;
    }
    (void)sqlite3_close(c->db);
    c->db = NULL;
    c->reading = false;
}

static void open_db(struct cache *c);

static void forget_files(struct cache *c) {
    c->files.len = 0;
    c->by_path.len = 0;
    c->touched.len = 0;
    map_init(&c->by_id, c->arena);
    intern_init(&c->paths, c->arena);
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
    close_db(c);
    forget_files(c);
    bool damaged = primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ||
                   primary == SQLITE_ERROR; // ERROR: no table
    if (damaged && !c->recreated) {
        c->recreated = true;
        log_message(LOG_WARNING,
                    "the cache '%s' is damaged (%s); moved to '%s.broken' and begun anew", c->path,
                    why, c->path);
        move_aside(c);
        open_db(c);
        return;
    }
    if (!c->options.quiet) {
        log_message(LOG_INFO,
                    "running without the cache '%s': %s; use --cache-dir DIR or --no-cache",
                    c->path, why);
    }
}

// --- statements ---

static sqlite3_stmt *prepare(struct cache *c, enum statement which) {
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

static void bind_blob(sqlite3_stmt *s, int at, const void *data, size_t len) {
    (void)sqlite3_bind_blob64(s, at, data ? data : "", len, SQLITE_STATIC);
}

// Steps; true when there is a row. Anything but a row or the end is a failure.
static bool step(struct cache *c, sqlite3_stmt *s) {
    int rc = sqlite3_step(s);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        fail(c, rc); // may finalize `s`
    }
    return rc == SQLITE_ROW;
}

// Ends the use of a statement, unless a failure closed the database meanwhile.
static void done(struct cache *c, enum statement which) {
    if (c->db && c->statements[which]) {
        (void)sqlite3_reset(c->statements[which]);
        (void)sqlite3_clear_bindings(c->statements[which]);
    }
}

static bool execute(struct cache *c, const char *sql) {
    int rc = c->db ? sqlite3_exec(c->db, sql, NULL, NULL, NULL) : SQLITE_MISUSE;
    if (rc != SQLITE_OK) {
        fail(c, rc);
    }
    return rc == SQLITE_OK;
}

static struct hash128 column_hash(sqlite3_stmt *s, int at) {
    struct hash128 h = {0};
    if (sqlite3_column_bytes(s, at) == (int)sizeof h) {
        memcpy(&h, sqlite3_column_blob(s, at), sizeof h);
    }
    return h;
}

// Reading many rows in one transaction saves taking the lock for each.
static void end_reading(struct cache *c) {
    if (c->reading) {
        c->reading = false;
        (void)execute(c, "COMMIT");
    }
}

static void begin_reading(struct cache *c) {
    if (!c->reading && c->db) {
        c->reading = execute(c, "BEGIN");
    }
}

static bool begin_writing(struct cache *c) {
    end_reading(c);
    return c->db && execute(c, "BEGIN IMMEDIATE");
}

static bool end_writing(struct cache *c) {
    if (!c->db) {
        return false;
    }
    if (execute(c, "COMMIT")) {
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
    if (!begin_writing(c)) {
        return true;
    }
    enum schema_state state = schema_state(c);
    if (state == SCHEMA_NONE) {
        (void)(execute(c, schema_sql) && execute(c, sql));
    }
    (void)end_writing(c);
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
        close_db(c); // the run goes without; nothing is wrong with the cache
    } else if (rc != SQLITE_OK) {
        fail(c, rc);
    }
    return rc == SQLITE_OK;
}

// Leaves c->db NULL when the cache cannot be used.
static void open_db(struct cache *c) {
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
    close_db(c);
    if (!c->recreated) {
        c->recreated = true;
        move_aside(c);
        open_db(c);
    }
}

static void write_ignore_file(struct cache *c, struct str dir) {
    struct error err = {0};
    char *path = fs_join(&c->scratch, dir, STR(".gitignore"));
    if (!fs_exists(path)) {
        (void)fs_write_atomic(path, STR("*\n"), &err); // a courtesy
    }
}

struct cache *cache_open(struct arena *arena, const struct cache_options *options) {
    struct cache *c = ARENA_NEW(arena, struct cache);
    struct error err = {0};
    struct str dir = str_from(options->dir);
    c->arena = arena;
    c->options = *options;
    c->run_key = cache_run_key(options);
    c->path = fs_join(arena, dir, STR("cache.db"));
    arena_init(&c->scratch, 0);
    forget_files(c);
    bool is_new = !fs_is_dir(options->dir);
    if (!fs_mkdirs(options->dir, &err)) {
        if (!options->quiet) {
            log_message(LOG_INFO, "running without cache: %s; use --cache-dir DIR or --no-cache",
                        err.text);
        }
        cache_close(c);
        return NULL;
    }
    if (is_new) {
        write_ignore_file(c, dir);
    }
    open_db(c);
    if (!c->db) {
        cache_close(c);
        return NULL;
    }
    if (options->verbose) {
        log_message(LOG_INFO, "cache: %s", c->path);
    }
    return c;
}

// --- files ---

// Adds a row this run knows; its digest is that of now.
static struct known_file *learn(struct cache *c, int64_t id, struct str path,
                                const struct digest *known) {
    uint32_t number = intern(&c->paths, path);
    struct known_file f = {.id = id};
    char *name = arena_copy(&c->scratch, path.ptr, path.len);
    f.digest = digest_file(&c->scratch, name, known, &f.is_dirty);
    vec_push(c->arena, &c->files, f);
    while (c->by_path.len <= number) {
        vec_push(c->arena, &c->by_path, 0);
    }
    c->by_path.data[number] = c->files.len;
    map_put(&c->by_id, (uint64_t)id, c->files.len - 1);
    return &vec_last(&c->files);
}

static struct digest row_digest(sqlite3_stmt *s) {
    struct digest d = {
        .stamp = {.size = sqlite3_column_int64(s, 1),
                  .mtime = sqlite3_column_int64(s, 2),
                  .ctime = sqlite3_column_int64(s, 3),
                  .inode = sqlite3_column_int64(s, 4),
                  .device = sqlite3_column_int64(s, 5),
                  .taken = sqlite3_column_int64(s, 6)},
        .hash = column_hash(s, 7),
        .exists = sqlite3_column_type(s, 7) != SQLITE_NULL,
    };
    return d;
}

// Present content of file `id`; NULL when there is no such row.
static const struct known_file *file_by_id(struct cache *c, int64_t id) {
    uint32_t index = 0;
    if (map_get(&c->by_id, (uint64_t)id, &index)) {
        return &c->files.data[index];
    }
    const struct known_file *found = NULL;
    sqlite3_stmt *s = prepare(c, S_FILE_BY_ID);
    if (s) {
        (void)sqlite3_bind_int64(s, 1, id);
        if (step(c, s)) {
            struct digest known = row_digest(s);
            struct str path =
                str_make(sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0));
            found = learn(c, id, path, &known);
        }
        done(c, S_FILE_BY_ID);
    }
    return found;
}

// Row of `path`, made when missing; NULL on failure. Within a write transaction.
static const struct known_file *file_by_path(struct cache *c, struct str path) {
    uint32_t number = intern_find(&c->paths, path);
    if (number != UINT32_MAX && number < c->by_path.len && c->by_path.data[number]) {
        return &c->files.data[c->by_path.data[number] - 1];
    }
    const struct known_file *found = NULL;
    sqlite3_stmt *s = prepare(c, S_FILE_BY_PATH);
    if (s) {
        bind_blob(s, 1, path.ptr, path.len);
        if (step(c, s)) {
            struct digest known = row_digest(s);
            found = learn(c, sqlite3_column_int64(s, 0), path, &known);
        }
        done(c, S_FILE_BY_PATH);
    }
    s = found ? NULL : prepare(c, S_FILE_ADD);
    if (s) {
        bind_blob(s, 1, path.ptr, path.len);
        if (step(c, s)) {
            found = learn(c, sqlite3_column_int64(s, 0), path, NULL);
        }
        done(c, S_FILE_ADD);
    }
    return found;
}

static void write_stamps(struct cache *c) {
    for (uint32_t i = 0; i < c->files.len && c->db; i++) {
        struct known_file *f = &c->files.data[i];
        const struct digest_stamp *st = &f->digest.stamp;
        sqlite3_stmt *s = f->is_dirty && f->digest.exists ? prepare(c, S_FILE_STAMP) : NULL;
        if (s) {
            const int64_t values[] = {f->id,     st->size,   st->mtime, st->ctime,
                                      st->inode, st->device, st->taken};
            for (int k = 0; k < 7; k++) {
                (void)sqlite3_bind_int64(s, k + 1, values[k]);
            }
            bind_blob(s, 8, &f->digest.hash, sizeof f->digest.hash);
            f->is_dirty = false;
            (void)step(c, s);
            done(c, S_FILE_STAMP);
        }
    }
}

// --- entries ---

static bool is_valid(struct cache *c, const void *deps, size_t len) {
    for (size_t at = 0; at + sizeof(struct dep) <= len; at += sizeof(struct dep)) {
        struct dep d;
        memcpy(&d, (const char *)deps + at, sizeof d);
        const struct known_file *f = file_by_id(c, d.file);
        if (!f || !f->digest.exists || !hash128_eq(f->digest.hash, d.hash)) {
            return false;
        }
    }
    return len > 0 && len % sizeof(struct dep) == 0;
}

// Entry with valid dependencies, 0 when there is none.
static int64_t find_entry(struct cache *c, struct hash128 key) {
    int64_t id = 0;
    int64_t used = 0;
    sqlite3_stmt *s = prepare(c, S_TU_FIND);
    if (!s) {
        return 0;
    }
    bind_blob(s, 1, &key, sizeof key);
    while (!id && c->db && c->statements[S_TU_FIND] == s && step(c, s)) {
        bool valid = is_valid(c, sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1));
        if (valid && c->db) {
            id = sqlite3_column_int64(s, 0);
            used = sqlite3_column_int64(s, 2);
        }
    }
    done(c, S_TU_FIND);
    if (id && digest_seconds() - used > TOUCH_SECONDS) {
        vec_push(c->arena, &c->touched, id);
    }
    return c->db ? id : 0;
}

bool cache_get(struct cache *c, const struct compile_cmd *cmd, struct str *ret_packed,
               int64_t *ret_entry) {
    done(c, S_TU_FACTS); // the last answer
    begin_reading(c);
    int64_t id = find_entry(c, cache_tu_key(c->run_key, cmd));
    sqlite3_stmt *s = id ? prepare(c, S_TU_FACTS) : NULL;
    arena_release(&c->scratch);
    if (!s) {
        return false;
    }
    (void)sqlite3_bind_int64(s, 1, id);
    if (!step(c, s)) {
        done(c, S_TU_FACTS);
        return false;
    }
    struct str packed = str_make(sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0));
    if ((int64_t)hash64(packed.ptr, packed.len, 0) != sqlite3_column_int64(s, 1)) {
        cache_drop(c, id);
        return false;
    }
    *ret_packed = packed;
    *ret_entry = id;
    return true;
}

void cache_drop(struct cache *c, int64_t entry) {
    done(c, S_TU_FACTS);
    sqlite3_stmt *s = begin_writing(c) ? prepare(c, S_TU_DROP) : NULL;
    if (s) {
        (void)sqlite3_bind_int64(s, 1, entry);
        (void)step(c, s);
        done(c, S_TU_DROP);
    }
    (void)end_writing(c);
}

bool cache_names_missing_file(struct str diagnostic) {
    return str_find(diagnostic, STR("file not found"), 0) != SIZE_MAX ||
           str_find(diagnostic, STR("cannot open file"), 0) != SIZE_MAX;
}

static bool is_storable(const struct facts *f) {
    for (uint32_t i = 0; i < f->diags.len; i++) {
        const struct ir_diag *d = &f->diags.data[i];
        if (d->severity >= 4 || cache_names_missing_file(facts_text(f, d->text))) {
            return false;
        }
    }
    return f->files.len > 1;
}

// The files of the facts as `deps`; false when a row is missing.
static bool collect_deps(struct cache *c, const struct facts *f, struct dep *deps) {
    for (uint32_t i = 1; i < f->files.len; i++) {
        struct str path =
            str_from(fs_join(&c->scratch, c->options.root, facts_text(f, f->files.data[i].path)));
        const struct known_file *row = file_by_path(c, path);
        if (!row) {
            return false;
        }
        deps[i - 1] = (struct dep){.file = row->id, .hash = f->files.data[i].content};
    }
    return true;
}

static void add_entry(struct cache *c, struct hash128 key, const struct dep *deps, size_t deps_len,
                      struct str packed) {
    sqlite3_stmt *s = prepare(c, S_TU_ADD);
    if (s) {
        bind_blob(s, 1, &key, sizeof key);
        (void)sqlite3_bind_int64(s, 2, digest_seconds());
        (void)sqlite3_bind_int64(s, 3, (int64_t)(deps_len + packed.len));
        (void)sqlite3_bind_int64(s, 4, (int64_t)hash64(packed.ptr, packed.len, 0));
        bind_blob(s, 5, deps, deps_len);
        bind_blob(s, 6, packed.ptr, packed.len);
        (void)step(c, s);
        done(c, S_TU_ADD);
    }
    s = prepare(c, S_TU_TRIM);
    if (s) {
        bind_blob(s, 1, &key, sizeof key);
        (void)sqlite3_bind_int64(s, 2, ENTRIES_PER_KEY);
        (void)step(c, s);
        done(c, S_TU_TRIM);
    }
}

void cache_put(struct cache *c, const struct compile_cmd *cmd, const struct facts *f,
               struct str packed) {
    done(c, S_TU_FACTS);
    if (!is_storable(f) || packed.len > c->options.max_bytes || !begin_writing(c)) {
        return;
    }
    uint32_t count = f->files.len - 1;
    struct dep *deps = ARENA_ARRAY(&c->scratch, struct dep, count);
    if (collect_deps(c, f, deps)) {
        add_entry(c, cache_tu_key(c->run_key, cmd), deps, count * sizeof *deps, packed);
    }
    c->wrote = end_writing(c) || c->wrote;
    arena_release(&c->scratch);
}

// --- closing ---

static int64_t total_size(struct cache *c) {
    int64_t size = 0;
    sqlite3_stmt *s = prepare(c, S_TU_SIZE);
    if (s) {
        size = step(c, s) ? sqlite3_column_int64(s, 0) : 0;
        done(c, S_TU_SIZE);
    }
    return size;
}

// Removes the longest unused entries, down to nine tenths of the limit.
static void evict(struct cache *c) {
    int64_t limit = (int64_t)c->options.max_bytes;
    int64_t size = total_size(c);
    bool over = size > limit;
    while (over && size > limit / 10 * 9 && c->db) {
        sqlite3_stmt *s = prepare(c, S_TU_OLDEST);
        if (!s || !step(c, s)) {
            break;
        }
        int64_t id = sqlite3_column_int64(s, 0);
        size -= sqlite3_column_int64(s, 1);
        done(c, S_TU_OLDEST);
        s = prepare(c, S_TU_DROP);
        if (s) {
            (void)sqlite3_bind_int64(s, 1, id);
            (void)step(c, s);
            done(c, S_TU_DROP);
        }
    }
    done(c, S_TU_OLDEST);
    // Files nobody refers to are not looked for one by one: ids are never used again, so all can go
    // at once.
    (void)(c->db && execute(c, "DELETE FROM tu WHERE (SELECT count(*) FROM file) > 1000000") &&
           execute(c, "DELETE FROM file WHERE NOT EXISTS (SELECT 1 FROM tu)"));
}

static void write_touched(struct cache *c) {
    for (uint32_t i = 0; i < c->touched.len; i++) {
        sqlite3_stmt *s = prepare(c, S_TU_TOUCH);
        if (s) {
            (void)sqlite3_bind_int64(s, 1, c->touched.data[i]);
            (void)sqlite3_bind_int64(s, 2, digest_seconds());
            (void)step(c, s);
            done(c, S_TU_TOUCH);
        }
    }
}

static bool has_dirty(const struct cache *c) {
    for (uint32_t i = 0; i < c->files.len; i++) {
        if (c->files.data[i].is_dirty && c->files.data[i].digest.exists) {
            return true;
        }
    }
    return false;
}

void cache_close(struct cache *c) {
    if (!c) {
        return;
    }
    done(c, S_TU_FACTS);
    end_reading(c);
    if (c->db && (c->wrote || c->touched.len || has_dirty(c)) && begin_writing(c)) {
        write_stamps(c);
        write_touched(c);
        if (c->wrote) {
            evict(c);
        }
        bool ok = end_writing(c);
        if (ok && c->wrote) {
            (void)execute(c, "PRAGMA incremental_vacuum");
        }
    }
    close_db(c);
    arena_release(&c->scratch);
}
