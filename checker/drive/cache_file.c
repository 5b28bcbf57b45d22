#include "checker/drive/cache_private.h"

// Files this run has looked at, and the rows of table `file` that save hashing them again.

#include <string.h>

void cache_forget_files(struct cache *c) {
    c->files.len = 0;
    c->by_path.len = 0;
    c->touched.len = 0;
    c->touched_result = 0;
    map_init(&c->by_id, c->arena);
    intern_init(&c->paths, c->arena);
}

// Adds a row this run knows; its digest is that of now.
static struct cache_file *learn(struct cache *c, int64_t id, struct str path,
                                const struct digest *known) {
    uint32_t number = intern(&c->paths, path);
    struct cache_file f = {.id = id};
    char *name = arena_copy(&c->scratch, path.ptr, path.len);
    const struct unsaved_file *unsaved =
        unsaved_find(c->options.unsaved, c->options.unsaved_count, path);
    if (unsaved) { // not a stamp of the file: never written to its row
        f.digest.hash = hash128(unsaved->content.ptr, unsaved->content.len);
        f.digest.exists = true;
    } else {
        f.digest = digest_file(&c->scratch, name, known, &f.is_dirty);
    }
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
        .hash = cache_column_hash(s, 7),
        .exists = sqlite3_column_type(s, 7) != SQLITE_NULL,
    };
    return d;
}

// Present content of file `id`; NULL when there is no such row.
const struct cache_file *cache_file_by_id(struct cache *c, int64_t id) {
    uint32_t index = 0;
    if (map_get(&c->by_id, (uint64_t)id, &index)) {
        return &c->files.data[index];
    }
    const struct cache_file *found = NULL;
    sqlite3_stmt *s = cache_prepare(c, S_FILE_BY_ID);
    if (s) {
        (void)sqlite3_bind_int64(s, 1, id);
        if (cache_step(c, s)) {
            struct digest known = row_digest(s);
            struct str path =
                str_make(sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0));
            found = learn(c, id, path, &known);
        }
        cache_done(c, S_FILE_BY_ID);
    }
    return found;
}

// Row of `path`, made when missing; NULL on failure. Within a write transaction.
const struct cache_file *cache_file_by_path(struct cache *c, struct str path) {
    uint32_t number = intern_find(&c->paths, path);
    if (number != UINT32_MAX && number < c->by_path.len && c->by_path.data[number]) {
        return &c->files.data[c->by_path.data[number] - 1];
    }
    const struct cache_file *found = NULL;
    sqlite3_stmt *s = cache_prepare(c, S_FILE_BY_PATH);
    if (s) {
        cache_bind_blob(s, 1, path.ptr, path.len);
        if (cache_step(c, s)) {
            struct digest known = row_digest(s);
            found = learn(c, sqlite3_column_int64(s, 0), path, &known);
        }
        cache_done(c, S_FILE_BY_PATH);
    }
    s = found ? NULL : cache_prepare(c, S_FILE_ADD);
    if (s) {
        cache_bind_blob(s, 1, path.ptr, path.len);
        if (cache_step(c, s)) {
            found = learn(c, sqlite3_column_int64(s, 0), path, NULL);
        }
        cache_done(c, S_FILE_ADD);
    }
    return found;
}

void cache_write_stamps(struct cache *c) {
    for (uint32_t i = 0; i < c->files.len && c->db; i++) {
        struct cache_file *f = &c->files.data[i];
        const struct digest_stamp *st = &f->digest.stamp;
        sqlite3_stmt *s = f->is_dirty && f->digest.exists ? cache_prepare(c, S_FILE_STAMP) : NULL;
        if (s) {
            const int64_t values[] = {f->id,     st->size,   st->mtime, st->ctime,
                                      st->inode, st->device, st->taken};
            for (int k = 0; k < 7; k++) {
                (void)sqlite3_bind_int64(s, k + 1, values[k]);
            }
            cache_bind_blob(s, 8, &f->digest.hash, sizeof f->digest.hash);
            f->is_dirty = false;
            (void)cache_step(c, s);
            cache_done(c, S_FILE_STAMP);
        }
    }
}

bool cache_has_new_stamps(const struct cache *c) {
    for (uint32_t i = 0; i < c->files.len; i++) {
        if (c->files.data[i].is_dirty && c->files.data[i].digest.exists) {
            return true;
        }
    }
    return false;
}
