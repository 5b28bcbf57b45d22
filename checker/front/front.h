// The front room's door: one compile command -> facts. Everything libclang stays behind it.
// Call it only in a worker process: libclang may crash, hang or eat memory on bad input.
#ifndef CHECKER_FRONT_FRONT_H
#define CHECKER_FRONT_FRONT_H

#include "checker/base/err.h"
#include "checker/ir/ir.h"

// #include directives several translation units begin with, see share.h.
struct shared_headers {
    struct str includes; // a line each
    struct str stem;     // where their files are made: "<stem>.pch" and others
};

// One translation unit to parse; made by compdb.c and args.c.
struct compile_cmd {
    struct str file;      // absolute, normalised
    struct str directory; // absolute working directory of the command
    uint32_t arg_count;
    const char *const
        *args;         // args[0] = driver ("cc", "g++", ...); without source, -c, -o and the like
    bool alone;        // of no database: nothing else is read that uses its headers
    struct str origin; // "build/compile_commands.json entry 17", for messages
    const struct shared_headers *shared; // set by share_plan; NULL = none
    uint32_t shared_end;                 // bytes of the file these directives take up
};

// A file's unsaved content (editor buffers).
struct unsaved_file {
    struct str path; // absolute, normalised
    struct str content;
};

/// The unsaved content of the file at `path`; NULL when it is as on disk.
const struct unsaved_file *unsaved_find(const struct unsaved_file *list, uint32_t count,
                                        struct str path);

struct front_options {
    struct str root;
    const struct unsaved_file *unsaved;
    uint32_t unsaved_count;
};

/// Parses and lowers. On success fills `f` (in `arena`), which records the TU's own errors as
/// diags. Fails only when there is no AST at all (missing file, unusable arguments); the error says
/// what to do.
bool front_read(const struct compile_cmd *cmd, const struct front_options *options,
                struct arena *arena, struct facts *f, struct error *err);
/// "19.1.7": the libclang in use, for cache keys and `version`.
struct str front_version(struct arena *arena);

#endif
