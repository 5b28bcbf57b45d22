#!/bin/bash
# cmake.sh THREADLINT DIR: installs threadlint in DIR and uses it from CMake projects there.
set -uo pipefail
tool=$1 dir=$2
here=$(cd "$(dirname "$0")" && pwd)
export CMAKE_GENERATOR=Ninja CMAKE_PREFIX_PATH=$dir/prefix
cmake --install "$(dirname "$tool")" --prefix "$dir/prefix" > /dev/null || exit 1

# project NAME <<LINES: the example of the documentation, with LINES at the end of its CMakeLists.txt.
project() {
    mkdir -p "$dir/$1"
    cp "$here"/../../docs/example/*.[ch] "$here"/../../docs/example/CMakeLists.txt "$dir/$1"
    cat - >> "$dir/$1/CMakeLists.txt"
    cmake -S "$dir/$1" -B "$dir/$1/build" > /dev/null || exit 1
}

report() { # NAME TARGET
    cmake --build "$dir/$1/build" --target "$2" 2>&1
    local code=$?
    echo "exit: $([ $code = 0 ] && echo 0 || echo failed)"
}

echo "== target: everything"
project whole << 'EOL'
find_package(threadlint REQUIRED)
threadlint_add_check(review)
EOL
report whole review

echo "== target: sources of one target, findings allowed"
project part << 'EOL'
find_package(threadlint REQUIRED)
add_library(logging STATIC log.c)
threadlint_add_check(review TARGETS logging OPTIONS --exit-zero)
EOL
report part review

echo "== read while building"
project launcher << 'EOL'
find_package(threadlint REQUIRED)
threadlint_read_while_building(jobd)
threadlint_add_check(review OPTIONS --stats --exit-zero)
EOL
cmake --build "$dir/launcher/build" > /dev/null || exit 1
report launcher review

echo "== in the place of clang-tidy"
project tidy << 'EOL'
set_target_properties(jobd PROPERTIES C_CLANG_TIDY "${CMAKE_PREFIX_PATH}/bin/threadlint;--exit-zero;--quiet")
EOL
sed -i "s|\${CMAKE_PREFIX_PATH}|$dir/prefix|" "$dir/tidy/CMakeLists.txt"
report tidy jobd
