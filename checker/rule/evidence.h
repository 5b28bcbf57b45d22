// What the files around the code tell about how it is built and tested: build files, CI files and
// the compile database, searched as text. Nothing in them is run.
#ifndef CHECKER_RULE_EVIDENCE_H
#define CHECKER_RULE_EVIDENCE_H

#include "checker/base/arena.h"
#include "checker/base/str.h"

struct evidence {
    bool read;      // the files were looked at, and none was left out for a limit
    uint32_t files; // looked at
    struct str
        race_test; // first one that names a race detector, relative to the root; may be empty
    struct str wide_entry; // first entry of a suppression file of ThreadSanitizer that leaves out
                           // whole files, libraries or everything, with no comment above it
    struct str wide_place; // "tsan.supp:12" of it, relative to the root
};

enum {
    EVIDENCE_MAX_FILES = 400,
    EVIDENCE_MAX_ENTRIES = 20000, // of directories
    EVIDENCE_MAX_DEPTH = 4,
    EVIDENCE_MAX_BYTES = 1 << 20, // of one file
};

/// Looks below `root` (absolute) and into the compile database, which may be empty. Texts live in
/// `arena`.
struct evidence evidence_read(struct arena *arena, struct str root, struct str database);
/// A file of tests: below test/, tests/ or unittests/, or named test_x, x_test, x_tests,
/// x_unittest.
bool evidence_is_test_file(struct str path);
/// A build or CI file, by its name.
bool evidence_is_build_file(struct str name);
/// The text names a race detector: ThreadSanitizer, Helgrind or DRD.
bool evidence_names_race_detector(struct str text);
/// First entry of a suppression file of ThreadSanitizer that leaves out whole files, libraries or
/// everything, and has no comment above it; empty for none. *ret_line: where.
struct str evidence_wide_suppression(struct str text, uint32_t *ret_line);

#endif
