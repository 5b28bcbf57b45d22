// Facts between runs, in SQLite (WAL). An entry is good when the command, the versions and the content of every file that
// was read are what they were. Never trusted: entries are validated when read, and a broken database is replaced.
#ifndef CHECKER_DRIVE_CACHE_H
#define CHECKER_DRIVE_CACHE_H

#include "checker/base/hash.h"
#include "checker/front/front.h"

struct cache;

/// Opens or makes the cache in directory `dir`. NULL when that cannot be: `why` says it; the run goes on without.
struct cache *cache_open(const char *dir, struct arena *arena, struct error *why);
/// Writes what is pending, cuts the cache to `max_mib` and closes.
void cache_close(struct cache *c, uint32_t max_mib);
/// Key of a command.
struct hash128 cache_key(const struct compile_cmd *cmd, struct str root, struct str front_version);
/// Facts stored under `key` whose files are unchanged, in `arena`; false when there are none.
bool cache_get(struct cache *c, struct hash128 key, struct str root, struct arena *arena, struct facts *ret_facts);
/// Stores packed facts. Failures (disk full, read-only) switch the cache off.
void cache_put(struct cache *c, struct hash128 key, struct str packed);

#endif
