// UTF-8 and UTF-16 columns.
#include "checker/base/utf.h"
#include "test/unit/test.h"

#include <string.h>

static bool decodes(const char *text, uint32_t want, size_t want_len) {
    size_t len = 0;
    return utf_decode(str_from(text), 0, &len) == want && len == want_len;
}

TEST(utf_decodes) {
    CHECK(decodes("a", 'a', 1));
    CHECK(decodes("\xC2\x80", 0x80, 2));
    CHECK(decodes("\xDF\xBF", 0x7FF, 2));
    CHECK(decodes("\xE0\xA0\x80", 0x800, 3));
    CHECK(decodes("\xED\x9F\xBF", 0xD7FF, 3));
    CHECK(decodes("\xEF\xBF\xBD", 0xFFFD, 3));
    CHECK(decodes("\xF0\x90\x80\x80", 0x10000, 4));
    CHECK(decodes("\xF4\x8F\xBF\xBF", 0x10FFFF, 4));
}

TEST(utf_refuses) {
    static const char *const bad[] = {
        "\x80",             // continuation alone
        "\xC0\x80",         // overlong
        "\xC1\xBF",         // overlong
        "\xE0\x9F\xBF",     // overlong
        "\xF0\x8F\xBF\xBF", // overlong
        "\xED\xA0\x80",     // surrogate
        "\xF4\x90\x80\x80", // above 10FFFF
        "\xF5\x80\x80\x80", // no such first byte
        "\xFF",             //
        "\xC3",             // truncated
        "\xE2\x82",         // truncated
        "\xF0\x9F\x94",     // truncated
        "\xC3\x28",         // continuation missing
        "\xE2\x28\xA1",     // continuation missing
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(decodes(bad[i], 0xFFFD, 1));
        CHECK(!utf_valid(str_from(bad[i])));
    }
    size_t len = 0;
    CHECK(utf_decode(STR("a"), 7, &len) == 0xFFFD && len == 1); // beyond the end
}

TEST(utf_round_trip_of_every_code_point) {
    bool all = true;
    for (uint32_t c = 0x800; c <= 0x10FFFF; c += 17) {
        char text[4];
        size_t n = c < 0x10000 ? 3 : 4;
        for (size_t i = n - 1; i > 0; i--) {
            text[i] = (char)(0x80 | (c >> (6 * (n - 1 - i)) & 0x3F));
        }
        text[0] = (char)((n == 3 ? 0xE0 : 0xF0) | c >> (6 * (n - 1)));
        size_t len = 0;
        uint32_t got = utf_decode(str_make(text, n), 0, &len);
        bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        all = all && (surrogate ? got == 0xFFFD && len == 1 : got == c && len == n);
    }
    CHECK(all);
}

TEST(utf_valid_text) {
    CHECK(utf_valid(STR("")));
    CHECK(utf_valid((struct str){0}));
    CHECK(utf_valid(STR("a\0b")));
    CHECK(utf_valid(STR("gr\xC3\xBC\xC3\x9F \xF0\x9F\x94\x92")));
    CHECK(utf_valid(STR("\xEF\xBF\xBD"))); // the replacement character itself
    CHECK(!utf_valid(STR("abc\xFF")));
}

TEST(utf_columns) {
    // a, u umlaut (2 bytes, 1 unit), lock emoji (4 bytes, 2 units), b
    struct str line = STR("a\xC3\xBC\xF0\x9F\x94\x92"
                          "b");
    static const size_t bytes[] = {0, 1, 3, 7, 8};
    static const size_t units[] = {0, 1, 2, 4, 5};
    for (size_t i = 0; i < 5; i++) {
        CHECK(utf_units16(line, bytes[i]) == units[i]);
        CHECK(utf_byte_of_unit16(line, units[i]) == bytes[i]);
    }
    CHECK(utf_units16(line, 100) == 5);
    CHECK(utf_byte_of_unit16(line, 100) == 8);
    CHECK(utf_units16(STR("\xFF\xFE"), 2) == 2); // each bad byte is one unit
    CHECK(utf_units16((struct str){0}, 4) == 0);
    CHECK(utf_byte_of_unit16((struct str){0}, 4) == 0);
}
