// Unit tests: `TEST(name) { CHECK(...); }`. The list is generated from the sources; main.c runs it.
#ifndef TEST_UNIT_TEST_H
#define TEST_UNIT_TEST_H

#include "checker/base/str.h"

#include <stddef.h>

struct test_entry {
    const char *name;
    void (*run)(void);
};

extern const struct test_entry test_table[]; // ends with name NULL

/// Counts a failed check and prints where and what.
void test_fail(const char *file, int line, const char *what);
void test_str_eq(const char *file, int line, struct str got, struct str want);

#define TEST(name) void test_##name(void)
#define CHECK(condition) ((condition) ? (void)0 : test_fail(__FILE__, __LINE__, #condition))
#define CHECK_STR_EQ(got, want) test_str_eq(__FILE__, __LINE__, (got), (want))

#endif
