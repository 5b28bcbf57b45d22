#!/usr/bin/env python3
"""What `cmake --install` puts somewhere works there: models are in the program, libclang and its headers are found, the man page is there."""

import argparse
import pathlib
import subprocess
import sys

SOURCE = """#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
int leak(int x, ...) {
    pthread_mutex_lock(&mu);
    if (x)
        return 1;
    pthread_mutex_unlock(&mu);
    return 0;
}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", required=True, type=pathlib.Path, help="the threadlint binary in its build directory")
    parser.add_argument("--prefix", required=True, type=pathlib.Path, help="an empty directory")
    args = parser.parse_args()
    build = args.tool.parent
    if not (build / "cmake_install.cmake").exists():
        print(f"{args.tool} does not lie in a build directory: nothing to install")
        return 0
    subprocess.run(["cmake", "--install", build, "--prefix", args.prefix], check=True, stdout=subprocess.DEVNULL)
    source = args.prefix / "leak.c"
    source.write_text(SOURCE, encoding="utf-8")
    run = subprocess.run([args.prefix / "bin" / "threadlint", "--isolated", source, "--"], cwd="/", capture_output=True, text=True, check=False)
    problems = []
    if run.returncode != 1 or "[shared-state-lock-leak]" not in run.stdout:
        problems.append(f"exit code {run.returncode}\n{run.stdout}{run.stderr}")
    man = args.prefix / "share" / "man" / "man1" / "threadlint.1"
    if not man.exists() or ".TH" not in man.read_text(encoding="utf-8"):
        problems.append(f"no man page at {man}")
    if not list(args.prefix.glob("share/doc/*/cli.md")):
        problems.append("no documentation")
    print("\n".join(problems) or "installed and run")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
