"""What git is in the middle of, by the files that it keeps for that in the working tree's own git directory."""

from __future__ import annotations

import os
import time

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
_SEQUENCES = ("rebase-merge", "rebase-apply", "sequencer")
_QUIET = 2.0  # seconds without a move, after which a rebase counts as stopped, for a person to act
_LOCKS = ("index.lock", "HEAD.lock")
_OLD = 60.0  # seconds after which whoever has made a lock is gone, or waits for a person


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


def at_work(git_dir: str) -> str:
    """What tells that git is changing the working tree just now: "index.lock", "rebase-merge"; "" if nothing does."""
    now = time.time()
    for name in _LOCKS:
        if now - changed(os.path.join(git_dir, name)) < _OLD:
            return name
    return moves(git_dir)


def moves(git_dir: str) -> str:
    """What tells that a rebase or the like is making commits just now: only what it comes to is worth a run."""
    sequence = next((name for name in _SEQUENCES if os.path.exists(os.path.join(git_dir, name))), "")
    now = time.time()
    named = ("HEAD", "index", *_SEQUENCES) if sequence else ()
    return sequence if any(0 <= now - changed(os.path.join(git_dir, name)) < _QUIET for name in named) else ""


def changed(path: str) -> float:
    """When a file or folder changed last, in seconds by the wall clock; 0 where there is none."""
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0
