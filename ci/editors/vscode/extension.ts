// Starts `threadlint lsp` for C and C++ and leaves everything to it; shows its map of threads as a list to go through.
import * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/node";

interface Location {
  uri: string;
  line: number;
}

interface Thread {
  entry: string;
  start: Location | null;
  startedBy: string;
  end: string;
  endAt: Location | null;
  many: boolean;
  locks: string[];
}

interface ThreadMap {
  folders: { uri: string; threads: Thread[] }[];
}

let client: LanguageClient | undefined;

function makeClient(): LanguageClient {
  const command = vscode.workspace.getConfiguration("threadlint").get<string>("path", "threadlint");
  return new LanguageClient(
    "threadlint",
    "threadlint",
    { command, args: ["lsp"] },
    {
      documentSelector: [
        { scheme: "file", language: "c" },
        { scheme: "file", language: "cpp" },
      ],
      synchronize: { configurationSection: "threadlint" },
    },
  );
}

function describe(thread: Thread): vscode.QuickPickItem & { at: Location | null } {
  const end = thread.endAt ? `${thread.end} at line ${thread.endAt.line + 1}` : thread.end;
  return {
    label: (thread.many ? "$(run-all) " : "$(run) ") + thread.entry,
    description: thread.startedBy ? `started by ${thread.startedBy}` : "",
    detail: end + (thread.locks.length ? `; takes ${thread.locks.join(", ")}` : ""),
    at: thread.start,
  };
}

async function showThreads(): Promise<void> {
  const map = await client?.sendRequest<ThreadMap>("threadlint/threadMap", {});
  const items = (map?.folders ?? []).flatMap((folder) => folder.threads.map(describe));
  if (items.length === 0) {
    void vscode.window.showInformationMessage("threadlint knows of no threads here.");
    return;
  }
  const picked = await vscode.window.showQuickPick(items, { title: "Threads", matchOnDetail: true });
  if (picked?.at) {
    const at = new vscode.Position(picked.at.line, 0);
    await vscode.window.showTextDocument(vscode.Uri.parse(picked.at.uri), { selection: new vscode.Range(at, at) });
  }
}

async function restart(): Promise<void> {
  await client?.dispose();
  client = makeClient();
  await client.start();
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("threadlint.showThreads", showThreads),
    vscode.commands.registerCommand("threadlint.restart", restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("threadlint.path")) {
        void restart();
      }
    }),
  );
  client = makeClient();
  await client.start();
}

export async function deactivate(): Promise<void> {
  await client?.dispose();
}
