// The language server: `threadlint lsp`. LSP 3.17 over standard input and output.
// https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
#ifndef CHECKER_LSP_LSP_H
#define CHECKER_LSP_LSP_H

/// Serves until the client says `exit`, closes the pipe or dies. Exit code 0 after a `shutdown`,
/// else 1.
int lsp_run(void);

#endif
