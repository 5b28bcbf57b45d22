// Which #include directives a source begins with.
#include "checker/front/share.h"
#include "test/unit/test.h"

static uint32_t scan(const char *text, struct str *ret, uint32_t *ret_ends) {
    return share_scan(str_from(text), ret, ret_ends, 4);
}

TEST(share_finds_directives_at_the_begin) {
    struct str names[4];
    uint32_t ends[4];
    CHECK(
        scan("/* a\n */\n// b\n#include <a.h>\n\n # include \"b.h\" // c\nint x;\n#include <c.h>\n",
             names, ends) == 2);
    CHECK_STR_EQ(names[0], "<a.h>");
    CHECK_STR_EQ(names[1], "\"b.h\"");
    CHECK(ends[0] == 28 && ends[1] == 51);
    CHECK(scan("#include <a.h>", names, ends) == 1 && ends[0] == 14);
    CHECK(scan("#include <a.h>\n#include <b.h>\n#include <c.h>\n#include <d.h>\n#include <e.h>\n",
               names, ends) == 4);
}

TEST(share_stops_at_anything_else) {
    struct str names[4];
    uint32_t ends[4];
    CHECK(scan("", names, ends) == 0);
    CHECK(scan("#define A\n#include <a.h>\n", names, ends) == 0);
    CHECK(scan("#include_next <a.h>\n", names, ends) == 0);
    CHECK(scan("#include MACRO\n", names, ends) == 0);
    CHECK(scan("#include <a.h\n>\n", names, ends) == 0);
    CHECK(scan("#include <a.h> int x;\n", names, ends) == 0);
    CHECK(scan("#include <a.h> /* b\n */\n", names, ends) == 0);
    CHECK(scan("#include <a.h> \\\n\n", names, ends) == 0);
    CHECK(scan("#include <a.h> /* b */\n#include <b.h> /* c */ /* d */\n", names, ends) == 1);
}
