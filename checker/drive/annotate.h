// `threadlint annotate`.
#ifndef CHECKER_DRIVE_ANNOTATE_H
#define CHECKER_DRIVE_ANNOTATE_H

#include "checker/drive/cli.h"

extern const char annotate_header[]; // text of threadlint_guards.h, embedded by the build

/// Prints the guards that the analysis has inferred and nothing contradicts as a patch that writes
/// them into the sources, and says on standard error what was left out. Returns the exit code.
int annotate_run(const struct cli *cli);

#endif
