#!/usr/bin/env python3
"""What an editor can ask for beside diagnostics that are pushed. One line per case.

    features.py TOOL DIRECTORY
"""

import json
import pathlib
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import client as lsp  # noqa: E402

tool, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
q, extra, inner = folder / "q.c", folder / "extra.c", folder / "inner"


def case(name, *values):
    print(f"{name}:", *values, flush=True)


def of(path, **more):
    return {"textDocument": {"uri": lsp.uri(path)}, **more}


def line_of(text, mark):
    return text[:text.index(mark)].count("\n")


# --- pulled diagnostics, never pushed as well ---
c = lsp.Client(tool, folder)
caps = c.start(folder, {"textDocument": {"diagnostic": {}, "publishDiagnostics": {"codeDescriptionSupport": True}}, "window": {"showDocument": {"support": True}},
                        "workspace": {"configuration": True, "diagnostics": {"refreshSupport": True},
                                      "inlayHint": {"refreshSupport": True}}},
               options={"fallbackFlags": ["-DEXTRA=1"]})["capabilities"]
provider = caps["diagnosticProvider"]
case("provider", provider["interFileDependencies"], provider["workspaceDiagnostics"])
text = q.read_text()
c.open(q)
pulled = c.request("textDocument/diagnostic", of(q))["result"]
case("pulled", [(d["code"], d.get("tags")) for d in pulled["items"]])
linked = pathlib.Path(lsp.from_uri(pulled["items"][0]["codeDescription"]["href"]))
case("linked", linked.relative_to(folder), linked.read_text().splitlines()[0])
again = c.request("textDocument/diagnostic", of(q, previousResultId=pulled["resultId"]))["result"]
case("again", again["kind"], "items" in again)
whole = c.request("workspace/diagnostic", {"previousResultIds": []})["result"]["items"]
case("workspace", [(lsp.from_uri(i["uri"]).rsplit("/", 1)[1], i["kind"], i["version"]) for i in whole])

# It waits while there is nothing to say, and can be cancelled.
known = [{"uri": i["uri"], "value": i["resultId"]} for i in whole]
waiting = c.ask("workspace/diagnostic", {"previousResultIds": known})
case("not yet", c.request("threadlint/threadMap")["result"]["folders"][0]["threads"][0]["end"])
c.notify("$/cancelRequest", {"id": waiting})
case("cancelled", c.answer(waiting)["error"]["code"])
waiting = c.ask("workspace/diagnostic", {"previousResultIds": known})
c.change(q, 2, {"text": text.replace("if (count", "while (count")})
now = c.answer(waiting)["result"]["items"]
case("now", [(i["kind"], i["version"], [d["code"] for d in i["items"]]) for i in now])

# Lenses of a text that changed meanwhile are no use.
c.change(q, 3, {"text": text + "\n"})
waiting = c.ask("textDocument/codeLens", of(q))
c.change(q, 4, {"text": text})
case("modified", c.answer(waiting)["error"]["code"])

# --- a file of which no command is known, with the flags of the settings ---
c.open(extra)
case("extra", [d["code"] for d in c.request("textDocument/diagnostic", of(extra))["result"]["items"]])

# --- hovers ---
def hover(mark, word):
    line = line_of(text, mark)
    at = lsp.at(line, text.split("\n")[line].index(word) + 1)
    result = c.request("textDocument/hover", of(q, position=at))["result"]
    return " | ".join(x for x in result["contents"]["value"].splitlines() if x) if result else None


end = time.monotonic() + lsp.LIMIT
while not hover("count++", "count") and time.monotonic() < end:
    time.sleep(0.05)  # a result that was kept has no places: a second look finds them
case("hover data", hover("count++", "count"))
case("hover lock", hover("mu = PTHREAD", " mu"))
case("hover declared", hover("static int count", "count"))
case("hover start", hover("if (pthread_create", "pthread"))
case("hover nothing", hover("return 1", "return"))

# --- hints: off, then on ---
case("hints off", c.request("textDocument/inlayHint", of(q, range=lsp.span(0, 0, 100, 0)))["result"])
c.answers["workspace/configuration"] = [{"inlayHints": True, "fallbackFlags": ["-DEXTRA=1"]}]
c.notify("workspace/didChangeConfiguration", {"settings": None})
c.wait_for(lambda: any(m.get("method") == "workspace/inlayHint/refresh" for m in c.log), "hints")
hints = c.request("textDocument/inlayHint", of(q, range=lsp.span(0, 0, 12, 0)))["result"]
case("hints on", [(h["position"]["line"] + 1, h["label"]) for h in hints])
lens = c.request("textDocument/codeLens", of(q))["result"][0]
case("lens", lens["command"]["title"])

