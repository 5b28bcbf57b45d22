# The list of unit tests: every `TEST(name)` at the start of a line of the sources.
#   cmake -DOUT=<file> -DSOURCES=<list> -P unit.cmake
set(declarations "")
set(entries "")
list(SORT SOURCES)
foreach(src IN LISTS SOURCES)
  file(READ ${src} text)
  # Only the matches become a list, so nothing else of the text can upset it.
  string(REGEX MATCHALL "\nTEST\\([A-Za-z0-9_]+\\)" heads "\n${text}")
  foreach(head IN LISTS heads)
    string(REGEX REPLACE "\nTEST\\(([A-Za-z0-9_]+)\\)" "\\1" name "${head}")
    string(APPEND declarations "void test_${name}(void);\n")
    string(APPEND entries "    {\"${name}\", test_${name}},\n")
  endforeach()
endforeach()
file(WRITE ${OUT} "// Generated from test/unit/.
#include \"test/unit/test.h\"
${declarations}const struct test_entry test_table[] = {
${entries}    {NULL, NULL}};
")
