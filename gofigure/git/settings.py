"""Git itself: its version, and the settings that decide what it sees and starts."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import NamedTuple

from gofigure.errors import GitError
from gofigure.git.program import Git
from gofigure.git.repository import Repository
from gofigure.process.capture import capture

MINIMUM = (2, 31)  # `rev-parse --path-format`, by which every repository is found
_PATIENCE = 20.0


class Setting(NamedTuple):
    scope: str  # "system", "global", "local" or "worktree"
    name: str  # in small letters
    value: str


def version(environ: Mapping[str, str]) -> tuple[int, ...]:
    """Such as (2, 39, 5). Raises GofigureError where there is no git, or what answers is none."""
    said = capture(["git", "--version"], env=environ, timeout=_PATIENCE).out.decode(errors="replace").strip()
    found = re.search(r"\b(\d+)\.(\d+)(?:\.(\d+))?", said)
    if found is None:
        raise GitError(f"git --version: {said or 'nothing'}")
    return tuple(int(part) for part in found.groups() if part is not None)


def settings(git: Git, *names: str) -> list[Setting]:
    """The user's and the repository's values of `names`, the one that counts last; not those of our own calls."""
    pattern = "^(" + "|".join(re.escape(name.lower()) for name in names) + ")$"
    # `config` starts nothing of the repository's own.
    out = git.start("config", "-z", "--show-scope", "--get-regexp", pattern).finish().out
    fields = [os.fsdecode(field) for field in out.split(b"\0")]
    found = []
    for scope, said in zip(fields[::2], fields[1::2], strict=False):
        name, equals, value = said.partition("\n")
        if scope != "command":
            found.append(Setting(scope, name.lower(), value if equals else "true"))
    return found


def is_partial(repository: Repository) -> bool:
    """Whether git may have left objects with the remote (partial clone)."""
    asked = ("config", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$")
    return repository.git.start(*asked).finish().code == 0
