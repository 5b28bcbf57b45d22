// Fuzz targets: each reads bytes as one reader of threadlint does, and aborts when a promise is broken. What crashes, hangs
// or is caught by a sanitizer is a bug too. driver.c makes a libFuzzer program of one target (ci/fuzz), replay.c runs all of
// them over the inputs kept in test/fuzz/<target>/ (ctest).
#ifndef TEST_FUZZ_FUZZ_H
#define TEST_FUZZ_FUZZ_H

#include "checker/base/str.h"

#include <stdio.h>
#include <stdlib.h>

#define FUZZ_TARGETS(X) X(baseline) X(compdb) X(config) X(edits) X(facts) X(json) X(lsp) X(model) X(suppress) X(text) X(tsan)

#define FUZZ_DECLARE(name) void fuzz_##name(struct str input);
FUZZ_TARGETS(FUZZ_DECLARE)
#undef FUZZ_DECLARE

static inline void fuzz_promise(bool holds, const char *what) {
    if (!holds) {
        (void)fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

#endif
