// The pipeline of `check` and `link`: facts -> program -> findings -> reports -> exit code.
#ifndef CHECKER_DRIVE_RUN_H
#define CHECKER_DRIVE_RUN_H

#include "checker/drive/load.h"
#include "checker/link/program.h"
#include "reports/report.h"

enum { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_USAGE = 2, EXIT_INCOMPLETE = 3 };

/// `check`. `argv` is for the reports.
int run_check(const struct cli *cli, int argc, const char *const *argv);
/// `link`.
int run_fact_files(const struct cli *cli, int argc, const char *const *argv);

// Who listens to a run of the language server.
struct run_listener {
    void *ctx;
    bool needs_program; // no kept result will do
    // Called once with what came out, which lives until it returns. `program` is NULL when the
    // result is a kept one.
    void (*on_report)(void *ctx, const struct report *report, struct program *program);
    void (*on_progress)(void *ctx, uint32_t done, uint32_t total); // may be NULL
};

/// `check` with editors' buffers in the place of files, for the language server. Prints nothing but
/// to stderr.
bool run_buffers(const struct cli *cli, const struct unsaved_file *unsaved, uint32_t count,
                 const struct run_listener *listener, struct error *err);

/// Models of the project and all loaded facts, solved. Adds notes about limits. NULL with `err` on
/// a broken model file.
struct program *run_link(struct project *project, const struct load *load, struct error *err);

#endif
