#include "checker/drive/cache.h"

#include "checker/base/fs.h"
#include "checker/base/map.h"
#include "checker/ir/pack.h"
#include "version.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BUSY_MS = 5000, MAX_FILE = 1 << 28, BATCH = 64 };

static const char SCHEMA[] =
    "CREATE TABLE IF NOT EXISTS tu(key BLOB PRIMARY KEY, used INTEGER, facts BLOB) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS file(path TEXT PRIMARY KEY, size INTEGER, mtime INTEGER, inode INTEGER, hash BLOB) "
    "WITHOUT ROWID;";

struct cache {
    sqlite3 *db;
    sqlite3_stmt *get;
    sqlite3_stmt *touch;
    sqlite3_stmt *put;
    sqlite3_stmt *get_file;
    sqlite3_stmt *put_file;
    struct arena *arena;
    struct map seen; // hash of path -> index in hashes
    VEC(struct hash128) hashes;
    uint32_t pending;
    bool off;
    int64_t now;
};

static bool prepare(struct cache *c) {
    static const char *const texts[] = {
        "SELECT facts FROM tu WHERE key = ?1", "UPDATE tu SET used = ?2 WHERE key = ?1",
        "INSERT OR REPLACE INTO tu(key, used, facts) VALUES(?1, ?2, ?3)",
        "SELECT size, mtime, inode, hash FROM file WHERE path = ?1",
        "INSERT OR REPLACE INTO file(path, size, mtime, inode, hash) VALUES(?1, ?2, ?3, ?4, ?5)"};
    sqlite3_stmt **const slots[] = {&c->get, &c->touch, &c->put, &c->get_file, &c->put_file};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (sqlite3_prepare_v2(c->db, texts[i], -1, slots[i], NULL) != SQLITE_OK) {
            return false;
        }
    }
    return true;
}

static void close_db(struct cache *c) {
    sqlite3_stmt *const all[] = {c->get, c->touch, c->put, c->get_file, c->put_file};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        (void)sqlite3_finalize(all[i]);
    }
    c->get = c->touch = c->put = c->get_file = c->put_file = NULL;
    (void)sqlite3_close(c->db);
    c->db = NULL;
}

