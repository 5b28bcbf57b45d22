// Applying the edits that findings offer: --fix and --fix-dry-run.
#ifndef CHECKER_DRIVE_FIXER_H
#define CHECKER_DRIVE_FIXER_H

#include "checker/drive/load.h"
#include "checker/drive/source.h"

/// Applies the edits of findings that are reported: safe ones, with --fix-unsafe all. Of edits that
/// overlap the first is made. A file that is not what was analysed is left alone, with a note.
/// Files are replaced as a whole and keep their permissions. What is mended is taken out of
/// `findings`. With --fix-dry-run only prints what would change to standard output, as a unified
/// diff. Says on standard error what was done. Fails when a file cannot be written.
bool fixer_run(struct project *project, const struct load *load, struct sources *sources,
               struct finding_list *findings, struct error *err);

#endif
