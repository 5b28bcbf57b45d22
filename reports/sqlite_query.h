// Questions to the database of runs: SQL that only reads, or a query known by name.
#ifndef REPORTS_SQLITE_QUERY_H
#define REPORTS_SQLITE_QUERY_H

#include "checker/base/err.h"

#include <stdio.h>

enum query_format { QUERY_TABLE, QUERY_JSON, QUERY_CSV };

struct named_query {
    const char *name; // "by-rule"
    const char *help; // no full stop
    const char *sql;
};

extern const struct named_query named_queries[];
extern const size_t named_query_count;

/// Runs `query`, a name or one statement of SQL, on the database at `path` and prints what it
/// gives: a table for people, one JSON object per row, or CSV (RFC 4180) with a header. Nothing is
/// written and no other database is opened, whatever the statement says. Fails on a file that is no
/// database of threadlint; the error says what to do.
bool sqlite_query(const char *path, const char *query, enum query_format format, FILE *out,
                  struct error *err);

#endif
