// --stats: figures of a run on standard error.
#ifndef CHECKER_DRIVE_STATS_H
#define CHECKER_DRIVE_STATS_H

#include "checker/drive/load.h"
#include "checker/link/program.h"

struct stats {
    double load;
    double link;
    double rules;
    double report;
};

/// `program` may be NULL.
void stats_print(const struct stats *s, const struct load *load, const struct program *program);

#endif
