// The SQLite store with its waiting time open to tests; everyone else uses sqlite_store of
// report.h.
#ifndef REPORTS_SQLITE_H
#define REPORTS_SQLITE_H

#include "reports/report.h"

/// sqlite_store that gives up after `wait_ms` milliseconds when another process writes to the
/// database.
bool sqlite_store_within(const struct report *r, const char *path, int wait_ms, struct error *err);

#endif
