"""Where git looks for hooks (core.hooksPath), and whether we may write there."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from typing import NamedTuple

from gofigure.errors import GofigureError
from gofigure.git.repository import Repository
from gofigure.model import RECEIVING


class HooksPath(NamedTuple):
    """What core.hooksPath says in the end."""

    scope: str = ""  # "local", "worktree", "global", "system"; "" if it is not set
    value: str = ""  # as it was written, "~" put in full


def own_folder(repository: Repository) -> str:
    """Where git looks if nothing tells it otherwise."""
    return os.path.join(repository.common_dir, "hooks")


def folder_in_use(repository: Repository) -> str:
    """Where git looks now."""
    return _folder(repository, configured(repository))


def configured(repository: Repository) -> HooksPath:
    """The user's core.hooksPath; our own git calls carry another one on their command line."""
    args = ("config", "-z", "--show-scope", "--type=path", "--get-all", "core.hooksPath")
    fields = repository.git.start(*args).finish().out.split(b"\0")
    said = [
        HooksPath(scope.decode(), os.fsdecode(value))
        for scope, value in zip(fields[::2], fields[1::2], strict=False)
        if scope != b"command"
    ]
    return said[-1] if said else HooksPath()


def folder_to_write(repository: Repository, hooks: Sequence[str]) -> str:
    """Where the scripts of `hooks` belong. Raises GofigureError where that is not for us to decide."""
    said = configured(repository)
    if said.scope and not said.value:
        raise GofigureError(
            f"core.hooksPath is empty ({said.scope}), so git looks for no hooks at all",
            hint=_unset(said),
        )
    folder = _folder(repository, said)
    real, own = os.path.realpath(folder), os.path.realpath(own_folder(repository))
    if real == own:
        return own_folder(repository)
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise GofigureError(
            f"core.hooksPath is {said.value} ({said.scope}), which is no folder, so git runs no hooks at all",
            hint=_unset(said),
        )
    if said.scope not in ("local", "worktree"):
        raise GofigureError(
            f"git is told to look for the hooks of every repository in {folder} (core.hooksPath, {said.scope})",
            hint=_lines(
                f"for this one alone: git config --local core.hooksPath {shlex.quote(own_folder(repository))}",
                "or have the hooks there call gofigure:",
                *_calls(folder, hooks),
            ),
        )
    if not os.path.isabs(said.value) and not repository.is_bare and any(hook in RECEIVING for hook in hooks):
        # Git receives a push in the git directory, and counts from there then.
        raise GofigureError(
            f"core.hooksPath is {said.value}, which is another folder where a push arrives",
            hint=f"git config --{said.scope} core.hooksPath {shlex.quote(folder)}",
        )
    if _is_below_a_file(folder):
        raise GofigureError(
            f"core.hooksPath is {said.value}, which is nothing in this working tree: its .git is a file",
            hint=f"git config --{said.scope} core.hooksPath {shlex.quote(own_folder(repository))}",
        )
    if _is_below(real, repository.common_dir) or _is_below(real, repository.git_dir):
        return folder
    if not _is_below(real, repository.root):
        raise GofigureError(
            f"git is told to look for hooks in {folder} (core.hooksPath), outside of this repository",
            hint=_lines("have the hooks there call gofigure:", *_calls(folder, hooks), f"or: {_unset(said)}"),
        )
    _require_ours_to_write(repository, folder, said, hooks)
    return folder


def _folder(repository: Repository, said: HooksPath) -> str:
    """Git starts hooks at the top of the working tree, so a relative path counts from there."""
    if not said.scope:
        return own_folder(repository)
    return os.path.normpath(os.path.join(repository.root, said.value or "/"))  # nothing: git asks for /pre-commit


def _require_ours_to_write(repository: Repository, folder: str, said: HooksPath, hooks: Sequence[str]) -> None:
    """Raise GofigureError unless git ignores what stands in a folder of the working tree."""
    name = os.path.relpath(folder, repository.root)
    if os.path.basename(name) == "_" and os.path.exists(os.path.join(folder, "h")):
        # Its scripts go by their own names, and each `npm install` writes them anew.
        raise GofigureError(
            f"husky makes the hooks in {name} and would write over ours",
            hint=_lines("have your own hooks call gofigure:", *_calls(os.path.dirname(name), hooks)),
        )
    tracked = repository.git.run("ls-files", "-z", "--", name)
    # It refuses the literal pathspecs that we ask for, and takes its paths literally all the same.
    asked = ("--no-literal-pathspecs", "check-ignore", "-q", "--", os.path.join(".", name, hooks[0]))
    ignored = repository.git.start(*asked).finish().code == 0
    if tracked or not ignored:
        what = "are part of the repository" if tracked else "would become part of the repository"
        raise GofigureError(
            f"the hooks in {name} (core.hooksPath) {what}; ours hold paths of this machine only",
            hint=_lines("have them call gofigure:", *_calls(name, hooks), f"or: {_unset(said)}"),
        )


def _calls(folder: str, hooks: Sequence[str]) -> list[str]:
    """The line that each script of somebody else's needs."""
    return [f'  {os.path.join(folder, hook)}: gofigure hook {hook} "$@" || exit $?' for hook in hooks]


def _unset(said: HooksPath) -> str:
    return f"git config --{said.scope} --unset core.hooksPath"


def _lines(*lines: str) -> str:
    return "\n          ".join(lines)  # as guard.py indents a hint


def _is_below(path: str, folder: str) -> bool:
    return os.path.commonpath([path, os.path.realpath(folder)]) == os.path.realpath(folder)


def _is_below_a_file(path: str) -> bool:
    """Whether the path could not even be made."""
    while path != os.path.dirname(path):
        path = os.path.dirname(path)
        if os.path.lexists(path):
            return not os.path.isdir(path)
    return False
