# The table of rules with their documentation.
#   cmake -DOUT=<file> -DROOT=<source dir> -DSOURCES=<list, relative to ROOT> -P registry.cmake
#
# One rule = rules/<family>/<name>.c defining `const struct rule rule_<family>_<name>` (dashes as underscores), with a
# section "## <family>-<name>" in docs/rules/<family>.md. A file named like its family is the family's shared code.
include(${CMAKE_CURRENT_LIST_DIR}/embed.cmake)

# find_bytes(<out> <hex> <wanted hex>): position in digits of the first occurrence that starts at a byte, or -1.
function(find_bytes out hex wanted)
  set(base 0)
  string(FIND "${hex}" "${wanted}" at)
  while(NOT at EQUAL -1)
    math(EXPR found "${base} + ${at}")
    math(EXPR odd "${found} % 2")
    if(NOT odd)
      set(${out} ${found} PARENT_SCOPE)
      return()
    endif()
    math(EXPR base "${found} + 1")
    math(EXPR skip "${at} + 1")
    string(SUBSTRING "${hex}" ${skip} -1 hex)
    string(FIND "${hex}" "${wanted}" at)
  endwhile()
  set(${out} -1 PARENT_SCOPE)
endfunction()

# section_hex(<out> <file> <id>): the section of a rule without its heading, up to the next one; "" when there is none.
function(section_hex out md_file id)
  set(${out} "" PARENT_SCOPE)
  file(READ ${md_file} hex HEX)
  set(hex "0a${hex}")
  string(HEX "\n## ${id}\n" head)
  find_bytes(at "${hex}" "${head}")
  if(at EQUAL -1)
    return()
  endif()
  string(LENGTH "${head}" length)
  math(EXPR from "${at} + ${length}")
  string(SUBSTRING "${hex}" ${from} -1 body)
  string(HEX "\n## " next)
  find_bytes(end "${body}" "${next}")
  string(SUBSTRING "${body}" 0 ${end} body)
  set(${out} "${body}" PARENT_SCOPE)
endfunction()

set(missing "")
set(ids "")
foreach(src IN LISTS SOURCES)
  get_filename_component(name ${src} NAME_WE)
  get_filename_component(dir ${src} DIRECTORY)
  get_filename_component(family ${dir} NAME)
  if(name STREQUAL family OR family STREQUAL "models")
    continue()
  endif()
  set(id "${family}-${name}")
  string(REPLACE "-" "_" symbol "${id}")
  file(STRINGS ${ROOT}/${src} definition REGEX "^const struct rule rule_${symbol} =")
  if(NOT definition)
    string(APPEND missing " ${src} does not define 'const struct rule rule_${symbol}'.\n")
  endif()
  set(md ${ROOT}/docs/rules/${family}.md)
  set(doc_${id} "")
  if(EXISTS ${md})
    section_hex(doc_${id} ${md} ${id})
  endif()
  if(doc_${id} STREQUAL "")
    string(APPEND missing " docs/rules/${family}.md has no section '## ${id}', which ${src} needs.\n")
  endif()
  list(APPEND ids ${id})
endforeach()
if(missing)
  message(FATAL_ERROR "${missing}") # lines that start with a blank are printed as they are
endif()

set(declarations "")
set(entries "")
list(SORT ids)
foreach(id IN LISTS ids)
  string(REPLACE "-" "_" symbol "${id}")
  embed_hex(bytes "${doc_${id}}")
  string(APPEND declarations "extern const struct rule rule_${symbol};\nstatic const char doc_${symbol}[] = ${bytes};\n")
  string(APPEND entries "    {&rule_${symbol}, doc_${symbol}},\n")
endforeach()
file(WRITE ${OUT} "// Generated from rules/ and docs/rules/.
#include \"checker/rule/rule.h\"
${declarations}const struct rule_entry rule_table[] = {
${entries}    {NULL, NULL}};
const size_t rule_count = sizeof rule_table / sizeof *rule_table - 1;
")
