// `threadlint confirm`: which findings a run under ThreadSanitizer has shown to be real.
#ifndef CHECKER_DRIVE_CONFIRM_H
#define CHECKER_DRIVE_CONFIRM_H

#include "checker/drive/project.h"
#include "checker/drive/source.h"

/// Reads the logs of --tsan-log and sets `confirmed` of the findings they show. Notes the reports
/// that no finding tells, and for each finding that such a run could show and did not what would
/// have to happen in it. Fails when a log cannot be read.
bool confirm_run(struct project *project, struct sources *sources, const struct report *report,
                 struct finding_list *findings, struct error *err);

#endif
