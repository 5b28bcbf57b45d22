# Embeds the scripts that make the schema of the database, first to last.
#   cmake -DOUT=<file> -DSOURCES=<list> -P schema.cmake
include(${CMAKE_CURRENT_LIST_DIR}/embed.cmake)
set(texts "")
set(entries "")
set(n 0)
foreach(src IN LISTS SOURCES)
  embed_file(bytes ${src})
  string(APPEND texts "static const char text_${n}[] = ${bytes};\n")
  string(APPEND entries "    text_${n},\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE ${OUT} "// Generated from reports/schema*.sql.
#include \"reports/sqlite_schema.h\"
${texts}const char *const sqlite_migrations[] = {
${entries}    0};
const int sqlite_schema_version = ${n};
")
