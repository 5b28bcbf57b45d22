// Facts and program -> what a report lists besides findings: files, functions, threads, locks.
#ifndef CHECKER_DRIVE_INVENTORY_H
#define CHECKER_DRIVE_INVENTORY_H

#include "checker/drive/load.h"
#include "checker/link/program.h"

/// Fills the lists of `report`; they live in `arena`.
void inventory_fill(struct report *report, struct arena *arena, const struct load *load,
                    const struct program *program);
struct place inventory_place(const struct facts *f, loc_id loc);

#endif
