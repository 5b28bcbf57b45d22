// Unit tests: `TEST(name) { CHECK(...); }` in any file of this directory. The list is generated
// from the sources (cmake/unit.cmake); main.c runs it. A failed check is printed and the test goes
// on.
#ifndef TEST_UNIT_TEST_H
#define TEST_UNIT_TEST_H

#include "checker/base/str.h"

#include <stddef.h>

struct test_entry {
    const char *name;
    void (*run)(void);
};

extern const struct test_entry test_table[]; // generated; ends with name NULL

/// Counts a failed check and prints where and what.
void test_fail(const char *file, int line, const char *what);
/// The texts are equal.
void test_str_eq(const char *file, int line, struct str got, struct str want);
/// A C string as a slice; NULL as "(null)", so that it differs from the empty text.
struct str test_text(const char *c_string);
/// The slice itself.
struct str test_slice(struct str s);

#define TEST(name)                                                                                 \
    void test_##name(void);                                                                        \
    void test_##name(void)
#define CHECK(condition) ((condition) ? (void)0 : test_fail(__FILE__, __LINE__, #condition))

// Both texts may be a C string or a struct str.
#define TEST_AS_STR(x)          _Generic((x), struct str : test_slice, default : test_text)(x)
#define CHECK_STR_EQ(got, want) test_str_eq(__FILE__, __LINE__, TEST_AS_STR(got), TEST_AS_STR(want))

#endif
