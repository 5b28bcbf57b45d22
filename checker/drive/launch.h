// `launch`: a compiler's launcher that reads into the cache what was compiled.
#ifndef CHECKER_DRIVE_LAUNCH_H
#define CHECKER_DRIVE_LAUNCH_H

#include "checker/drive/cli.h"

/// Runs the command in `cli->flags`, then reads its source if it compiled one. Returns the exit
/// code of the command (128 + signal when it was killed, 127 when it cannot be started): whatever
/// threadlint meets changes neither it nor the build, and is told with -v only.
int launch_command(const struct cli *cli);

#endif
