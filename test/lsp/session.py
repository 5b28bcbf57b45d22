#!/usr/bin/env python3
"""A whole session with `threadlint lsp` over a project of two files: a change in one shows in the other.

    session.py TOOL DIRECTORY
"""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import client as lsp  # noqa: E402

tool, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
a, b = folder / "a.c", folder / "b.c"


def codes(diagnostics):
    return sorted(d.get("code", "note") for d in diagnostics)


def show(path, diagnostics):
    for d in diagnostics:
        r = d["range"]
        print(f"{path.name}:{r['start']['line'] + 1}:{r['start']['character']}-{r['end']['character']} {d['severity']} "
              f"{d.get('code')} related={len(d.get('relatedInformation', []))}")


c = lsp.Client(tool, folder)
caps = c.start(folder, {"window": {"workDoneProgress": True},
                        "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}, "codeLens": {"refreshSupport": True}}})
print("encoding", caps["capabilities"]["positionEncoding"], "sync", caps["capabilities"]["textDocumentSync"]["change"])
c.open(a)
c.wait_version(a, 1)
print("opened", codes(c.diagnostics[str(a)]))
methods = {m.get("method") for m in c.log}
print("asked", *sorted(m for m in methods if m and ("/" in m and not m.startswith("textDocument/publish"))))

# Edit the unlock away: the caller in the other file, which is not open, locks twice.
text = a.read_text()
line = text[:text.index("    pthread_mutex_unlock(&mu); // here")].count("\n")
c.change(a, 2, {"range": lsp.span(line, 0, line + 1, 0), "text": ""})
c.wait_version(a, 2)
c.wait_for(lambda: c.diagnostics.get(str(b)), "diagnostics of b.c")
show(b, c.diagnostics[str(b)])
assert c.versions[str(b)] is None, "b.c is not open"

# Hover over the finding, and over the start of the thread; actions; lenses.
d = c.diagnostics[str(b)][0]
c.open(b)
c.wait_version(b, 1)
hover = c.request("textDocument/hover", {"textDocument": {"uri": lsp.uri(b)}, "position": d["range"]["start"]})["result"]
print("hover", hover["contents"]["value"].splitlines()[0][:60])
start = b.read_text().split("pthread_create")[0].count("\n")
hover = c.request("textDocument/hover", {"textDocument": {"uri": lsp.uri(b)}, "position": lsp.at(start, 10)})["result"]
print("hover", hover["contents"]["value"].splitlines()[0])
actions = c.request("textDocument/codeAction", {"textDocument": {"uri": lsp.uri(b)}, "range": d["range"],
                                                "context": {"diagnostics": [d]}})["result"]
edit = actions[0]["edit"]["changes"][lsp.uri(b)][0]
print("action", actions[0]["title"], "->", repr(edit["newText"]), "at", edit["range"]["start"]["line"] + 1)
lenses = c.request("textDocument/codeLens", {"textDocument": {"uri": lsp.uri(b)}})["result"]
print("lens", lenses[0]["range"]["start"]["line"] + 1, lenses[0]["command"]["title"])

# The suppression works.
c.change(b, 2, {"range": edit["range"], "text": edit["newText"]})
c.wait_version(b, 2)
print("suppressed", codes(c.diagnostics[str(b)]))

# Back to what it was.
c.change(a, 3, {"text": text})
c.change(b, 3, {"text": b.read_text()})
c.wait_version(a, 3)
c.wait_version(b, 3)
print("restored", codes(c.diagnostics[str(a)]), codes(c.diagnostics[str(b)]))
c.notify("textDocument/didClose", {"textDocument": {"uri": lsp.uri(a)}})
print("exit", c.stop())
