-- Neovim as a client: diagnostics of a file, after an edit that mends it, an action, hover. Prints one line each.
local tool, file = os.getenv("THREADLINT"), vim.fn.expand("%:p")
local published = 0
local publish = vim.lsp.handlers["textDocument/publishDiagnostics"]
vim.lsp.handlers["textDocument/publishDiagnostics"] = function(err, result, ctx, config)
  publish(err, result, ctx, config or {})
  if vim.uri_to_fname(result.uri) == file then
    published = published + 1
  end
end
local function say(...)
  io.stdout:write(table.concat({...}, " ") .. "\n")
end
local function wait(count)
  if not vim.wait(60000, function() return published >= count end, 20) then
    say("no diagnostics within a minute")
    vim.cmd("cquit")
  end
end

vim.bo.filetype = "c"
local id = vim.lsp.start_client({ name = "threadlint", cmd = { tool, "lsp" }, root_dir = vim.fn.getcwd(),
  on_exit = function(code) say("exit", code) end })
vim.lsp.buf_attach_client(0, id)
wait(1)
for _, d in ipairs(vim.diagnostic.get(0)) do
  say("diagnostic", d.lnum + 1, d.col, d.severity, d.code or d.user_data.lsp.code, d.source)
end
local line = vim.diagnostic.get(0)[1].lnum
local document = vim.lsp.util.make_text_document_params()
local at = { line = line, character = 12 }
local answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", { textDocument = document, range = { start = at, ["end"] = at },
  context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(0, line) } }, 10000)
local action = vim.tbl_filter(function(a) return vim.startswith(a.title, "Suppress") end, answers[id].result)[1]
say("action", action.title)
local hover = vim.lsp.buf_request_sync(0, "textDocument/hover", { textDocument = document, position = at }, 10000)
say("hover", (hover[id].result.contents.value:gsub(":.*", "")))
vim.lsp.util.apply_workspace_edit(action.edit, "utf-16")
wait(2)
say("line", vim.api.nvim_buf_get_lines(0, line, line + 1, false)[1])
say("left", #vim.diagnostic.get(0))
vim.lsp.stop_client(id)
vim.wait(10000, function() return vim.lsp.client_is_stopped(id) end, 20)
vim.cmd("qall!")
