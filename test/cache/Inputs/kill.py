"""kill.py TOOL EXPECTED: kills runs (SIGKILL) at various moments; the cache stays good, and in the end whole."""

import pathlib
import re
import subprocess
import sys
import time

expected = pathlib.Path(sys.argv[2]).read_bytes()
kept = 0
for tenths in (1, 2, 4, 6, 8):
    run = subprocess.Popen([sys.argv[1], "-j1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(tenths / 10)
    run.kill()
    run.wait()
last = subprocess.run([sys.argv[1], "--stats"], capture_output=True, check=False)
cached = int(re.search(rb"parsed, (\d+) from the cache", last.stderr).group(1))
if last.stdout != expected or cached == 0 or b"damaged" in last.stderr:
    sys.exit(f"{cached} cached: {last.stderr.decode()}")
