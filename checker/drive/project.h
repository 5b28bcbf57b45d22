// What a run is about: the compile commands, the configuration and the project root, as the command
// line and the files around it say.
#ifndef CHECKER_DRIVE_PROJECT_H
#define CHECKER_DRIVE_PROJECT_H

#include "checker/drive/cli.h"
#include "checker/drive/notes.h"
#include "checker/front/front.h"

// A SOURCE argument.
struct project_source {
    const char *given;
    struct str path; // absolute, normalised
    struct str real; // symbolic links resolved
    bool is_dir;
};

struct project {
    struct arena *arena;
    const struct cli *cli;
    struct config config;
    struct str cwd;
    struct str root;     // absolute, real
    struct str database; // path of compile_commands.json; empty with `-- FLAGS` and for fact files
    VEC(struct project_source) sources;
    VEC(struct compile_cmd) cmds;
    VEC(struct str) skipped; // entries of the database that cannot be used, and why
    struct notes notes;
    bool has_baseline;                  // one was read
    const struct unsaved_file *unsaved; // of an editor: taken instead of what is on disk
    uint32_t unsaved_count;
};

/// Finds and reads everything. `sources` are the SOURCE arguments (those of `show` come after its
/// topic).
bool project_open(struct project *p, struct arena *arena, const struct cli *cli,
                  const char *const *sources, uint32_t source_count, struct error *err);
/// Configuration and root only, for fact files.
bool project_open_linked(struct project *p, struct arena *arena, const struct cli *cli,
                         struct error *err);
/// Notes an entry of the database that cannot be used: the run is incomplete.
void project_skip_entry(struct project *p, struct str why);
/// Keeps only the commands of the SOURCE arguments.
void project_keep_sources(struct project *p);
/// `path` (absolute) as reports show it: relative to the root when under it.
struct str project_relative(const struct project *p, struct str path);

#endif
