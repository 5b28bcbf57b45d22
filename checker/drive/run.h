// The pipeline of `check` and `link`: facts -> program -> findings -> reports -> exit code.
#ifndef CHECKER_DRIVE_RUN_H
#define CHECKER_DRIVE_RUN_H

#include "checker/drive/load.h"
#include "checker/link/program.h"

enum { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_USAGE = 2, EXIT_INCOMPLETE = 3 };

/// `check`. `argv` is for the reports.
int run_check(const struct cli *cli, int argc, const char *const *argv);
/// `link`.
int run_fact_files(const struct cli *cli, int argc, const char *const *argv);

/// Models of the project and all loaded facts, solved. Adds notes about limits. NULL with `err` on
/// a broken model file.
struct program *run_link(struct project *project, const struct load *load, struct error *err);

#endif
