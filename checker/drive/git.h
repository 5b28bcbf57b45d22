// What git says of the project. Nothing is asked of it that writes or runs programs of the
// repository's choice.
#ifndef CHECKER_DRIVE_GIT_H
#define CHECKER_DRIVE_GIT_H

#include "checker/base/arena.h"
#include "checker/base/err.h"
#include "checker/base/str.h"
#include "reports/report.h"

/// Standard output of `git ...`; `argv` begins with "git" and ends with NULL. With `quiet` its
/// standard error goes nowhere, else to the user. Fails when it cannot be started or says no.
bool git_run(struct arena *arena, const char *const *argv, bool quiet, struct str *ret,
             struct error *err);
/// Revision, branch and repository of the work tree that `root` is in; all empty when there is
/// none. The address of the repository has no credentials.
struct report_revision git_revision(struct arena *arena, struct str root);
/// An address without what stands before the '@' of its host, "git@host:path" as
/// "ssh://host/path"; empty when it names a place on this machine.
struct str git_public_address(struct arena *arena, struct str address);
/// Who last changed the line of each finding, below `root`; one entry per finding, unknown for
/// lines git does not know (yet). NULL when no line is known.
const struct report_owner *git_owners(struct arena *arena, struct str root,
                                      const struct finding_list *findings);

#endif
