"""concurrent.py TOOL EXPECTED: several runs start on a cache that is not there yet; then all of it is in the cache."""

import pathlib
import subprocess
import sys

expected = pathlib.Path(sys.argv[2]).read_bytes()
runs = [subprocess.Popen([sys.argv[1], "-j1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
for run in runs:
    out, err = run.communicate(timeout=200)
    if run.returncode != 1 or out != expected or err:
        sys.exit(f"exit code {run.returncode}: {err.decode()}")
last = subprocess.run([sys.argv[1], "--stats"], capture_output=True, check=False)
if b"(0 parsed, 30 from the cache," not in last.stderr or last.stdout != expected:
    sys.exit(last.stderr.decode())
