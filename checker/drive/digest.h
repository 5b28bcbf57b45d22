// Content hashes of files as they are now. Each file is looked at once per run; it is read only
// when its size, times or inode differ from those the hash was made at (known from the cache of an
// earlier run).
#ifndef CHECKER_DRIVE_DIGEST_H
#define CHECKER_DRIVE_DIGEST_H

#include "checker/base/arena.h"
#include "checker/base/hash.h"

// What stat(2) said when a file was hashed, and when that was.
struct digest_stamp {
    int64_t size;
    int64_t mtime; // nanoseconds since the epoch
    int64_t ctime;
    int64_t inode;
    int64_t device;
    int64_t taken; // when the file was about to be read
};

struct digest {
    struct digest_stamp stamp;
    struct hash128 hash;
    bool exists; // could be read
};

/// Seconds since the epoch.
int64_t digest_seconds(void);
/// The file's content hash now. `known` (may be NULL) is from an earlier run: trusted when the
/// file's stamp is the same and was taken well after the last change. *ret_fresh: the file was
/// read, so what is known should be replaced.
struct digest digest_file(struct arena *scratch, const char *path, const struct digest *known,
                          bool *ret_fresh);

#endif
