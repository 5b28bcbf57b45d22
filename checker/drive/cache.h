// Facts of parsed translation units and results of whole runs, kept between runs in one SQLite
// database.
//
// An entry is found by what decides which files a TU reads first: command, root, environment,
// versions. It is valid when every file it did read has the same content now. Entries are checked
// when used, never trusted; a cache that cannot be used only makes the run slower.
#ifndef CHECKER_DRIVE_CACHE_H
#define CHECKER_DRIVE_CACHE_H

#include "checker/front/front.h"

struct cache;

struct cache_options {
    const char *dir; // absolute
    struct str root;
    struct str front_version;
    uint64_t max_bytes;
    const struct unsaved_file *unsaved; // taken instead of what is on disk
    uint32_t unsaved_count;
    bool quiet;   // no message when the cache cannot be used
    bool verbose; // say what is done
};

// A valid entry: its facts are what libclang would say now.
struct cache_entry {
    int64_t id;
    struct hash128 content; // of the packed facts
};

/// Opens or creates <dir>/cache.db. NULL when that is not possible (said once on stderr). Lives in
/// `arena`; close it.
struct cache *cache_open(struct arena *arena, const struct cache_options *options);
/// A valid entry of `cmd`.
bool cache_find(struct cache *c, const struct compile_cmd *cmd, struct cache_entry *ret_entry);
/// Packed facts of an entry that was found. They live until the next call. False when they are
/// damaged or gone.
bool cache_load(struct cache *c, const struct cache_entry *entry, struct str *ret_packed);
/// Removes an entry whose facts turned out to be no good.
void cache_drop(struct cache *c, const struct cache_entry *entry);
/// Stores the facts of `cmd`; *ret_content is their hash. False for those that lack a file: it may
/// turn up without any other changing, so nothing that rests on them may be kept.
bool cache_put(struct cache *c, const struct compile_cmd *cmd, const struct facts *f,
               struct str packed, struct hash128 *ret_content);
/// What an earlier run found under the same key. Lives until the next call.
bool cache_result_get(struct cache *c, struct hash128 key, struct str *ret_data);
void cache_result_put(struct cache *c, struct hash128 key, struct str data);
void cache_result_drop(struct cache *c, struct hash128 key);
/// True for the compiler's complaint about a file that is not there.
bool cache_names_missing_file(struct str diagnostic);
/// Writes what is pending, removes the longest unused entries over the size limit. No lock is held
/// afterwards.
void cache_flush(struct cache *c);
/// The same, and closes. NULL-safe.
void cache_close(struct cache *c);

#endif
