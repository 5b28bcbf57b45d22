# Embeds rules/models/*.model.
#   cmake -DOUT=<file> -DSOURCES=<list> -P models.cmake
include(${CMAKE_CURRENT_LIST_DIR}/embed.cmake)
set(texts "")
set(entries "")
list(SORT SOURCES)
set(n 0)
foreach(src IN LISTS SOURCES)
  get_filename_component(name ${src} NAME)
  embed_file(bytes ${src})
  string(APPEND texts "static const char text_${n}[] = ${bytes};\n")
  string(APPEND entries "    {\"${name}\", text_${n}},\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE ${OUT} "// Generated from rules/models/.
#include \"checker/effect/model.h\"
${texts}const struct model_source model_sources[] = {
${entries}    {NULL, NULL}};
const size_t model_source_count = sizeof model_sources / sizeof *model_sources - 1;
")
