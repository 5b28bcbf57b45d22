#include "checker/drive/cache_private.h"

// Entries of translation units; opening and closing.

#include "checker/base/fs.h"
#include "checker/base/log.h"
#include "checker/drive/cache_key.h"

#include <string.h>

enum {
    ENTRIES_PER_KEY = 4
}; // contents of the same command that are kept: branches one switches between

// One file a TU read: part of the `deps` blob.
struct dep {
    int64_t file;
    struct hash128 hash;
};

// --- opening ---

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
    cache_forget_files(c);
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
    cache_db_open(c);
    if (!c->db) {
        cache_close(c);
        return NULL;
    }
    if (options->verbose) {
        log_message(LOG_INFO, "cache: %s", c->path);
    }
    return c;
}

// --- entries ---

static bool is_valid(struct cache *c, struct str deps) {
    for (size_t at = 0; at + sizeof(struct dep) <= deps.len; at += sizeof(struct dep)) {
        struct dep d;
        memcpy(&d, deps.ptr + at, sizeof d);
        const struct cache_file *f = cache_file_by_id(c, d.file);
        if (!f || !f->digest.exists || !hash128_eq(f->digest.hash, d.hash)) {
            return false;
        }
    }
    return deps.len > 0 && deps.len % sizeof(struct dep) == 0;
}

bool cache_find(struct cache *c, const struct compile_cmd *cmd, struct cache_entry *ret_entry) {
    struct hash128 key = cache_tu_key(c->run_key, cmd);
    struct cache_entry found = {0};
    int64_t used = 0;
    cache_begin_reading(c);
    sqlite3_stmt *s = cache_prepare(c, S_TU_FIND);
    if (!s) {
        return false;
    }
    cache_bind_blob(s, 1, &key, sizeof key);
    while (!found.id && c->db && c->statements[S_TU_FIND] == s && cache_step(c, s)) {
        struct str deps = cache_column(s, 1);
        if (is_valid(c, deps) && c->db) {
            found.id = sqlite3_column_int64(s, 0);
            found.content = cache_column_hash(s, 3);
            used = sqlite3_column_int64(s, 2);
        }
    }
    cache_done(c, S_TU_FIND);
    arena_release(&c->scratch);
    if (!found.id || !c->db) {
        return false;
    }
    if (digest_seconds() - used > CACHE_TOUCH_SECONDS) {
        vec_push(c->arena, &c->touched, found.id);
    }
    *ret_entry = found;
    return true;
}

bool cache_load(struct cache *c, const struct cache_entry *entry, struct str *ret_packed) {
    cache_done(c, S_TU_FACTS); // the last answer
    cache_begin_reading(c);
    sqlite3_stmt *s = cache_prepare(c, S_TU_FACTS);
    if (!s) {
        return false;
    }
    (void)sqlite3_bind_int64(s, 1, entry->id);
    if (!cache_step(c, s)) {
        cache_done(c, S_TU_FACTS);
        return false;
    }
    struct str packed = cache_column(s, 0);
    if (!hash128_eq(hash128(packed.ptr, packed.len), entry->content)) {
        cache_drop(c, entry);
        return false;
    }
    *ret_packed = packed;
    return true;
}

void cache_drop(struct cache *c, const struct cache_entry *entry) {
    cache_done(c, S_TU_FACTS);
    sqlite3_stmt *s = cache_begin_writing(c) ? cache_prepare(c, S_TU_DROP) : NULL;
    if (s) {
        (void)sqlite3_bind_int64(s, 1, entry->id);
        (void)cache_step(c, s);
        cache_done(c, S_TU_DROP);
    }
    (void)cache_end_writing(c);
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
        const struct cache_file *row = cache_file_by_path(c, path);
        if (!row) {
            return false;
        }
        deps[i - 1] = (struct dep){.file = row->id, .hash = f->files.data[i].content};
    }
    return true;
}

static void add_entry(struct cache *c, struct hash128 key, const struct dep *deps, size_t deps_len,
                      struct str packed, struct hash128 content) {
    sqlite3_stmt *s = cache_prepare(c, S_TU_ADD);
    if (s) {
        cache_bind_blob(s, 1, &key, sizeof key);
        (void)sqlite3_bind_int64(s, 2, digest_seconds());
        (void)sqlite3_bind_int64(s, 3, (int64_t)(deps_len + packed.len));
        cache_bind_blob(s, 4, &content, sizeof content);
        cache_bind_blob(s, 5, deps, deps_len);
        cache_bind_blob(s, 6, packed.ptr, packed.len);
        (void)cache_step(c, s);
        cache_done(c, S_TU_ADD);
    }
    s = cache_prepare(c, S_TU_TRIM);
    if (s) {
        cache_bind_blob(s, 1, &key, sizeof key);
        (void)sqlite3_bind_int64(s, 2, ENTRIES_PER_KEY);
        (void)cache_step(c, s);
        cache_done(c, S_TU_TRIM);
    }
}

