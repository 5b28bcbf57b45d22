"""damage.py FACTS TOOL: cuts and changes of a fact file end with an error (2), or change nothing that matters (0, 1, 3)."""

import pathlib
import random
import subprocess
import sys

good = pathlib.Path(sys.argv[1]).read_bytes()
bad = pathlib.Path(sys.argv[1] + ".bad")
random.seed(1)
variants = [good[:n] for n in (0, 1, 15, 16, 40, 41, 60, len(good) // 2, len(good) - 1)] + [good + b"x"]
for _ in range(40):
    changed = bytearray(good)
    changed[random.randrange(len(good))] ^= 1 << random.randrange(8)
    variants.append(bytes(changed))
for number, data in enumerate(variants):
    bad.write_bytes(data)
    run = subprocess.run([sys.argv[2], "link", str(bad)], capture_output=True, check=False)
    allowed = (2,) if number < 10 else (0, 1, 2, 3)
    if run.returncode not in allowed:
        sys.exit(f"variant {number}: exit code {run.returncode}: {run.stderr.decode(errors='replace')}")
    if run.returncode == 2 and b"threadlint: error:" not in run.stderr:
        sys.exit(f"variant {number}: no message")
