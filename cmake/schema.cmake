# Embeds reports/schema.sql.
#   cmake -DOUT=<file> -DSOURCE=<file> -P schema.cmake
include(${CMAKE_CURRENT_LIST_DIR}/embed.cmake)
embed_file(bytes ${SOURCE})
file(WRITE ${OUT} "// Generated from reports/schema.sql.
#include \"reports/sqlite_schema.h\"
const char sqlite_schema[] = ${bytes};
")
