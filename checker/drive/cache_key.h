// Keys of cache entries. Private to cache.c.
#ifndef CHECKER_DRIVE_CACHE_KEY_H
#define CHECKER_DRIVE_CACHE_KEY_H

#include "checker/drive/cache.h"

/// Hash of all that does not change within a run: versions, root, environment variables the
/// compiler reads.
struct hash128 cache_run_key(const struct cache_options *options);
/// Key of one command.
struct hash128 cache_tu_key(struct hash128 run_key, const struct compile_cmd *cmd);

#endif
