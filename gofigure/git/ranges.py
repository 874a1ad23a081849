"""What lies between two commits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gofigure.git.program import Git


class Made(NamedTuple):
    """One commit of a range."""

    commit: str
    parents: tuple[str, ...]


def new_commits(git: Git, tip: str, known: Sequence[str]) -> list[Made]:
    """What `tip` leads to and nothing of `known` does, the oldest first.

    `known`: object ids, or options that choose refs (git-rev-list); what is not there leads to nothing.
    """
    args = ("rev-list", "--ignore-missing", "--topo-order", "--reverse", "--parents", tip, "--not", *known)
    lines = git.run(*args).decode().splitlines()
    return [Made(commit, tuple(parents)) for commit, *parents in map(str.split, lines)]


def merge_base(git: Git, one: str, other: str) -> str:
    """The commit at which two histories part; "" where they have none in common, or one of them is not there."""
    done = git.start("merge-base", one, other).finish()
    return done.out.decode().strip() if done.code == 0 else ""


def empty_tree(git: Git) -> str:
    """The id of the tree without files, which git knows without having it; the object format decides which it is."""
    return git.run("hash-object", "-t", "tree", "--stdin").decode().strip()
