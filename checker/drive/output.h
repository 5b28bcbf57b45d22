// Writing the reports of a run to where the command line says.
#ifndef CHECKER_DRIVE_OUTPUT_H
#define CHECKER_DRIVE_OUTPUT_H

#include "checker/drive/cli.h"
#include "reports/report.h"

/// Standard output, --output and --db. A report file is replaced as a whole, after it is complete.
bool output_write(const struct report *report, const struct cli *cli, struct error *err);
/// Ends a command that printed to standard output: exit code 0, or 2 when not all could be written,
/// which is told.
int output_finish(void);
/// `threadlint baseline`: writes the findings, or with --prune those it had already, to `path` and
/// says so. An incomplete run, which would drop what it did not see, writes only with
/// --allow-partial.
bool output_baseline(const struct report *report, const char *path, const struct cli *cli,
                     struct error *err);
/// Should text on standard output have colours?
bool output_wants_color(enum cli_color color);
/// Start time for reports: SOURCE_DATE_EPOCH when set, else now. *ret_fixed tells which.
int64_t output_time(bool *ret_fixed);

#endif
