// --stats: figures of a run on standard error.
#ifndef CHECKER_DRIVE_STATS_H
#define CHECKER_DRIVE_STATS_H

#include "checker/drive/load.h"
#include "checker/link/program.h"

struct stats_unhandled {
    struct str kind; // of syntax
    uint32_t count;
};

struct stats {
    double load;
    double link;
    double rules;
    double report;
    bool kept; // the result is an earlier run's
    struct program_stats program;
    VEC(struct stats_unhandled) unhandled; // most frequent first
};

/// Counts what the facts and the program say. Texts are those of the facts.
void stats_collect(struct stats *s, struct arena *arena, const struct load *load,
                   const struct program *program);
void stats_print(const struct stats *s, const struct load *load);

#endif
