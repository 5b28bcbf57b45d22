"""damage.py TOOL EXPECTED: whatever bytes of the cache change or are cut off, the report stays the same."""

import pathlib
import random
import shutil
import subprocess
import sys

expected = pathlib.Path(sys.argv[2]).read_bytes()
database = pathlib.Path(".threadlint/cache.db")
saved = pathlib.Path("saved.db")
shutil.copy(database, saved)
good = saved.read_bytes()
random.seed(7)


def run(what, data):
    for name in database.parent.glob("cache.db*"):
        name.unlink()
    database.write_bytes(data)
    done = subprocess.run([sys.argv[1]], capture_output=True, check=False)
    if done.returncode != 1 or done.stdout != expected:
        sys.exit(f"{what}: exit code {done.returncode}\n{done.stdout.decode()}\n{done.stderr.decode()}")


for size in (0, 1, 100, 4096, 16384, len(good) // 2, len(good) - 100):
    run(f"cut to {size} bytes", good[:size])
for number in range(12):
    changed = bytearray(good)
    for _ in range(1 + 40 * (number % 3)):
        changed[random.randrange(100 if number % 2 else 0, len(good))] = random.randrange(256)
    run(f"changed bytes, variant {number}", bytes(changed))
for page in range(1, len(good) // 16384):
    run(f"page {page} cleared", good[: page * 16384] + bytes(16384) + good[(page + 1) * 16384:])
