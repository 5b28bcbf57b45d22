"""The test format of lit.cfg.py. A module of its own, because lit sends tests to worker processes by the name of their class."""

import glob
import os
import pathlib
import re
import shutil

import lit.formats
import lit.TestRunner

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
            if old.startswith(base + "pp"):  # of a.cpp beside a.c, which may run meanwhile
                continue
            shutil.rmtree(old) if os.path.isdir(old) and not os.path.islink(old) else os.remove(old)
        os.makedirs(base)
        text = pathlib.Path(test.getSourcePath()).read_text(encoding="utf-8", errors="replace")
        commands = [] if HAS_RUN.search(text) else ["%expect %s"]
        return lit.TestRunner.executeShTest(test, lit_config, self.execute_external, [], commands)
