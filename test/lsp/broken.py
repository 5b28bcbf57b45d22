#!/usr/bin/env python3
"""What is said of other files while one does not compile for the moment.

    broken.py TOOL DIRECTORY
"""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import client as lsp  # noqa: E402

tool, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
a, b = folder / "a.c", folder / "b.c"


def show(name):
    found = {p.name: sorted(d.get("code", "note") for d in c.diagnostics.get(str(p), [])) for p in (a, b)}
    print(f"{name}: a {found['a.c']} b {found['b.c']}", flush=True)


c = lsp.Client(tool, folder)
c.start(folder)
c.open(a)
c.open(b)
c.wait_for(lambda: c.versions.get(str(a)) == 1 and c.diagnostics.get(str(b)), "diagnostics")
show("whole")
text = a.read_text()
c.change(a, 2, {"text": text + "int broken(\n"})
c.wait_version(a, 2)
show("broken")
c.change(b, 2, {"text": b.read_text() + "\n"})  # touched: its own findings, of the text as it is
c.wait_version(b, 2)
show("touched")
c.change(a, 3, {"text": text})
c.wait_version(a, 3)
c.wait_for(lambda: c.diagnostics.get(str(b)), "what was said before")
show("mended")
c.change(a, 4, {"text": text.replace("stop = 0", "stop = 1")})
c.wait_version(a, 4)
c.wait_for(lambda: not c.diagnostics.get(str(b)), "nothing")
show("stopped")
print("exit", c.stop())
