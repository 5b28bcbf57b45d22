#include "checker/drive/cache_private.h"

// Results of whole runs: bytes under a key. What they mean and what the key is made of: result.c.

enum {
    RESULTS_KEPT = 16, // of one database: branches and settings one switches between
    RESULT_SHARE = 16, // none is larger than this part of the size limit
};

// Ends the use of the last answer.
static void end_answer(struct cache *c) {
    cache_done(c, S_RESULT_FIND);
}

bool cache_result_get(struct cache *c, struct hash128 key, struct str *ret_data) {
    cache_begin_reading(c);
    sqlite3_stmt *s = cache_prepare(c, S_RESULT_FIND);
    if (!s) {
        return false;
    }
    cache_bind_blob(s, 1, &key, sizeof key);
    if (!cache_step(c, s)) {
        end_answer(c);
        return false;
    }
    struct str data = cache_column(s, 0);
    if (!hash128_eq(hash128(data.ptr, data.len), cache_column_hash(s, 1))) {
        cache_result_drop(c, key);
        return false;
    }
    if (digest_seconds() - sqlite3_column_int64(s, 3) > CACHE_TOUCH_SECONDS) {
        c->touched_result = sqlite3_column_int64(s, 2);
    }
    *ret_data = data;
    return true;
}

void cache_result_drop(struct cache *c, struct hash128 key) {
    end_answer(c);
    sqlite3_stmt *s = cache_begin_writing(c) ? cache_prepare(c, S_RESULT_DROP) : NULL;
    if (s) {
        cache_bind_blob(s, 1, &key, sizeof key);
        (void)cache_step(c, s);
        cache_done(c, S_RESULT_DROP);
    }
    (void)cache_end_writing(c);
}

static void add(struct cache *c, struct hash128 key, struct str data) {
    struct hash128 content = hash128(data.ptr, data.len);
    sqlite3_stmt *s = cache_prepare(c, S_RESULT_ADD);
    if (s) {
        cache_bind_blob(s, 1, &key, sizeof key);
        (void)sqlite3_bind_int64(s, 2, digest_seconds());
        (void)sqlite3_bind_int64(s, 3, (int64_t)data.len);
        cache_bind_blob(s, 4, &content, sizeof content);
        cache_bind_blob(s, 5, data.ptr, data.len);
        (void)cache_step(c, s);
        cache_done(c, S_RESULT_ADD);
    }
    s = cache_prepare(c, S_RESULT_TRIM);
    if (s) {
        (void)sqlite3_bind_int64(s, 1, RESULTS_KEPT);
        (void)cache_step(c, s);
        cache_done(c, S_RESULT_TRIM);
    }
}

void cache_result_put(struct cache *c, struct hash128 key, struct str data) {
    end_answer(c);
    if (data.len <= c->options.max_bytes / RESULT_SHARE && cache_begin_writing(c)) {
        add(c, key, data);
        c->wrote = cache_end_writing(c) || c->wrote;
    }
}
