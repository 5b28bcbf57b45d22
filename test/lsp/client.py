"""A language client for tests: starts `threadlint lsp`, sends and receives messages, answers what the server asks.

Every wait has a limit, so that a server that says nothing fails the test instead of hanging it. With LSP_METAMODEL in the
environment, the path of the protocol's metaModel.json, every message of the server is checked against it.
"""

import json
import os
import pathlib
import queue
import subprocess
import threading

import conform

LIMIT = int(os.environ.get("LSP_LIMIT", "60"))  # seconds
MODEL = conform.Model(os.environ["LSP_METAMODEL"]) if os.environ.get("LSP_METAMODEL") else None


def check(complaints):
    assert not complaints, f"not as the protocol has it: {complaints}"


class Client:
    def __init__(self, tool, cwd, args=()):
        self.process = subprocess.Popen([tool, "lsp", *args], cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.messages = queue.Queue()
        self.log = []  # everything received
        self.diagnostics = {}  # path -> last list
        self.versions = {}  # path -> version of that list
        self.ids = 0
        self.asked = {}  # id -> method
        self.answers = {}  # method -> what is answered when the server asks; else null
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        out = self.process.stdout
        while True:
            length = None
            while True:
                line = out.readline()
                if not line:
                    self.messages.put(None)
                    return
                if line in (b"\r\n", b"\n"):
                    break
                name, _, value = line.decode().partition(":")
                if name.lower() == "content-length":
                    length = int(value)
            self.messages.put(json.loads(out.read(length)))

    def raw(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, **message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def notify(self, method, params=None):
        self.send(method=method, params=params or {})

    def receive(self):
        """The next message, answered when it is a request; None when the server has ended."""
        m = self.messages.get(timeout=LIMIT)
        if m is None:
            return None
        self.log.append(m)
        if "method" in m and "id" in m:
            self.send(id=m["id"], result=self.answers.get(m["method"]))
        if "method" in m and MODEL:
            check(MODEL.check_params(m["method"], m.get("params")))
        if m.get("method") == "textDocument/publishDiagnostics":
            path = from_uri(m["params"]["uri"])
            self.diagnostics[path] = m["params"]["diagnostics"]
            self.versions[path] = m["params"].get("version")
        return m

    def request(self, method, params=None):
        """The whole answer, with `result` or `error`."""
        return self.answer(self.ask(method, params))

    def ask(self, method, params=None):
        """Sends a request; its id."""
        self.ids += 1
        self.send(id=self.ids, method=method, params=params or {})
        self.asked[self.ids] = method
        return self.ids

    def answer(self, number):
        """The whole answer to a request, which may have come already."""
        method = self.asked[number]
        for m in self.log:
            if m.get("id") == number and "method" not in m:
                return m
        while True:
            m = self.receive()
            if m is None:
                raise EOFError(f"the server ended before it answered {method}")
            if m.get("id") == number and "method" not in m:
                if MODEL and "result" in m:
                    check(MODEL.check_result(method, m["result"]))
                return m

    def wait_for(self, condition, what):
        while not condition():
            if self.receive() is None:
                raise EOFError(f"the server ended before: {what}")

    def wait_version(self, path, version):
        """Until diagnostics of this version of a document have come."""
        self.wait_for(lambda: (self.versions.get(str(path)) or 0) >= version, f"diagnostics of version {version} of {path}")
        return self.diagnostics[str(path)]

    def start(self, folder, capabilities=None, options=None, encodings=None):
        caps = capabilities or {}
        if encodings:
            caps.setdefault("general", {})["positionEncodings"] = encodings
        answer = self.request("initialize", {
            "processId": os.getpid(), "rootUri": uri(folder), "capabilities": caps,
            "workspaceFolders": [{"uri": uri(folder), "name": "w"}], "initializationOptions": options})
        self.notify("initialized")
        return answer["result"]

    def open(self, path, text=None, version=1):
        text = pathlib.Path(path).read_text() if text is None else text
        self.notify("textDocument/didOpen", {"textDocument": {"uri": uri(path), "languageId": "c", "version": version, "text": text}})

    def change(self, path, version, *changes):
        self.notify("textDocument/didChange", {"textDocument": {"uri": uri(path), "version": version}, "contentChanges": list(changes)})

    def stop(self):
        self.request("shutdown")
        self.notify("exit")
        return self.process.wait(timeout=LIMIT)


def uri(path):
    return pathlib.Path(path).resolve().as_uri()


def from_uri(text):
    from urllib.parse import unquote, urlparse
    return unquote(urlparse(text).path)


def at(line, character):
    return {"line": line, "character": character}


def span(line, start, end_line, end):
    return {"start": at(line, start), "end": at(end_line, end)}
