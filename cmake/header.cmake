# Embeds the header that `threadlint annotate` writes.
#   cmake -DOUT=<file> -DSOURCE=<file> -P header.cmake
include(${CMAKE_CURRENT_LIST_DIR}/embed.cmake)
embed_file(bytes ${SOURCE})
file(WRITE ${OUT} "// Generated from checker/drive/annotate_header.txt.
#include \"checker/drive/annotate.h\"
const char annotate_header[] = ${bytes};
")
