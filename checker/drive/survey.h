// What a project is made of, as far as a first configuration asks: which libraries of threads it
// uses, where its tests are, what is code of others. Read from facts, without linking.
#ifndef CHECKER_DRIVE_SURVEY_H
#define CHECKER_DRIVE_SURVEY_H

#include "checker/drive/load.h"

// A library whose threads, locks or waits are called.
struct survey_library {
    struct str name; // of its model file: "pthread"
    uint32_t calls;
};

// Directory, ends with "/", or file; relative to the root. It needs no quoting as a pattern.
struct survey_place {
    struct str path;
    uint32_t files; // of the project in it
};

struct survey_places {
    VEC(struct survey_place) items; // in the order of their names
};

struct survey {
    VEC(struct survey_library) libraries; // most calls first
    struct survey_places tests;
    struct survey_places foreign; // code of others: vendored directories, git submodules
    uint32_t functions;           // with a body, in files that are neither
};

/// Texts live in `arena` or in the facts.
bool survey_make(struct arena *arena, const struct load *load, struct survey *ret_survey,
                 struct error *err);

#endif
