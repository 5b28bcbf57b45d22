"""The lit suites: everything under test/ but unit tests, fuzzers and properties, which are programs of their own.

A `.test`, `.c` or `.cpp` file with RUN lines runs them. A `.c` or `.cpp` file without RUN lines is a test when it lies in
test/rules or has `// expect:`, `// miss:` or `// false:` comments: it runs `%expect %s`.

%t of a test is a directory of its own, empty when the test starts; names that begin with it (%t.json) are free as well.
Parameters: threadlint (the binary; else $THREADLINT, else build/dev/threadlint), llvm_bin (directory of FileCheck), exec_root.
"""

import glob
import os
import pathlib
import re
import shutil

import lit.formats
import lit.TestRunner

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHON = "/usr/bin/python3"
NO_SUITE = ("unit", "fuzz", "prop")
HAS_RUN = re.compile(r"\bRUN:")
HAS_COMMENT = re.compile(r"//\s*(?:expect|miss|false)(?:@[+-]\d+)?:")


def is_test(source_path, path_in_suite):
    if source_path.endswith(".test"):
        return True
    text = pathlib.Path(source_path).read_text(encoding="utf-8", errors="replace")
    return path_in_suite[0] == "rules" or bool(HAS_RUN.search(text) or HAS_COMMENT.search(text))


class Suite(lit.formats.ShTest):
    """Shell tests, where a source file without RUN lines stands for `%expect %s`."""

    def getTestsInDirectory(self, test_suite, path_in_suite, lit_config, local_config):
        path_in_suite = tuple(path_in_suite)
        if path_in_suite and path_in_suite[0] in NO_SUITE:
            return
        for test in super().getTestsInDirectory(test_suite, path_in_suite, lit_config, local_config):
            if is_test(test.getSourcePath(), test.path_in_suite):
                yield test

    def execute(self, test, lit_config):
        base = lit.TestRunner.getTempPaths(test)[1]
        for old in glob.glob(glob.escape(base) + "*"):
            shutil.rmtree(old) if os.path.isdir(old) and not os.path.islink(old) else os.remove(old)
        os.makedirs(base)
        text = pathlib.Path(test.getSourcePath()).read_text(encoding="utf-8", errors="replace")
        commands = [] if HAS_RUN.search(text) else ["%expect %s"]
        return lit.TestRunner.executeShTest(test, lit_config, self.execute_external, [], commands)


def parameter(name, default):
    return os.path.abspath(lit_config.params.get(name) or default)


config.name = "threadlint"
config.test_format = Suite(execute_external=False)
config.suffixes = [".test", ".c", ".cpp"]
config.excludes = ["Inputs", "node_modules"]
config.test_source_root = str(ROOT / "test")
config.test_exec_root = parameter("exec_root", ROOT / "build" / "lit")

tool = parameter("threadlint", os.environ.get("THREADLINT", ROOT / "build" / "dev" / "threadlint"))
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
config.environment["LSAN_OPTIONS"] = "exitcode=99"
config.environment["UBSAN_OPTIONS"] = "exitcode=99:print_stacktrace=1"
config.environment["HOME"] = config.test_exec_root
config.environment["LC_ALL"] = "C.UTF-8"
