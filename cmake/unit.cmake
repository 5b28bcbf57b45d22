# The list of unit tests: every `TEST(name)` at the start of a line of the sources.
set(declarations "")
set(entries "")
foreach(src IN LISTS SOURCES)
  file(STRINGS ${src} lines REGEX "^TEST\\(")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^TEST\\(([A-Za-z0-9_]+)\\).*" "\\1" name "${line}")
    string(APPEND declarations "void test_${name}(void);\n")
    string(APPEND entries "    {\"${name}\", test_${name}},\n")
  endforeach()
endforeach()
file(WRITE ${OUT} "// Generated from test/unit/.
#include \"test/unit/test.h\"
${declarations}const struct test_entry test_table[] = {
${entries}    {NULL, NULL}};
")
