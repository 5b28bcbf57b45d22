// `threadlint init`: a first configuration, from what is seen in the project.
#ifndef CHECKER_DRIVE_INIT_H
#define CHECKER_DRIVE_INIT_H

#include "checker/drive/cli.h"

/// Writes .threadlint.json into the project root, or with --dry-run to standard output. An existing
/// one is replaced only with --force. Exit code.
int init_run(const struct cli *cli);

#endif
