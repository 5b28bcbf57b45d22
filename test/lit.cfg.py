"""The lit suites: everything under test/ but unit tests, fuzzers and properties, which are programs of their own.

A `.test`, `.c` or `.cpp` file with RUN lines runs them. A `.c` or `.cpp` file without RUN lines is a test when it lies in
test/rules or has `// expect:`, `// miss:` or `// false:` comments: it runs `%expect %s`.

%t of a test is a directory of its own, empty when the test starts; names that begin with it (%t.json) are free as well.
Parameters: threadlint (the binary; else $THREADLINT, else build/dev/threadlint), llvm_bin (directory of FileCheck), exec_root.
"""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHON = "/usr/bin/python3"
sys.path[:0] = [str(ROOT / "test"), str(ROOT / "test" / "models")]
sys.dont_write_bytecode = True

import libraries  # noqa: E402
from lit_format import Suite  # noqa: E402


def parameter(name, default):
    return os.path.abspath(lit_config.params.get(name) or default)


config.name = "threadlint"
config.test_format = Suite(execute_external=False)
config.suffixes = [".test", ".c", ".cpp"]
config.excludes = ["Inputs", "node_modules"]
config.test_source_root = str(ROOT / "test")
config.test_exec_root = parameter("exec_root", ROOT / "build" / "lit")

tool = parameter("threadlint", os.environ.get("THREADLINT", ROOT / "build" / "dev" / "threadlint"))
config.tool = tool
llvm_bin = parameter("llvm_bin", "/usr/lib/llvm-19/bin")
if not os.access(tool, os.X_OK):
    lit_config.fatal(f"no threadlint at '{tool}': build it, or say --param threadlint=PATH")

config.substitutions += [
    ("%threadlint", tool),
    ("%expect", f"{PYTHON} {ROOT / 'test' / 'expect.py'} --tool {tool}"),
    ("%FileCheck", os.path.join(llvm_bin, "FileCheck")),
    ("%not", os.path.join(llvm_bin, "not")),
    ("%split-file", os.path.join(llvm_bin, "split-file")),
]

# A report of a sanitizer must not look like exit code 1, "findings". Nothing of the user's settings reaches the tests.
config.environment["ASAN_OPTIONS"] = "exitcode=99"
suppressions = os.path.join(config.test_source_root, "lsan.supp")
config.environment["LSAN_OPTIONS"] = f"exitcode=99:print_suppressions=0:suppressions={suppressions}"
config.environment["UBSAN_OPTIONS"] = "exitcode=99:print_stacktrace=1"
config.environment["HOME"] = config.test_exec_root
config.environment["LC_ALL"] = "C.UTF-8"

# A test of the model of a library needs its headers: REQUIRES: glib. Without them it is unsupported.
for name, library in libraries.LIBRARIES.items():
    if libraries.where(library):
        config.available_features.add(name)
