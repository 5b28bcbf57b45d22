" Vim with ALE as a client: writes what its location list has to ale.out.
set nocompatible
filetype plugin on
set runtimepath+=/usr/share/vim-ale,/usr/share/vim/vimfiles/pack/ale/start/ale
silent! packadd! ale
let g:ale_linters_explicit = 1
let g:ale_linters = {'c': ['threadlint']}
let g:ale_lint_delay = 0
let g:ale_lsp_show_message_severity = 'disabled'
runtime! plugin/ale.vim
call ale#linter#Define('c', {'name': 'threadlint', 'lsp': 'stdio', 'executable': $THREADLINT, 'command': '%e lsp',
    \ 'project_root': {b -> fnamemodify(findfile('compile_commands.json', expand('#' . b . ':p:h') . ';'), ':p:h')}})
let s:tries = 0
function! Dump(timer)
  let l:found = ale#engine#GetLoclist(bufnr('%'))
  let s:tries += 1
  if empty(l:found) && s:tries < 300
    return
  endif
  call writefile(map(copy(l:found), 'v:val.lnum . ":" . v:val.col . " " . v:val.type . " " . get(v:val, "code", "") . " " . v:val.text'), 'ale.out')
  qall!
endfunction
autocmd VimEnter * ALELint
call timer_start(200, 'Dump', {'repeat': -1})
