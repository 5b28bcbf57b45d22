"""garbage.py TOOL ARGUMENT...: writes into the answers of the tool's first worker, which must be busy for long.

Takes the worker's socket with pidfd_getfd(2). Where that is not allowed there is nothing to test.
"""

import ctypes
import os
import pathlib
import subprocess
import sys
import time

PIDFD_OPEN, PIDFD_GETFD = 434, 438
libc = ctypes.CDLL(None, use_errno=True)


def socket_of(pid):
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        if os.readlink(entry).startswith("socket:"):
            return int(entry.name)
    return None


tool = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
worker = None
deadline = time.monotonic() + 30
while worker is None and time.monotonic() < deadline:
    time.sleep(0.05)
    children = pathlib.Path(f"/proc/{tool.pid}/task/{tool.pid}/children").read_text().split()
    worker = int(children[0]) if children else None
time.sleep(0.3)
pidfd = libc.syscall(PIDFD_OPEN, worker, 0)
fd = libc.syscall(PIDFD_GETFD, pidfd, socket_of(worker), 0) if pidfd >= 0 else -1
if fd < 0:
    print(f"not tested: {os.strerror(ctypes.get_errno())}")
    tool.kill()
    sys.exit(0)
os.write(fd, b"this is no answer " * 10)
out, err = tool.communicate(timeout=60)
text = out.decode()
if tool.returncode != 3 or "explode.cpp: skipped: its worker process answered nonsense" not in text or "1 file, 1 function" not in text:
    sys.exit(f"exit code {tool.returncode}: {text}{err.decode()}")
