// Runs the unit tests: all, or those whose name contains argv[1]. Ends with "N passed, N failed".
#include "test/unit/test.h"

#include <stdio.h>
#include <string.h>

static unsigned failures;

void test_fail(const char *file, int line, const char *what) {
    failures++;
    (void)fprintf(stderr, "%s:%d: check failed: %s\n", file, line, what);
}

struct str test_text(const char *c_string) {
    return c_string ? str_from(c_string) : STR("(null)");
}

struct str test_slice(struct str s) {
    return s;
}

void test_str_eq(const char *file, int line, struct str got, struct str want) {
    if (!str_eq(got, want)) {
        failures++;
        (void)fprintf(stderr, "%s:%d: texts differ\n  got:  " STR_FMT "\n  want: " STR_FMT "\n",
                      file, line, STR_ARG(got), STR_ARG(want));
    }
}

int main(int argc, char **argv) {
    unsigned passed = 0;
    unsigned failed = 0;
    for (const struct test_entry *t = test_table; t->name; t++) {
        if (argc > 1 && !strstr(t->name, argv[1])) {
            continue;
        }
        unsigned before = failures;
        t->run();
        if (failures != before) {
            (void)fprintf(stderr, "FAILED: %s\n", t->name);
            failed++;
        } else {
            passed++;
        }
    }
    (void)fflush(stderr);
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0 || passed == 0;
}
