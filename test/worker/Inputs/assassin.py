"""assassin.py TOOL: runs the tool in the current project while its workers are killed now and then.

Whatever dies, the tool ends by itself, tells the files it lost, and reports the others as always.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time

whole = subprocess.run([sys.argv[1], "--no-cache"], capture_output=True, check=False)
if whole.returncode != 1:
    sys.exit(f"undisturbed run: exit code {whole.returncode}")
# At its end a leak check looks at the tool from a child process: killed, it would leave the tool waiting for it for ever. The
# undisturbed run above is checked for leaks.
quiet = dict(os.environ, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0")
tool = subprocess.Popen([sys.argv[1], "--no-cache", "-j2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=quiet)
kills = 0
deadline = time.monotonic() + 100
while tool.poll() is None and kills < 6 and time.monotonic() < deadline:
    time.sleep(0.1)
    try:
        workers = pathlib.Path(f"/proc/{tool.pid}/task/{tool.pid}/children").read_text().split()
        if workers:
            os.kill(int(workers[0]), signal.SIGKILL)
            kills += 1
    except (OSError, ValueError):
        pass
out, err = tool.communicate(timeout=100)
lost = out.count(b"[file-skipped]")
if tool.returncode not in (1, 3) or (tool.returncode == 3) != (lost > 0):
    sys.exit(f"exit code {tool.returncode}, {lost} lost, {kills} kills: {err.decode()}")
if whole.stdout.count(b"[shared-state-lock-leak]") - out.count(b"[shared-state-lock-leak]") != lost:
    sys.exit("findings of other files changed")
