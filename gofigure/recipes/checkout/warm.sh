#!/bin/sh
# The warm way of a checkout: the remote has nothing new, and the folder stands as it was left. That takes two calls of
# git and a few looks, and no Python; whatever is odd is left to the recipe.
#
#     warm.sh NOTE MADE VERSION CACHE RECIPE...
#
# NOTE was left by the recipe (warm.py), MADE is where it hands back, CACHE the user's folder; RECIPE's last word is what is asked for.
note=$1 made=$2 version=$3 cache=$4
shift 4

still() { # reads the note, line by line; in a process of its own: what it exports is not for the recipe
    IFS= # of which a line keeps its spaces
    read -r line && [ "$line" = "gofigure $version checkout 1" ] || return 1
    for spec; do :; done
    read -r line && [ "$line" = "$spec" ] || return 1
    read -r line && [ "$line" = "$cache" ] || return 1
    read -r dest && read -r git_dir && read -r life && read -r commit || return 1
    read -r line <"$dest/.git" && [ "$line" = "gitdir: $git_dir" ] || return 1
    read -r line <"$git_dir/gitdir" && [ "$line" = "$dest/.git" ] || return 1
    line=
    read -r line <"$git_dir/gofigure-life" || [ "$line" = "$life" ] || return 1 # there is no end of line in it
    read -r used && read -r name && read -r handed && read -r words && read -r url || return 1
    answer='' whole=
    set --
    while read -r line; do
        fact=${line#* }
        case $line in
        set\ *) export "$fact" ;;
        unset\ *) unset "$fact" ;;
        ask\ *) set -- "$@" "$fact" ;;
        answer\ *) answer=$answer${answer:+$newline}$fact ;;
        end) whole=yes ;;
        *) return 1 ;;
        esac
    done
    [ "$whole" ] || return 1
    git --no-optional-locks -C "$dest" status --porcelain=v2 --branch --untracked-files=normal \
        --ignore-submodules=none >"$made/stands" </dev/null &
    if [ $# -gt 0 ]; then
        said=$(timeout --foreground 60 git -C / ls-remote -- "$url" "$@" </dev/null) || return 1
        [ "$said" = "$answer" ] || return 1
    fi
    wait $! && is_clean <"$made/stands" && : >"$used" || return 1
    printf '%s\n' "$handed" >"$made/$name" && printf '%s\n' "$words" >&3
}

is_clean() {
    at=
    while read -r line; do
        case $line in
        "# branch.oid $commit") at=yes ;;
        \#*) ;;
        *) return 1 ;;
        esac
    done
    [ "$at" ]
}

newline='
'
if (still "$@" <"$note") 3>&1 >/dev/null 2>&1; then exit 0; fi
exec "$@"
