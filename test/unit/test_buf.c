// Growable text with a maximum, and the errors.
#include "checker/base/buf.h"
#include "checker/base/err.h"
#include "test/unit/test.h"

#include <string.h>

TEST(buf_is_empty_at_first) {
    struct buf b;
    buf_init(&b, 100);
    CHECK_STR_EQ(buf_c(&b), "");
    CHECK_STR_EQ(buf_str(&b), "");
    buf_release(&b);
    buf_release(&b);
}

TEST(buf_grows) {
    struct buf b;
    buf_init(&b, 100000);
    for (int i = 0; i < 10000; i++) {
        buf_add_char(&b, (char)('a' + i % 26));
    }
    CHECK(b.len == 10000 && !b.overflow);
    CHECK(b.data[25] == 'z' && b.data[10000] == '\0');
    buf_clear(&b);
    CHECK_STR_EQ(buf_c(&b), "");
    buf_add(&b, STR("one"));
    buf_add_c(&b, " two");
    buf_add_c(&b, NULL);
    buf_addf(&b, " %d %s", 3, "four");
    buf_add_bytes(&b, "\0x", 2);
    CHECK_STR_EQ(buf_str(&b), STR("one two 3 four\0x"));
    buf_release(&b);
}

TEST(buf_keeps_what_fits) {
    struct buf b;
    buf_init(&b, 5);
    buf_add_c(&b, "12345");
    CHECK(!b.overflow);
    buf_add_char(&b, '6');
    CHECK(b.overflow);
    CHECK_STR_EQ(buf_c(&b), "12345");
    buf_clear(&b);
    CHECK(!b.overflow);
    buf_add_c(&b, "123");
    buf_addf(&b, "%s", "abcdef");
    CHECK(b.overflow);
    CHECK_STR_EQ(buf_c(&b), "123ab");
    buf_release(&b);
}

TEST(buf_of_no_bytes) {
    struct buf b;
    buf_init(&b, 0);
    buf_add_c(&b, "");
    CHECK(!b.overflow);
    buf_add_c(&b, "x");
    CHECK(b.overflow && b.len == 0);
    CHECK_STR_EQ(buf_c(&b), "");
    buf_release(&b);
}

TEST(buf_addf_takes_long_text) {
    char text[1000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct buf b;
    buf_init(&b, 10000);
    buf_addf(&b, "<%s>", text);
    CHECK(b.len == 1001 && b.data[0] == '<' && b.data[1000] == '>');
    buf_release(&b);
}

TEST(error_set_and_wrap) {
    struct error err = {0};
    CHECK(!error_set(&err, "no '%s'", "x"));
    CHECK(err.set);
    CHECK_STR_EQ(err.text, "no 'x'");
    CHECK(!error_wrap(&err, "line %d", 3));
    CHECK_STR_EQ(err.text, "line 3: no 'x'");
    CHECK(!error_set(NULL, "nobody asks"));
    CHECK(!error_wrap(NULL, "nobody asks"));
}

TEST(error_wrap_of_no_error) {
    struct error err = {0};
    CHECK(!error_wrap(&err, "file"));
    CHECK(err.set);
    CHECK_STR_EQ(err.text, "file");
}

TEST(error_cuts_long_text) {
    struct error err = {0};
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    error_set(&err, "%s", text);
    CHECK(strlen(err.text) == sizeof err.text - 1);
    error_wrap(&err, "f");
    CHECK(strlen(err.text) == sizeof err.text - 1);
    CHECK(memcmp(err.text, "f: xxx", 6) == 0);
    error_wrap(&err, "%s", text);
    CHECK(strlen(err.text) == sizeof err.text - 1);
    text[sizeof err.text - 2] = '\0'; // leaves room for half of ": "
    error_wrap(&err, "%s", text);
    CHECK(strlen(err.text) == sizeof err.text - 1);
}
