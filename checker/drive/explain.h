// `threadlint rules` and `threadlint explain`.
#ifndef CHECKER_DRIVE_EXPLAIN_H
#define CHECKER_DRIVE_EXPLAIN_H

#include "checker/drive/cli.h"

/// Both return the exit code.
int explain_rules(const struct cli *cli);
int explain_rule(const struct cli *cli);

#endif