bool cache_put(struct cache *c, const struct compile_cmd *cmd, const struct facts *f,
               struct str packed, struct hash128 *ret_content) {
    cache_done(c, S_TU_FACTS);
    if (!is_storable(f)) {
        return false;
    }
    *ret_content = hash128(packed.ptr, packed.len);
    if (packed.len > c->options.max_bytes || !cache_begin_writing(c)) {
        return true;
    }
    uint32_t count = f->files.len - 1;
    struct dep *deps = ARENA_ARRAY(&c->scratch, struct dep, count);
    if (collect_deps(c, f, deps)) {
        add_entry(c, cache_tu_key(c->run_key, cmd), deps, count * sizeof *deps, packed,
                  *ret_content);
    }
    c->wrote = cache_end_writing(c) || c->wrote;
    arena_release(&c->scratch);
    return true;
}

// --- closing ---

static int64_t total_size(struct cache *c) {
    int64_t size = 0;
    sqlite3_stmt *s = cache_prepare(c, S_TU_SIZE);
    if (s) {
        size = cache_step(c, s) ? sqlite3_column_int64(s, 0) : 0;
        cache_done(c, S_TU_SIZE);
    }
    return size;
}

// Removes the longest unused entries, down to nine tenths of the limit.
static void evict(struct cache *c) {
    int64_t limit = (int64_t)c->options.max_bytes;
    int64_t size = total_size(c);
    bool over = size > limit;
    while (over && size > limit / 10 * 9 && c->db) {
        sqlite3_stmt *s = cache_prepare(c, S_TU_OLDEST);
        if (!s || !cache_step(c, s)) {
            break;
        }
        int64_t id = sqlite3_column_int64(s, 0);
        size -= sqlite3_column_int64(s, 1);
        cache_done(c, S_TU_OLDEST);
        s = cache_prepare(c, S_TU_DROP);
        if (s) {
            (void)sqlite3_bind_int64(s, 1, id);
            (void)cache_step(c, s);
            cache_done(c, S_TU_DROP);
        }
    }
    cache_done(c, S_TU_OLDEST);
    // Files nobody refers to are not looked for one by one: ids are never used again, so all can go
    // at once.
    (void)(c->db &&
           cache_execute(c, "DELETE FROM tu WHERE (SELECT count(*) FROM file) > 1000000") &&
           cache_execute(c, "DELETE FROM file WHERE NOT EXISTS (SELECT 1 FROM tu)"));
}

static void touch(struct cache *c, enum cache_statement which, int64_t id) {
    sqlite3_stmt *s = cache_prepare(c, which);
    if (s) {
        (void)sqlite3_bind_int64(s, 1, id);
        (void)sqlite3_bind_int64(s, 2, digest_seconds());
        (void)cache_step(c, s);
        cache_done(c, which);
    }
}

static void write_touched(struct cache *c) {
    for (uint32_t i = 0; i < c->touched.len; i++) {
        touch(c, S_TU_TOUCH, c->touched.data[i]);
    }
    if (c->touched_result) {
        touch(c, S_RESULT_TOUCH, c->touched_result);
    }
    c->touched.len = 0;
    c->touched_result = 0;
}

void cache_flush(struct cache *c) {
    cache_done(c, S_TU_FACTS);
    cache_done(c, S_RESULT_FIND);
    cache_end_reading(c);
    bool pending = c->wrote || c->touched.len || c->touched_result || cache_has_new_stamps(c);
    if (c->db && pending && cache_begin_writing(c)) {
        cache_write_stamps(c);
        write_touched(c);
        if (c->wrote) {
            evict(c);
        }
        bool ok = cache_end_writing(c);
        if (ok && c->wrote) {
            (void)cache_execute(c, "PRAGMA incremental_vacuum");
        }
        c->wrote = false;
    }
}

void cache_close(struct cache *c) {
    if (!c) {
        return;
    }
    cache_flush(c);
    cache_db_close(c);
    arena_release(&c->scratch);
}
