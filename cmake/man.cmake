# The manual page, written by the tool itself from its table of options.
#   cmake -DTOOL=<binary> -DOUT=<file> -P man.cmake
execute_process(COMMAND ${TOOL} man OUTPUT_VARIABLE text RESULT_VARIABLE code ERROR_VARIABLE errors)
if(NOT code EQUAL 0 OR text STREQUAL "")
  message(WARNING "no man page: '${TOOL} man' failed (${code}): ${errors}")
  return()
endif()
file(WRITE ${OUT} "${text}")
