// `threadlint show`: what the analysis knows, as text.
#ifndef CHECKER_DRIVE_SHOW_H
#define CHECKER_DRIVE_SHOW_H

#include "checker/drive/cli.h"

/// Runs the command; returns the exit code.
int show_run(const struct cli *cli);

#endif
