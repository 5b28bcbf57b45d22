#!/bin/sh
# Judges SARIF files with tools that are not ours: the JSON schema (ajv), Microsoft's validator with
# the rules of GitHub (Sarif.Multitool), and its implementation of GitHub's line hashes.
#
#     validate-sarif.sh FILE.sarif...            schema and validator
#     validate-sarif.sh --root DIR FILE.sarif... also recomputes the line hashes from the sources in DIR
#     validate-sarif.sh --unit-tests PROGRAM     lets the unit tests (beside PROGRAM if that is threadlint) write samples, and judges those
#     validate-sarif.sh --tool PROGRAM           lets threadlint check example.c, and judges that
#     validate-sarif.sh --install                only installs the validators
#
# Exit status: 0 all good, 1 something is wrong, 3 the validators cannot be had. Needs node, npm and jq; the validators are
# installed beside this script on first use, in the versions of package-lock.json.
set -u

here=$(cd "$(dirname "$0")" && pwd)
modules=$here/node_modules
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0

unsupported() {
    echo "UNSUPPORTED: validate-sarif.sh: $1"
    exit 3
}

fail() {
    echo "FAIL: $1"
    failed=1
}

install_tools() {
    for program in node npm jq; do
        command -v $program > /dev/null || unsupported "$program is not installed"
    done
    (
        # Tests run side by side: one of them installs, the others wait.
        command -v flock > /dev/null && flock 9
        [ -f "$modules/.package-lock.json" ] && exit 0
        cd "$here" && npm ci --ignore-scripts --no-audit --no-fund > "$work/npm.log" 2>&1
    ) 9> "${TMPDIR:-/tmp}/threadlint-validators.lock" || {
        cat "$work/npm.log"
        unsupported "npm ci could not install the validators"
    }
    multitool=$modules/@microsoft/sarif-multitool-linux/Sarif.Multitool
    schema=$modules/@microsoft/sarif-multitool-linux/sarif-2.1.0.json
    [ -f "$multitool" ] || unsupported "Sarif.Multitool has no build for this system"
    chmod u+x "$multitool"
}

check_schema() { # file
    cp "$1" "$work/schema-input.json"
    "$modules/.bin/ajv" validate --spec=draft2020 --strict=false --all-errors -c ajv-formats -s "$schema" \
        -d "$work/schema-input.json" > "$work/ajv.log" 2>&1
}

# The exit code of the validator says nothing; its own results do. Notes are advice. SARIF2005 wants a
# home page of the tool.
check_rules() { # file
    rm -f "$work/verdict.sarif"
    "$multitool" validate "$1" --rule-kind "Sarif;Gh;Ghas" --output "$work/verdict.sarif" \
        --log ForceOverwrite > "$work/multitool.log" 2>&1
    [ -f "$work/verdict.sarif" ] || return 1
    jq -r '.runs[].results[]? | select((.level // "warning") != "note" and .ruleId != "SARIF2005")
           | "\(.ruleId) \(.level // "warning"): \(.message.text // (.message.id + " " + ((.message.arguments // []) | join(", "))))"' \
        "$work/verdict.sarif" > "$work/multitool.found"
    [ ! -s "$work/multitool.found" ]
}

check_file() { # file
    if ! check_schema "$1"; then
        fail "$1 does not match the schema"
        head -n 40 "$work/ajv.log"
    fi
    if ! check_rules "$1"; then
        fail "$1 is objected to by Sarif.Multitool"
        [ -s "$work/multitool.found" ] && head -n 40 "$work/multitool.found" || cat "$work/multitool.log"
    fi
}

# A judge that accepts everything judges nothing.
check_judges() { # good file
    jq '.runs[0].results[0].locations[0].physicalLocation.region.startLine = "one"' "$1" > "$work/bad.sarif"
    check_schema "$work/bad.sarif" && fail "the schema check accepts a line that is text"
    jq '.runs[0].results[0].ruleIndex = 9999' "$1" > "$work/bad.sarif"
    check_rules "$work/bad.sarif" && fail "Sarif.Multitool accepts a rule index out of range"
}

hashes_of() { # file
    jq -r '.runs[].results[] | .locations[0].physicalLocation as $p
           | "\($p.artifactLocation.uri):\($p.region.startLine) \(.partialFingerprints.primaryLocationLineHash)"' "$1"
}

check_hashes() { # file root
    jq --arg root "file://$2/" '.runs[].originalUriBaseIds.SRCROOT.uri = $root
           | del(.runs[].results[].partialFingerprints.primaryLocationLineHash)' "$1" > "$work/bare.sarif"
    "$multitool" rewrite "$work/bare.sarif" --insert RollingHashPartialFingerprints --output "$work/hashed.sarif" \
        --log ForceOverwrite > "$work/rewrite.log" 2>&1
    if [ ! -f "$work/hashed.sarif" ]; then
        fail "Sarif.Multitool did not compute the hashes of $1"
        cat "$work/rewrite.log"
        return
    fi
    hashes_of "$1" > "$work/ours"
    hashes_of "$work/hashed.sarif" > "$work/theirs"
    if grep -q ' null$' "$work/theirs"; then
        fail "Sarif.Multitool found no source for some lines of $1"
    fi
    if ! diff "$work/ours" "$work/theirs" > "$work/diff"; then
        fail "line hashes of $1 differ from GitHub's algorithm (< ours, > theirs)"
        head -n 20 "$work/diff"
    fi
}

root=
case ${1:-} in
--install)
    install_tools
    exit 0
    ;;
--unit-tests)
    program=$2
    [ "$(basename "$2")" = threadlint ] && program=$(dirname "$2")/unit_tests
    THREADLINT_SARIF_SAMPLES=$work/samples "$program" report_samples > "$work/unit.log" 2>&1 || {
        cat "$work/unit.log"
        echo "FAIL: the unit tests did not write the samples"
        exit 1
    }
    root=$work/samples
    set -- "$work"/samples/*.sarif
    ;;
--tool)
    (cd "$here" && "$2" check --no-cache --root . --format sarif example.c -- -std=c11) > "$work/tool.sarif"
    status=$?
    [ $status -eq 1 ] || {
        echo "FAIL: the tool ends with $status, not 1 (findings)"
        exit 1
    }
    root=$here
    set -- "$work/tool.sarif"
    ;;
--root)
    root=$(cd "$2" && pwd)
    shift 2
    ;;
esac
[ $# -gt 0 ] && [ -f "$1" ] || {
    echo "usage: validate-sarif.sh [--root DIR] FILE.sarif... | --unit-tests PROGRAM | --tool PROGRAM"
    exit 2
}

install_tools
for file in "$@"; do
    check_file "$file"
    if [ -n "$root" ]; then
        check_hashes "$file" "$root"
    fi
done
[ "$(jq '.runs[0].results | length' "$1")" -gt 0 ] && check_judges "$1"
[ $failed -eq 0 ] && echo "OK: $# file(s)"
exit $failed
