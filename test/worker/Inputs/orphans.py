"""orphans.py TOOL ARGUMENT...: kills the tool while its workers are busy; none may be left."""

import os
import pathlib
import signal
import subprocess
import sys
import time


def children(pid):
    return [int(n) for n in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, what):
    end = time.monotonic() + 30
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"timed out: {what}")
        time.sleep(0.02)


signal.signal(signal.SIGINT, signal.SIG_DFL)  # lit's processes ignore it, and what they start inherits that
for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
    tool = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: children(tool.pid), "a worker starts")
    time.sleep(0.3)
    workers = children(tool.pid)
    os.kill(tool.pid, number)
    tool.wait(timeout=30)
    if tool.returncode != -number:
        sys.exit(f"signal {number}: the tool ends with {tool.returncode}")
    wait_until(lambda: not any(is_running(w) for w in workers), f"workers end after signal {number}")
