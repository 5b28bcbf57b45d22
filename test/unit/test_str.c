// Slices of text.
#include "checker/base/str.h"
#include "test/unit/test.h"

static const struct str none = {0};

TEST(str_from_takes_null) {
    CHECK(str_from(NULL).len == 0);
    CHECK_STR_EQ(str_from("ab"), STR("ab"));
    CHECK_STR_EQ(str_make("abc", 2), "ab");
}

TEST(str_comparisons) {
    CHECK(str_eq(none, STR("")));
    CHECK(!str_eq(STR("a"), STR("b")));
    CHECK(!str_eq(STR("a"), STR("ab")));
    CHECK(str_cmp(STR("a"), STR("b")) < 0);
    CHECK(str_cmp(STR("ab"), STR("a")) > 0);
    CHECK(str_cmp(STR("a"), STR("ab")) < 0);
    CHECK(str_cmp(STR("\x80"), STR("a")) > 0); // bytes are unsigned
    CHECK(str_cmp(none, STR("")) == 0);
    CHECK(str_starts(STR("abc"), STR("ab")));
    CHECK(str_starts(none, none));
    CHECK(!str_starts(STR("a"), STR("ab")));
    CHECK(str_ends(STR("abc"), STR("bc")));
    CHECK(str_ends(STR("abc"), none));
    CHECK(!str_ends(STR("c"), STR("bc")));
}

TEST(str_searches) {
    struct str s = STR("abcabcabd");
    CHECK(str_find(s, STR("abd"), 0) == 6);
    CHECK(str_find(s, STR("abc"), 1) == 3);
    CHECK(str_find(s, STR("abcabcabd"), 0) == 0);
    CHECK(str_find(s, STR("abcabcabdx"), 0) == SIZE_MAX);
    CHECK(str_find(s, STR("abd"), 7) == SIZE_MAX);
    CHECK(str_find(s, STR("a"), 100) == SIZE_MAX);
    CHECK(str_find(s, STR(""), 9) == 9);
    CHECK(str_find(s, STR(""), 10) == SIZE_MAX);
    CHECK(str_find(none, STR("a"), 0) == SIZE_MAX);
    CHECK(str_find(none, none, 0) == 0);
    CHECK(str_find_char(s, 'c', 3) == 5);
    CHECK(str_find_char(s, 'c', 6) == SIZE_MAX);
    CHECK(str_find_char(none, 'c', 0) == SIZE_MAX);
    CHECK(str_rfind_char(s, 'a') == 6);
    CHECK(str_rfind_char(s, 'x') == SIZE_MAX);
    CHECK(str_rfind_char(none, 'x') == SIZE_MAX);
}

TEST(str_parts) {
    CHECK_STR_EQ(str_slice(STR("abcd"), 1, 3), "bc");
    CHECK_STR_EQ(str_slice(STR("abcd"), 1, 100), "bcd");
    CHECK_STR_EQ(str_slice(STR("abcd"), 3, 1), "");
    CHECK_STR_EQ(str_slice(STR("abcd"), 100, SIZE_MAX), "");
    CHECK_STR_EQ(str_slice(none, 0, 4), "");
    CHECK_STR_EQ(str_trim(STR(" \t\r\na b \n")), "a b");
    CHECK_STR_EQ(str_trim(STR(" \t ")), "");
    CHECK_STR_EQ(str_trim(none), "");
}

TEST(str_cut_splits) {
    struct str rest = STR("a,,b,");
    CHECK_STR_EQ(str_cut(&rest, ','), "a");
    CHECK_STR_EQ(str_cut(&rest, ','), "");
    CHECK_STR_EQ(str_cut(&rest, ','), "b");
    CHECK(rest.ptr != NULL && rest.len == 0); // an empty last field is still to come
    CHECK_STR_EQ(str_cut(&rest, ','), "");
    CHECK(rest.ptr == NULL);
    CHECK_STR_EQ(str_cut(&rest, ','), "");
}

static bool u64_is(const char *text, uint64_t want) {
    uint64_t v = 0;
    return str_to_u64(str_from(text), &v) && v == want;
}

static bool i64_is(const char *text, int64_t want) {
    int64_t v = 0;
    return str_to_i64(str_from(text), &v) && v == want;
}

TEST(str_numbers) {
    CHECK(u64_is("0", 0));
    CHECK(u64_is("007", 7));
    CHECK(u64_is("18446744073709551615", UINT64_MAX));
    CHECK(i64_is("-9223372036854775808", INT64_MIN));
    CHECK(i64_is("9223372036854775807", INT64_MAX));
    CHECK(i64_is("-0", 0));
}

TEST(str_refuses_what_is_no_number) {
    static const char *const unsigned_texts[] = {
        "", "-1", "+1", " 1", "1 ", "0x1", "1.0", "18446744073709551616", "99999999999999999999"};
    uint64_t u = 5;
    for (size_t i = 0; i < sizeof unsigned_texts / sizeof *unsigned_texts; i++) {
        CHECK(!str_to_u64(str_from(unsigned_texts[i]), &u));
    }
    static const char *const signed_texts[] = {
        "", "-", "--1", "+1", "9223372036854775808", "-9223372036854775809"};
    int64_t s = 5;
    for (size_t i = 0; i < sizeof signed_texts / sizeof *signed_texts; i++) {
        CHECK(!str_to_i64(str_from(signed_texts[i]), &s));
    }
    CHECK(u == 5 && s == 5); // untouched on failure
}

TEST(str_glob_matches) {
    CHECK(str_glob(STR("*"), none));
    CHECK(str_glob(none, none));
    CHECK(!str_glob(none, STR("a")));
    CHECK(str_glob(STR("shared-*"), STR("shared-state")));
    CHECK(str_glob(STR("*-leak"), STR("lock-leak")));
    CHECK(str_glob(STR("a*b*c"), STR("aXbXbXc")));
    CHECK(!str_glob(STR("a*b*c"), STR("aXbXbX")));
    CHECK(str_glob(STR("a?c"), STR("abc")));
    CHECK(!str_glob(STR("a?c"), STR("ac")));
    CHECK(str_glob(STR("a**"), STR("a")));
    CHECK(!str_glob(STR("abc"), STR("ab")));
    // no exponential backtracking
    CHECK(!str_glob(STR("*a*a*a*a*a*a*a*a*b"), STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")));
}

TEST(str_distance_counts_edits) {
    CHECK(str_distance(STR("kitten"), STR("sitting"), 10) == 3);
    CHECK(str_distance(STR("same"), STR("same"), 10) == 0);
    CHECK(str_distance(none, STR("abc"), 10) == 3);
    CHECK(str_distance(STR("abc"), none, 10) == 3);
    CHECK(str_distance(STR("kitten"), STR("sitting"), 2) == 2);
    static const char zeros[200];
    CHECK(str_distance(str_make(zeros, 200), STR("x"), 9) == 9);
    CHECK(str_distance(str_make(zeros, 200), str_make(zeros, 200), 9) == 0);
}
