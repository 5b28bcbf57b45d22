#!/bin/bash
# completions.sh SHELL THREADLINT DIR WORD...: what completing the last WORD of `threadlint WORD...` offers, one a line, in the real shell.
# DIR is an empty directory for the script and the programs it calls.
set -euo pipefail
shell=$1 tool=$2 dir=$3
shift 3
mkdir -p "$dir/bin"
ln -sf "$tool" "$dir/bin/threadlint"
export PATH=$dir/bin:$PATH
"$tool" completions "$shell" > "$dir/_threadlint"

in_bash() {
    bash --norc -c '
        compopt() { :; } # works in a completion that is under way only
        . "$1"; shift
        COMP_WORDS=(threadlint "$@")
        COMP_CWORD=$#
        _threadlint
        printf "%s\n" "${COMPREPLY[@]}"' bash "$dir/_threadlint" "$@"
}

in_fish() {
    fish --no-config -c 'source $argv[1]; complete -C "threadlint $argv[2..]"' "$dir/_threadlint" "$@" | cut -f1
}

# zsh completes only at a terminal (zpty is one), so this prints the line after the key, which holds the word if there is but one.
in_zsh() {
    cat > "$dir/drive.zsh" << 'ZSH'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; unsetopt prompt_cr prompt_sp; fpath=($1 \$fpath); autoload -U compinit; compinit -u -d $1/dump"
zpty -w shell 'show() { print -r -- "LINE:$BUFFER" }; zle -N show; bindkey "^G" show; print READ""Y'
until [[ $line == READY* ]]; do zpty -r shell line || exit 1; done
zpty -n -w shell "threadlint ${*[2,-1]}"$'\t\a'
until [[ $line == *LINE:* ]]; do zpty -r shell line || exit 1; done
print -r -- ${line##*LINE:}
zpty -d shell
ZSH
    zsh -f "$dir/drive.zsh" "$dir" "$@" | tr -d '\r'
}

"in_$shell" "$@"
