"""results.py TOOL: reports of a kept result are, byte for byte, those of the run that judged, in all formats and in the SQLite store."""

import os
import pathlib
import re
import sqlite3
import subprocess
import sys

env = dict(os.environ, SOURCE_DATE_EPOCH="1700000000")
STORE = pathlib.Path(".threadlint/cache.db")


def reports(*options):
    """Whether the result was an earlier run's; exit code, text, SARIF, JSON lines and rows of one run."""
    argv = [sys.argv[1], "--profile", "review", "--stats", "--show-suppressed", "--output", "sarif=r.sarif", "--output", "json=r.json",
            "--db", "r.db", *options]
    pathlib.Path("r.db").unlink(missing_ok=True)
    done = subprocess.run(argv, capture_output=True, check=False, env=env)
    db = sqlite3.connect("r.db")
    db.execute("UPDATE runs SET units_cached = 0")
    rows = "\n".join(db.iterdump())
    db.close()
    kept = b"judged: by an earlier run" in done.stderr
    figures = re.sub(rb".*(translation units|seconds|judged|greatest worker):.*\n", b"", done.stderr)
    return kept, [done.returncode, done.stdout, pathlib.Path("r.sarif").read_bytes(), pathlib.Path("r.json").read_bytes(), rows, figures]


def compare(name, expect_kept, good, options=()):
    kept, report = reports(*options)
    if kept != expect_kept:
        sys.exit(f"{name}: {'kept' if kept else 'judged'}")
    for index, what in enumerate(("exit code", "text", "SARIF", "JSON", "database", "statistics")):
        if report[index] != good[index]:
            sys.exit(f"{name}: the {what} differs")


_, cold = reports()
if cold[0] != 1 or b"shared-state-lock-leak" not in cold[1] or b"functions: 7 " not in cold[5]:
    sys.exit(f"the project should have findings and functions: {cold[0]} {cold[1].decode()} {cold[5].decode()}")
compare("warm", True, cold)
if reports("--no-cache")[1][1] != cold[1]:
    sys.exit("without cache: the text differs")

# Other bytes, cut off, none, more, another hash; last: bytes whose hash is right, but which are no result.
for change in ("data = CAST(x'07' || substr(data, 2) AS BLOB)", "data = substr(data, 1, 100)", "data = x''", "data = CAST(data || x'00' AS BLOB)", "content = x'0102'",
               "data = x'', content = x'7f498d4624c30160d8984701d306aa99'"):
    db = sqlite3.connect(STORE)
    db.execute(f"UPDATE result SET {change}")
    db.commit()
    db.close()
    compare(change, False, cold)
    compare(f"after {change}", True, cold)
