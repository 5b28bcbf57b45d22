#!/bin/bash
# deb.sh THREADLINT DIR: packs the build THREADLINT is of, prints what is in the package, unpacks and runs it.
set -euo pipefail
build=$(dirname "$1") dir=$2
mkdir -p "$dir"
here=$(cd "$(dirname "$0")" && pwd)
cpack --config "$build/CPackConfig.cmake" -B "$dir" > "$dir/cpack.log" || {
    cat "$dir/cpack.log"
    exit 1
}
dpkg-deb --field "$dir"/threadlint_*.deb Package Depends
dpkg-deb --contents "$dir"/threadlint_*.deb | awk '{print $6}' | sort
dpkg-deb --extract "$dir"/threadlint_*.deb "$dir/root"
"$dir/root/usr/bin/threadlint" version
cmake -G Ninja -S "$here/../../docs/example" -B "$dir/example" -DCMAKE_EXPORT_COMPILE_COMMANDS=ON > /dev/null
"$dir/root/usr/bin/threadlint" -p "$dir/example" --root "$here/../../docs/example" --no-cache --exit-zero
