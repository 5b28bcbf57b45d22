# Files as C data. Contents travel as hexadecimal, so that no character of them (";", "[", "\") means anything to CMake.

# embed_hex(<out> <hex>): the initialiser "{0x12,...,0}" of these bytes.
function(embed_hex out hex)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "0x([89a-f][0-9a-f])," "(char)0x\\1," bytes "${bytes}")
  set(${out} "{${bytes}0}" PARENT_SCOPE)
endfunction()

# embed_file(<out> <file>): the same of a file.
function(embed_file out file)
  file(READ ${file} hex HEX)
  embed_hex(bytes "${hex}")
  set(${out} "${bytes}" PARENT_SCOPE)
endfunction()
