#!/bin/sh
# Installs, on first use, what package-lock.json names beside this script. Exit status 3: cannot be had.
here=$(cd "$(dirname "$0")" && pwd)
cd "$here" || exit 3
command -v npm > /dev/null || {
    echo "npm is not installed"
    exit 3
}
(
    flock 9
    [ -f node_modules/.package-lock.json ] || npm ci --ignore-scripts --no-audit --no-fund
) 9> "${TMPDIR:-/tmp}/threadlint-npm-tools.lock" 2>&1 || exit 3
