"""`gofigure completion`: what a shell needs to complete words. The words themselves are `completing`'s."""

from __future__ import annotations

import click

# Each asks gofigure at every TAB, so that what it says is never old; what it cannot say is nothing.
_BASH = """\
_gofigure() {
    local IFS=$'\\n' line
    COMPREPLY=()
    while read -r line; do
        case $line in
        :files) COMPREPLY+=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")); compopt -o filenames 2>/dev/null ;;
        *) COMPREPLY+=("${line%%$'\\t'*}") ;;
        esac
    done < <("$1" completion --words bash "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -F _gofigure gofigure
"""

_ZSH = """\
#compdef gofigure
_gofigure() {
    local line files=
    local -a found
    while IFS= read -r line; do
        if [[ $line == :files ]]; then files=1
        elif [[ $line == *$'\\t'* ]]; then found+=("${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}")
        else found+=("${line//:/\\\\:}")
        fi
    done < <($words[1] completion --words zsh "${(@)words[1,CURRENT]}" 2>/dev/null)
    [[ $words[CURRENT] == --*=* ]] && compset -P '*='
    (( $#found )) && _describe -V gofigure found
    [[ -n $files ]] && _files
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _gofigure "$@"; else compdef _gofigure gofigure; fi
"""

_FISH = """\
function __gofigure_complete
    set -l last (commandline -ct)
    set -l words (commandline -opc)
    for line in (command $words[1] completion --words fish $words "$last" 2>/dev/null)
        if test "$line" = ":files"
            __fish_complete_path "$last"
        else
            echo $line
        end
    end
end
complete -c gofigure -f -a "(__gofigure_complete)"
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("shell", type=click.Choice(list(SCRIPTS)))
def completion(*, shell: str) -> int:
    """Print what SHELL needs to complete commands, options, and the names of jobs, stages and runs.

    \b
    bash:  gofigure completion bash > ~/.local/share/bash-completion/completions/gofigure
    zsh:   gofigure completion zsh > ~/.zfunc/_gofigure     (a folder of your $fpath)
    fish:  gofigure completion fish > ~/.config/fish/completions/gofigure.fish
    """  # noqa: D301 - the \b is for click: these lines stay as they are
    print(SCRIPTS[shell], end="")
    return 0
