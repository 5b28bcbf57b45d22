// Fact files: the facts of some translation units of a database, for `threadlint link` elsewhere.
//
//   magic "threadlint facts", format version, IR version, shard number and count (0 of 0: single
//   files), entries entry: kind (facts or failure), name of the main file, content
// Numbers are 32 or 64 bits in native order; facts carry a byte order mark of their own.
#ifndef CHECKER_DRIVE_SHARD_H
#define CHECKER_DRIVE_SHARD_H

#include "checker/drive/load.h"

/// `threadlint facts`; returns the exit code.
int shard_command(const struct cli *cli);
/// Reads fact files, in the order of their shard numbers, as if load_run had parsed their TUs.
/// *ret_all is true when they are all shards of one database.
bool shard_read(struct load *l, const char *const *paths, uint32_t count, bool *ret_all,
                struct error *err);

#endif