static bool try_open(struct cache *c, const char *path) {
    bool ok = sqlite3_open_v2(path, &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK;
    if (ok) {
        (void)sqlite3_busy_timeout(c->db, BUSY_MS);
        ok = sqlite3_exec(c->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", NULL, NULL, NULL) == SQLITE_OK &&
             sqlite3_exec(c->db, SCHEMA, NULL, NULL, NULL) == SQLITE_OK && prepare(c);
    }
    return ok;
}

static void remove_database(const char *path) {
    static const char *const endings[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char name[4200];
        (void)snprintf(name, sizeof name, "%s%s", path, endings[i]);
        (void)unlink(name);
    }
}

// A cache is not for version control.
static void ignore_in_git(const char *dir) {
    char name[4200];
    (void)snprintf(name, sizeof name, "%s/.gitignore", dir);
    if (!fs_exists(name)) {
        (void)fs_write_atomic(name, STR("*\n"), NULL);
    }
}

struct cache *cache_open(const char *dir, struct arena *arena, struct error *why) {
    char path[4200];
    if (!fs_mkdirs(dir, why)) {
        return NULL;
    }
    (void)snprintf(path, sizeof path, "%s/cache.db", dir);
    struct cache *c = ARENA_NEW(arena, struct cache);
    c->arena = arena;
    c->now = (int64_t)time(NULL);
    map_init(&c->seen, arena);
    ignore_in_git(dir);
    if (try_open(c, path)) {
        return c;
    }
    int code = sqlite3_errcode(c->db);
    struct error first = {0};
    error_set(&first, "cannot use the cache '%s': %s", path, sqlite3_errmsg(c->db));
    close_db(c);
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_ERROR) {
        remove_database(path); // damaged: it only held copies
        if (try_open(c, path)) {
            error_set(why, "the cache '%s' was damaged and has been made anew", path);
            return c;
        }
        close_db(c);
    }
    error_set(why, "%s; going on without a cache", first.text);
    return NULL;
}

static void begin(struct cache *c) {
    if (c->pending == 0 && sqlite3_exec(c->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
        c->off = true;
    }
}

static void commit(struct cache *c) {
    if (c->pending && sqlite3_exec(c->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
        (void)sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
        c->off = true;
    }
    c->pending = 0;
}

// One write within the present batch.
static void write_row(struct cache *c, sqlite3_stmt *s) {
    if (!c->off) {
        begin(c);
    }
    if (!c->off) {
        int code = sqlite3_step(s);
        c->pending++;
        if (code != SQLITE_DONE) {
            (void)sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
            c->pending = 0;
            c->off = true;
        } else if (c->pending >= BATCH) {
            commit(c);
        }
    }
    (void)sqlite3_reset(s);
}

void cache_close(struct cache *c, uint32_t max_mib) {
    if (!c) {
        return;
    }
    commit(c);
    if (!c->off && max_mib) {
        char sql[512];
        (void)snprintf(sql, sizeof sql,
                       "DELETE FROM tu WHERE key IN (SELECT key FROM (SELECT key, sum(length(facts)) OVER (ORDER BY used DESC, key) AS "
                       "total FROM tu) WHERE total > %llu)",
                       (unsigned long long)max_mib << 20);
        (void)sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    }
    close_db(c);
}

struct hash128 cache_key(const struct compile_cmd *cmd, struct str root, struct str front_version) {
    struct hash128 h = hash128("threadlint facts", 16);
    uint32_t version = IR_VERSION;
    h = hash128_add(h, str_make((const char *)&version, sizeof version));
    h = hash128_add(h, STR(THREADLINT_VERSION));
    h = hash128_add(h, front_version);
    h = hash128_add(h, root);
    h = hash128_add(h, cmd->directory);
    h = hash128_add(h, cmd->file);
    for (uint32_t i = 0; i < cmd->arg_count; i++) {
        h = hash128_add(h, str_from(cmd->args[i]));
    }
    return h;
}

static int64_t mtime_of(const struct stat *st) {
    return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

// Hash stored for this file when its size, time and inode are the same. Files changed within the last two seconds are
// hashed: their time may not tell a second change.
static bool stored_hash(struct cache *c, struct str path, const struct stat *st, struct hash128 *ret) {
    bool ok = false;
    (void)sqlite3_bind_text(c->get_file, 1, path.ptr, (int)path.len, SQLITE_STATIC);
    if (sqlite3_step(c->get_file) == SQLITE_ROW) {
        ok = sqlite3_column_int64(c->get_file, 0) == st->st_size && sqlite3_column_int64(c->get_file, 1) == mtime_of(st) &&
             sqlite3_column_int64(c->get_file, 2) == (int64_t)st->st_ino && st->st_mtim.tv_sec + 2 < c->now &&
             sqlite3_column_bytes(c->get_file, 3) == (int)sizeof *ret;
        if (ok) {
            memcpy(ret, sqlite3_column_blob(c->get_file, 3), sizeof *ret);
        }
    }
    (void)sqlite3_reset(c->get_file);
    return ok;
}

static void store_hash(struct cache *c, struct str path, const struct stat *st, struct hash128 h) {
    (void)sqlite3_bind_text(c->put_file, 1, path.ptr, (int)path.len, SQLITE_STATIC);
    (void)sqlite3_bind_int64(c->put_file, 2, st->st_size);
    (void)sqlite3_bind_int64(c->put_file, 3, mtime_of(st));
    (void)sqlite3_bind_int64(c->put_file, 4, (int64_t)st->st_ino);
    (void)sqlite3_bind_blob(c->put_file, 5, &h, sizeof h, SQLITE_STATIC);
    write_row(c, c->put_file);
}

// Content hash of a file now; all zero when it cannot be read. Asked once per file and run.
static struct hash128 present_hash(struct cache *c, struct str root, struct str path) {
    struct arena scratch;
    arena_init(&scratch, 0);
    struct str full = str_from(fs_join(&scratch, root, path));
    uint64_t key = hash64(full.ptr, full.len, 7);
    uint32_t at = 0;
    struct hash128 h = {0};
    struct stat st;
    if (map_get(&c->seen, key, &at)) {
        h = c->hashes.data[at];
    } else {
        struct str text;
        if (stat(full.ptr, &st) == 0 && !stored_hash(c, full, &st, &h) && fs_read(&scratch, full.ptr, MAX_FILE, &text, NULL)) {
            h = hash128(text.ptr, text.len);
            store_hash(c, full, &st, h);
        }
        vec_push(c->arena, &c->hashes, h);
        map_put(&c->seen, key, c->hashes.len - 1);
    }
    arena_release(&scratch);
    return h;
}

static bool files_unchanged(struct cache *c, struct str root, const struct facts *f) {
    for (uint32_t i = 1; i < f->files.len; i++) {
        const struct ir_file *file = &f->files.data[i];
        if (!file->content.lo && !file->content.hi) {
            continue; // only named, not read
        }
        if (!hash128_eq(present_hash(c, root, facts_text(f, file->path)), file->content)) {
            return false;
        }
    }
    return true;
}

bool cache_get(struct cache *c, struct hash128 key, struct str root, struct arena *arena, struct facts *ret_facts) {
    if (!c || !c->db) {
        return false;
    }
    bool ok = false;
    struct arena_mark mark = arena_mark(arena);
    (void)sqlite3_bind_blob(c->get, 1, &key, sizeof key, SQLITE_STATIC);
    if (sqlite3_step(c->get) == SQLITE_ROW) {
        const void *blob = sqlite3_column_blob(c->get, 0);
        int len = sqlite3_column_bytes(c->get, 0);
        ok = blob && ir_unpack(blob, (size_t)len, arena, ret_facts, NULL) && files_unchanged(c, root, ret_facts);
    }
    (void)sqlite3_reset(c->get);
    if (!ok) {
        arena_reset(arena, mark);
    }
    return ok;
}

void cache_put(struct cache *c, struct hash128 key, struct str packed) {
    if (!c || c->off) {
        return;
    }
    (void)sqlite3_bind_blob(c->put, 1, &key, sizeof key, SQLITE_STATIC);
    (void)sqlite3_bind_int64(c->put, 2, c->now);
    (void)sqlite3_bind_blob64(c->put, 3, packed.ptr, packed.len, SQLITE_STATIC);
    write_row(c, c->put);
    (void)sqlite3_clear_bindings(c->put);
}
