// Compile commands -> facts: from the cache where it is valid, else parsed by workers.
#ifndef CHECKER_DRIVE_LOAD_H
#define CHECKER_DRIVE_LOAD_H

#include "checker/drive/cache.h"
#include "checker/drive/progress.h"
#include "checker/drive/project.h"

struct load_tu {
    struct str file;     // main file, as reports show it
    struct facts *facts; // NULL when the TU could not be read
    struct str failure;  // then: why, and what to do
    struct str packed;   // when asked for: the facts as they came, in the arena
    bool cached;
    bool has_errors;          // error or fatal diagnostics in its code
    bool has_content;         // `content` is set: the same content gives the same facts
    struct hash128 content;   // of the packed facts
    struct cache_entry entry; // when cached
};

struct load {
    struct project *project;
    struct load_tu *tus; // load_open: as project->cmds
    uint32_t count;
    bool keep_packed;          // set before load_read: fill load_tu.packed
    bool no_cache;             // set before load_open: parse even what the cache has
    struct cache *cache;       // from load_open to load_close; NULL = none
    struct progress *progress; // may be NULL
    // figures
    uint32_t parsed;
    uint32_t cached;
    uint32_t failed;
    uint32_t with_errors;
    uint64_t peak_kib; // of the greatest worker
    double seconds;
};

/// Opens the cache and looks the commands up in it. No facts yet.
void load_open(struct load *l);
/// True when the facts of all commands are determined: those of the cache, or kept there by
/// load_read.
bool load_contents_known(const struct load *l);
/// Reads all commands of the project. A TU that cannot be read is a failure of that TU only; notes
/// are added to project->notes in the order of the commands. Fails when no worker process can be
/// started.
bool load_read(struct load *l, struct error *err);
void load_close(struct load *l);
/// load_open, load_read, load_close.
bool load_run(struct load *l, struct error *err);
/// Notes for TUs with errors in their code, and for TUs without facts.
void load_add_notes(struct load *l);
/// True when the TU has diagnostics of error severity.
bool load_has_errors(const struct facts *f);
/// True when every entry of the database could be used and every TU was read without errors.
bool load_is_complete(const struct load *l);

#endif
