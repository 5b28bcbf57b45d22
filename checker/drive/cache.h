// Facts of parsed translation units, kept between runs in one SQLite database.
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
    bool quiet;   // no message when the cache cannot be used
    bool verbose; // say what is done
};

/// Opens or creates <dir>/cache.db. NULL when that is not possible (said once on stderr). Lives in
/// `arena`; close it.
struct cache *cache_open(struct arena *arena, const struct cache_options *options);
/// Packed facts of `cmd` if there are valid ones. They live until the next call. *ret_entry is for
/// cache_drop.
bool cache_get(struct cache *c, const struct compile_cmd *cmd, struct str *ret_packed,
               int64_t *ret_entry);
/// Removes an entry whose facts turned out to be no good.
void cache_drop(struct cache *c, int64_t entry);
/// Stores the facts of `cmd`. Not those that lack a file: it may turn up without any other
/// changing.
void cache_put(struct cache *c, const struct compile_cmd *cmd, const struct facts *f,
               struct str packed);
/// True for the compiler's complaint about a file that is not there.
bool cache_names_missing_file(struct str diagnostic);
/// Writes what is pending, removes the longest unused entries over the size limit, closes.
/// NULL-safe.
void cache_close(struct cache *c);

#endif
