// One line on the terminal that says how far the run is. Nothing when standard error is no
// terminal.
#ifndef CHECKER_DRIVE_PROGRESS_H
#define CHECKER_DRIVE_PROGRESS_H

#include "checker/base/str.h"

struct progress {
    bool on;
    uint32_t total;
    uint32_t done;
    double start; // seconds, monotonic
    double shown;
    void *ctx;
    void (*on_step)(void *ctx, uint32_t done, uint32_t total); // NULL: nobody else wants to know
};

/// Seconds on the monotonic clock.
double progress_now(void);
/// Starts; prints only when `wanted` and stderr is a terminal.
void progress_begin(struct progress *p, bool wanted, uint32_t total);
/// One more is done; `name` is what comes next or is at work.
void progress_step(struct progress *p, struct str name);
/// Shows a phase without a count: "linking".
void progress_phase(struct progress *p, const char *phase);
/// Clears the line.
void progress_end(struct progress *p);

#endif