# --- actions ---
items = c.request("textDocument/diagnostic", of(q))["result"]["items"]
actions = c.request("textDocument/codeAction", of(q, range=items[0]["range"], context={"diagnostics": items}))["result"]
for a in actions:
    edit = [(e["newText"], e["range"]["start"]["line"] + 1) for edits in a.get("edit", {}).get("changes", {}).values() for e in edits]
    case("action", a["title"], *(edit or [a["command"]["command"]]))
for d in items:
    del d["data"]  # a client need not keep it
case("without data", c.request("textDocument/codeAction", of(q, range=items[0]["range"], context={"diagnostics": items}))["result"] == actions)
every = c.request("textDocument/codeAction", of(q, range=items[0]["range"], context={"diagnostics": [], "only": ["source.fixAll"]}))["result"]
case("fix all", [(a["kind"], len(a["edit"]["changes"][lsp.uri(q)])) for a in every])
none = c.request("textDocument/codeAction", of(q, range=items[0]["range"], context={"diagnostics": items, "only": ["refactor"]}))["result"]
case("refactor", none)

# --- commands ---
case("no command", c.request("workspace/executeCommand", {"command": "threadlint.nothing"})["error"]["code"])
open_doc = next(a["command"] for a in actions if "Documentation" in a.get("command", {}).get("command", ""))
c.request("workspace/executeCommand", {"command": open_doc["command"], "arguments": open_doc["arguments"]})
c.wait_for(lambda: any(m.get("method") == "window/showDocument" for m in c.log), "the documentation")
shown = next(m["params"]["uri"] for m in c.log if m.get("method") == "window/showDocument")
case("documentation", pathlib.Path(lsp.from_uri(shown)).read_text().splitlines()[0])
accept = next(a["command"] for a in actions if "Baseline" in a.get("command", {}).get("command", ""))
for _ in range(2):  # twice is once
    c.request("workspace/executeCommand", {"command": accept["command"], "arguments": accept["arguments"]})
baseline = json.loads((folder / ".threadlint-baseline.json").read_text())
case("baseline", [f["rule"] for f in baseline["findings"]])
case("accepted", [d["code"] for d in c.request("textDocument/diagnostic", of(q))["result"]["items"]])
case("never pushed", [m for m in c.log if m.get("method") == "textDocument/publishDiagnostics"])

# --- at the end nothing is left unanswered ---
waiting = c.ask("workspace/diagnostic", {"previousResultIds": []})
c.answer(waiting)
latest = c.log[-1]["result"]["items"]
waiting = c.ask("workspace/diagnostic", {"previousResultIds": [{"uri": i["uri"], "value": i["resultId"]} for i in latest]})
case("end", c.stop())
case("given up", c.answer(waiting)["error"]["code"])

# --- no folder is named: the document says where the project is; a database that appears is used ---
scratch = tempfile.TemporaryDirectory()  # no compile database above it
alone = pathlib.Path(scratch.name).resolve() / "alone.c"
shutil.copy(inner / "alone.c", alone)
c = lsp.Client(tool, folder)
caps = {"textDocument": {"diagnostic": {}}}  # one that cannot be told to pull again is pushed to
case("pushed to", "diagnosticProvider" in c.request("initialize", {"processId": None, "rootUri": None, "capabilities": caps})["result"]["capabilities"])
c.notify("initialized")
c.open(alone)
c.wait_version(alone, 1)
case("alone", [d["code"] for d in c.diagnostics[str(alone)]], sum(m.get("method") == "window/showMessage" for m in c.log))
database = alone.parent / "compile_commands.json"
database.write_text(json.dumps([{"directory": str(alone.parent), "file": "alone.c", "command": "cc -DFINE -c alone.c"}]))
c.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": lsp.uri(database), "type": 1}]})
c.wait_for(lambda: not c.diagnostics[str(alone)], "the database")
case("database", c.diagnostics[str(alone)])
case("end", c.stop())

# --- one folder within another: each finding once, and the outer one goes on when the inner is closed ---
c = lsp.Client(tool, folder)
c.request("initialize", {"processId": None, "rootUri": None, "capabilities": {},
                         "workspaceFolders": [{"uri": lsp.uri(folder), "name": "a"}, {"uri": lsp.uri(inner), "name": "b"}]})
c.notify("initialized")
alone = inner / "alone.c"
c.open(alone, alone.read_text().replace("#ifdef FINE", "#if 0"))
c.wait_for(lambda: c.diagnostics.get(str(alone)), "diagnostics")
case("inner", [d["code"] for d in c.diagnostics[str(alone)]])
c.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [{"uri": lsp.uri(folder), "name": "a"}]}})
c.change(alone, 2, {"text": "int nothing;\n"})
c.wait_version(alone, 2)
case("outer closed", c.diagnostics[str(alone)])
case("end", c.stop())
