// `threadlint query`.
#ifndef CHECKER_DRIVE_QUERY_H
#define CHECKER_DRIVE_QUERY_H

#include "checker/drive/cli.h"

/// Answers a question to the database of --db, or lists the questions known by name. Returns the
/// exit code.
int query_run(const struct cli *cli);

#endif
