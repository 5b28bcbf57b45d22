#!/usr/bin/env python3
"""The server and a client that does not behave: order of messages, nonsense, death. One line per case.

    protocol.py TOOL FILE
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import client as lsp  # noqa: E402

tool = sys.argv[1]
scratch = tempfile.TemporaryDirectory()  # no compile database above it
folder = pathlib.Path(scratch.name).resolve()
file = folder / "one.c"
shutil.copy(sys.argv[2], file)


def case(name, *values):
    print(f"{name}:", *values, flush=True)


def error(answer):
    return answer.get("error", {}).get("code", "no error")


# Order.
c = lsp.Client(tool, folder, ["--stdio"])
case("too early", error(c.request("textDocument/hover")))
c.start(folder)
case("twice", error(c.request("initialize")))
case("unknown", error(c.request("textDocument/nonsense")))
c.notify("$/nonsense")
c.notify("nonsense/too", {"a": [1, 2, 3]})
c.send(id="text", method="textDocument/codeLens", params={"textDocument": {"uri": lsp.uri(file)}})
while True:
    m = c.receive()
    if m.get("id") == "text":
        break
case("text id", m["result"])
case("no params", error(c.request("textDocument/hover")))
case("foreign uri", c.request("textDocument/hover", {"textDocument": {"uri": "untitled:x"}, "position": lsp.at(0, 0)})["result"])
case("far away", c.request("textDocument/hover", {"textDocument": {"uri": lsp.uri(file)}, "position": lsp.at(2**40, 2**40)})["result"])
c.request("shutdown")
case("after shutdown", error(c.request("textDocument/hover")))
c.notify("exit")
case("exit", c.process.wait(timeout=lsp.LIMIT))

# Exit without shutdown; end of input; not the protocol; not JSON.
c = lsp.Client(tool, folder)
c.start(folder)
c.notify("exit")
case("exit without shutdown", c.process.wait(timeout=lsp.LIMIT))
c = lsp.Client(tool, folder)
c.process.stdin.close()
case("end of input", c.process.wait(timeout=lsp.LIMIT))
done = subprocess.run([tool, "lsp"], input=b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", capture_output=True, timeout=lsp.LIMIT, check=False)
case("not the protocol", done.returncode, "not the language server protocol" in done.stderr.decode())
done = subprocess.run([tool, "lsp"], input=b"Content-Length: 99999999999999999999\r\n\r\n", capture_output=True, timeout=lsp.LIMIT, check=False)
case("too long", done.returncode)
done = subprocess.run([tool, "lsp"], input=b"x" * 100000, capture_output=True, timeout=lsp.LIMIT, check=False)
case("no head", done.returncode)
c = lsp.Client(tool, folder)
for body in (b"{", b"[]", b"[" * 5000, b'{"id": {}}', b"\xff\xfe", b'{"jsonrpc":"2.0"}'):
    c.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    case("nonsense", c.receive()["error"]["code"])
c.start(folder)
case("still there", c.stop())

# Without a compile database a file is checked by itself, and that is said once.
c = lsp.Client(tool, folder)
c.start(folder)
c.open(file)
c.wait_for(lambda: c.diagnostics.get(str(file)), "diagnostics")
shown = [m["params"]["message"] for m in c.log if m.get("method") == "window/showMessage"]
case("no database", len(shown), shown[0][:41], [d["code"] for d in c.diagnostics[str(file)]])

# An analysis that is killed costs its result; the server goes on.
def children_of(pid):
    return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


children = []
for version in range(2, 50):  # one may be over before it is seen
    c.change(file, version, {"text": file.read_text() + "\n" * version})
    end = time.monotonic() + 1
    while not children and time.monotonic() < end:
        children = children_of(c.process.pid)
    if children:
        break
assert children, "no analysis was seen"
for child in children:
    os.kill(int(child), signal.SIGKILL)
c.change(file, 100, {"text": "int nothing;\n"})
case("after a killed analysis", c.wait_version(file, 100))

# Broken code is told, not passed over; closing takes back.
c.change(file, 101, {"text": "#include \"nowhere.h\"\nint x;\n"})
told = c.wait_version(file, 101)
case("broken", told[0]["range"]["start"]["line"], "nowhere.h" in told[0]["message"])
c.notify("textDocument/didClose", {"textDocument": {"uri": lsp.uri(file)}})
c.wait_for(lambda: not c.diagnostics[str(file)], "diagnostics taken back")
case("closed", c.diagnostics[str(file)])
case("end", c.stop())

# Encodings: the column after wide characters.
for encodings in (["utf-8"], ["utf-16"], ["utf-32", "utf-16"], None):
    c = lsp.Client(tool, folder)
    result = c.start(folder, encodings=encodings)
    wide = folder / "w\u00e4de file.c"
    wide.touch()
    c.open(wide, file.read_text().replace("return 1", "/* \u4e2d\U0001F600 */ return 1"))
    c.wait_for(lambda: c.diagnostics.get(str(wide)), "diagnostics")
    case("encoding", result["capabilities"]["positionEncoding"], c.diagnostics[str(wide)][0]["range"]["start"]["character"])
    c.stop()
