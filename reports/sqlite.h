// The SQLite store, as sqlite_query.c and tests see it; everyone else uses sqlite_store of
// report.h.
#ifndef REPORTS_SQLITE_H
#define REPORTS_SQLITE_H

#include "reports/report.h"

enum { SQLITE_STORE_APPLICATION = 0x74686c74 }; // "thlt"

/// `path` as SQLite takes it for a path whatever it is called, in the arena.
char *sqlite_plain_path(struct arena *arena, const char *path);
/// sqlite_store that gives up after `wait_ms` milliseconds when another process writes to the
/// database.
bool sqlite_store_within(const struct report *r, const char *path, int wait_ms, struct error *err);

#endif
