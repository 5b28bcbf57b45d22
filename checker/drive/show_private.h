// Topics of `threadlint show` in files of their own. Private to show.
#ifndef CHECKER_DRIVE_SHOW_PRIVATE_H
#define CHECKER_DRIVE_SHOW_PRIVATE_H

#include "checker/base/buf.h"
#include "checker/link/program.h"

/// "file:line".
void show_place(struct buf *out, const struct facts *f, loc_id loc);
/// Threads, where they start and end, what they run; handlers; locks.
void show_thread_inventory(const struct program *p, struct buf *out);

#endif
