// What of the findings is new, and whether that fails the run.
#ifndef CHECKER_DRIVE_GATE_H
#define CHECKER_DRIVE_GATE_H

#include "checker/drive/project.h"

/// Marks as known what the baseline has and, with --new-from, what touches no changed line: neither
/// the place of the finding nor one of its steps. Entries of the baseline that no finding meets any
/// more are noted when the run is `complete` and looked at everything.
bool gate_mark_known(struct project *p, struct finding_list *findings, bool complete,
                     struct error *err);
/// Is there more than --max of what is new at or above the level of --fail-on?
bool gate_fails(const struct project *p, const struct finding_list *findings);
/// Where `threadlint baseline` writes to, and `check` reads from when told nothing else; absolute.
const char *gate_baseline_path(const struct project *p);

#endif
