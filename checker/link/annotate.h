// Guards that everything in the program agrees with, as annotations of the source.
#ifndef CHECKER_LINK_ANNOTATE_H
#define CHECKER_LINK_ANNOTATE_H

#include "checker/link/program.h"

enum annotation_kind {
    ANNOTATE_GUARDED,   // a global or field: `lock` guards it
    ANNOTATE_REQUIRES,  // a function: its callers hold `lock`
    ANNOTATE_UNCHECKED, // a function whose body clang is not to check
};

struct program_annotation {
    uint8_t kind; // enum annotation_kind
    uint32_t guard;
    const struct facts *facts;
    loc_id loc;       // of the name
    struct str name;  // what stands there
    struct str lock;  // as it is written there
    bool is_member;   // the lock is a member of the object
    bool is_standard; // a mutex of the C++ library
};

// What might be guarded and gets no annotation.
struct program_unannotated {
    struct str name;
    struct str lock;
    const char *why; // follows the name; may be a format for `where`
    struct flow_site where;
};

struct program_annotations {
    VEC(struct program_annotation) items; // those of a guard are neighbours
    VEC(struct program_unannotated) left_out;
    // Functions that keep a lock, give up one of their caller, or hold one on some paths only:
    // ANNOTATE_UNCHECKED, where clang looks at them.
    VEC(struct program_annotation) unbalanced;
    uint32_t guards;
};

/// Globals and fields that are touched under one lock wherever they are shared, and functions that
/// need it held for that. The lock is taken and given back in each function that does either, never
/// in doubt, and its declaration is in sight where the annotation stands. After program_solve.
struct program_annotations program_annotate(struct program *p);

#endif
