// The client library of VS Code in a session with the server: capabilities as VS Code sends them, pulled diagnostics, an edit,
// actions. One line each.
//
//     node session.js TOOL FILE
const { spawn } = require("child_process");
const fs = require("fs");
const path = require("path");
const { pathToFileURL } = require("url");
const lsp = require("vscode-languageserver-protocol/node");

const LIMIT_MS = 60000;

async function main(tool, file) {
  const folder = pathToFileURL(path.dirname(file)).href;
  const uri = pathToFileURL(file).href;
  const textDocument = { uri };
  // vscode-languageclient appends --stdio.
  const server = spawn(tool, ["lsp", "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => server.on("exit", resolve));
  const connection = lsp.createProtocolConnection(
    new lsp.StreamMessageReader(server.stdout),
    new lsp.StreamMessageWriter(server.stdin),
  );
  let pushed = 0;
  connection.onNotification(lsp.PublishDiagnosticsNotification.type, () => pushed++);
  connection.onRequest(lsp.ConfigurationRequest.type, (p) => p.items.map(() => ({ profile: "bugs", fallbackFlags: [] })));
  connection.onRequest(lsp.RegistrationRequest.type, () => undefined);
  connection.onRequest(lsp.WorkDoneProgressCreateRequest.type, () => undefined);
  connection.onRequest(lsp.DiagnosticRefreshRequest.type, () => undefined);
  connection.onRequest(lsp.CodeLensRefreshRequest.type, () => undefined);
  connection.onUnhandledNotification((m) => m.method === "$/progress" || console.log("unhandled", m.method));
  connection.onError((e) => console.log("error", e));
  connection.listen();
  const { capabilities } = await connection.sendRequest(lsp.InitializeRequest.type, {
    processId: process.pid,
    rootUri: folder,
    workspaceFolders: [{ uri: folder, name: "w" }],
    capabilities: {
      general: { positionEncodings: ["utf-16"] },
      window: { workDoneProgress: true, showDocument: { support: true } },
      workspace: {
        configuration: true,
        didChangeWatchedFiles: { dynamicRegistration: true },
        diagnostics: { refreshSupport: true },
        codeLens: { refreshSupport: true },
      },
      textDocument: { diagnostic: { dynamicRegistration: true }, publishDiagnostics: { relatedInformation: true } },
    },
  });
  console.log("pulls", capabilities.diagnosticProvider.identifier, capabilities.positionEncoding);
  await connection.sendNotification(lsp.InitializedNotification.type, {});
  const text = fs.readFileSync(file, "utf8");
  await connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: "c", version: 1, text },
  });
  const pull = (previousResultId) =>
    connection.sendRequest(lsp.DocumentDiagnosticRequest.type, { textDocument, identifier: "threadlint", previousResultId });
  const first = await pull();
  const [finding] = first.items;
  console.log("finding", finding.range.start.line + 1, finding.code, finding.relatedInformation.length > 0);
  console.log("again", (await pull(first.resultId)).kind);
  const cancel = new lsp.CancellationTokenSource();
  const whole = connection.sendRequest(
    lsp.WorkspaceDiagnosticRequest.type,
    { previousResultIds: [{ uri, value: first.resultId }] },
    cancel.token,
  );
  cancel.cancel();
  console.log("cancelled", await whole.catch((e) => e.code));
  const actions = await connection.sendRequest(lsp.CodeActionRequest.type, {
    textDocument,
    range: finding.range,
    context: { diagnostics: [finding] },
  });
  const suppress = actions.find((a) => a.title.startsWith("Suppress"));
  console.log("actions", actions.length > 2, suppress.title);
  const [edit] = suppress.edit.changes[uri];
  await connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, {
    textDocument: { uri, version: 2 },
    contentChanges: [{ range: edit.range, text: edit.newText }],
  });
  const second = await pull(first.resultId);
  console.log("after the edit", second.kind, second.items.length);
  await connection.sendRequest(lsp.ShutdownRequest.type);
  await connection.sendNotification(lsp.ExitNotification.type);
  console.log("pushed", pushed, "exit", await ended);
}

setTimeout(() => {
  console.log("no end within a minute");
  process.exit(1);
}, LIMIT_MS).unref();
main(process.argv[2], path.resolve(process.argv[3])).catch((e) => {
  console.log(e);
  process.exit(1);
});
