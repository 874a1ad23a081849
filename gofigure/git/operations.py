"""What git is in the middle of, by the files that it keeps for that in the working tree's own git directory."""

from __future__ import annotations

import os

from gofigure.git.repository import Repository

# As git's own `wt-status.c` tells them apart.
_FILES = (
    ("merge", "MERGE_HEAD"),
    ("cherry-pick", "CHERRY_PICK_HEAD"),
    ("revert", "REVERT_HEAD"),
    ("bisect", "BISECT_LOG"),
    ("am", "rebase-apply/applying"),
    ("rebase", "rebase-apply/rebasing"),
    ("rebase", "rebase-merge"),
)
_HEADS = "refs/heads/"


def under_way(repository: Repository) -> frozenset[str]:
    """Those of `model.OPERATIONS` that are begun and not ended, conflict or not."""
    found = {name for name, file in _FILES if os.path.lexists(os.path.join(repository.git_dir, file))}
    if not found & {"cherry-pick", "revert"}:
        found |= _between_two(repository)
    if "rebase" in found:
        found.discard("cherry-pick")  # a rebase that stops at a conflict leaves that file as well
    return frozenset(found)


def _between_two(repository: Repository) -> set[str]:
    """A cherry-pick or revert of several commits of which one has just been committed by hand."""
    words = _first_line(repository, "sequencer/todo").split()
    return {{"p": "cherry-pick", "pick": "cherry-pick"}.get(words[0], "revert")} if words else set()


def rebased_branch(repository: Repository) -> str:
    """The branch that a rebase under way will move; HEAD is detached all the while. "" where there is none."""
    for folder in ("rebase-merge", "rebase-apply"):
        name = _first_line(repository, f"{folder}/head-name")
        if name.startswith(_HEADS):
            return name.removeprefix(_HEADS)
    return ""


def _first_line(repository: Repository, name: str) -> str:
    try:
        with open(os.path.join(repository.git_dir, name), encoding="utf-8", errors="backslashreplace") as file:
            return file.readline().strip()
    except OSError:  # mostly: it is not there
        return ""
