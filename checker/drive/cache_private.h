// The cache's database as its parts share it. Private to cache*.c: cache.c (translation units),
// cache_result.c (results of runs), cache_file.c (files as they are now), cache_db.c (opening,
// statements, transactions, failures).
#ifndef CHECKER_DRIVE_CACHE_PRIVATE_H
#define CHECKER_DRIVE_CACHE_PRIVATE_H

#include "checker/base/intern.h"
#include "checker/base/map.h"
#include "checker/base/vec.h"
#include "checker/drive/cache.h"
#include "checker/drive/digest.h"

#include <sqlite3.h>

enum { CACHE_TOUCH_SECONDS = 3600 }; // how exact "last used" is

enum cache_statement {
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
    S_RESULT_FIND,
    S_RESULT_ADD,
    S_RESULT_TRIM,
    S_RESULT_TOUCH,
    S_RESULT_DROP,
    S_COUNT,
};

// A row of `file`, as far as this run knows it.
struct cache_file {
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
    VEC(struct cache_file) files;
    struct map by_id;       // id -> index into files
    struct interner paths;  // path -> number
    VEC(uint32_t) by_path;  // number -> index into files + 1
    VEC(int64_t) touched;   // entries used, whose time of use is old
    int64_t touched_result; // the same of a result; 0 = none
};

// --- cache_db.c ---
/// Opens c->path; leaves c->db NULL when the cache cannot be used.
void cache_db_open(struct cache *c);
void cache_db_close(struct cache *c);
/// The statement ready to be bound, or NULL. cache_done ends its use; a failure may have ended it
/// before.
sqlite3_stmt *cache_prepare(struct cache *c, enum cache_statement which);
/// Steps; true when there is a row. Anything but a row or the end is a failure.
bool cache_step(struct cache *c, sqlite3_stmt *s);
void cache_done(struct cache *c, enum cache_statement which);
bool cache_execute(struct cache *c, const char *sql);
void cache_bind_blob(sqlite3_stmt *s, int at, const void *data, size_t len);
/// Column `at` as bytes; they live until the next step.
struct str cache_column(sqlite3_stmt *s, int at);
struct hash128 cache_column_hash(sqlite3_stmt *s, int at);
/// Reading many rows in one transaction saves taking the lock for each.
void cache_begin_reading(struct cache *c);
void cache_end_reading(struct cache *c);
bool cache_begin_writing(struct cache *c);
bool cache_end_writing(struct cache *c);

// --- cache_file.c ---
void cache_forget_files(struct cache *c);
/// Present content of file `id`; NULL when there is no such row.
const struct cache_file *cache_file_by_id(struct cache *c, int64_t id);
/// Row of `path`, made when missing; NULL on failure. Within a write transaction.
const struct cache_file *cache_file_by_path(struct cache *c, struct str path);
/// Writes what this run learned of files. Within a write transaction.
void cache_write_stamps(struct cache *c);
bool cache_has_new_stamps(const struct cache *c);

#endif
