# Embeds reports/schema.sql.
include(${CMAKE_CURRENT_LIST_DIR}/embed.cmake)
embed_file(bytes ${SOURCE})
file(WRITE ${OUT} "// Generated from reports/schema.sql.\n#include \"reports/sqlite_schema.h\"\nconst char sqlite_schema[] = ${bytes};\n")
