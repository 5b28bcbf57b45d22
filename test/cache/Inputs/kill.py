"""kill.py TOOL EXPECTED: kills runs (SIGKILL) later and later until one gets to its end; the cache stays good, and in the end whole."""

import pathlib
import re
import subprocess
import sys
import time

expected = pathlib.Path(sys.argv[2]).read_bytes()
wait = 0.1
ended = False
while not ended:
    run = subprocess.Popen([sys.argv[1], "-j1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(wait)
    ended = run.poll() is not None
    run.kill()
    run.wait()
    wait *= 1.5
last = subprocess.run([sys.argv[1], "--stats"], capture_output=True, check=False)
cached = int(re.search(rb"parsed, (\d+) from the cache", last.stderr).group(1))
if last.stdout != expected or cached != 30 or b"damaged" in last.stderr:
    sys.exit(f"{cached} cached: {last.stderr.decode()}")
