"""unreadable.py FILE COMMAND...: runs the command when nobody may read FILE, not even root; it must end with 3."""

import ctypes
import os
import pathlib
import subprocess
import sys

PR_CAPBSET_DROP = 24
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2


def obey_modes():
    """Takes from root, for the program that is executed next, the right to pass over the modes of files."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        libc.prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)
        libc.prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH, 0, 0, 0)


file = pathlib.Path(sys.argv[1])
file.chmod(0)
try:
    code = subprocess.run(sys.argv[2:], check=False, preexec_fn=obey_modes).returncode
finally:
    file.chmod(0o644)
if code != 3:
    print(f"exit code {code}, expected 3", file=sys.stderr)
sys.exit(code != 3)
