"""Commits of the branch that is checked out, by plumbing: what the user's configuration adds to `log` stays out."""

from __future__ import annotations

import os
from typing import NamedTuple

from gofigure.errors import GitError
from gofigure.git.program import Git, output

_REFLOG = 500  # entries
# What makes a commit; of what else moves HEAD, none does.
_MAKERS = ("commit", "cherry-pick", "revert", "rebase", "am", "merge", "pull")


class Commit(NamedTuple):
    id: str
    tree: str
    parents: tuple[str, ...]
    subject: str


class Branch(NamedTuple):
    """The newest commits of a branch, newest first."""

    commits: tuple[Commit, ...]
    more: bool  # there are others that were asked for too
    has_remotes: bool


def unpublished(git: Git, limit: int, without_remotes: int) -> Branch:
    """Those that are on no remote; where there is no remote branch at all, the newest so many."""
    any_remote = git.start("for-each-ref", "--count=1", "--format=x", "refs/remotes")
    found = _listed(git, limit + 1, "--not", "--remotes")
    if output(any_remote, ("for-each-ref", "refs/remotes")):
        return Branch(found[:limit], len(found) > limit, has_remotes=True)
    return Branch(found[:without_remotes], len(found) > without_remotes, has_remotes=False)


def newest(git: Git, limit: int) -> Branch:
    found = _listed(git, limit + 1)
    return Branch(found[:limit], len(found) > limit, has_remotes=False)


def made_by(git: Git) -> dict[str, str]:
    """What made each of the commits that HEAD was at lately: "cherry-pick", "rebase (pick)"; only as far as known."""
    # Plumbing does not know %gs. A signature would be shown by a program that the repository's configuration names.
    options = ("--no-patch", "--no-show-signature", f"--max-count={_REFLOG}", "--format=%H%x00%gs")
    done = git.start("log", "--walk-reflogs", *options, "HEAD", "--").finish()
    found: dict[str, str] = {}
    for line in done.out.split(b"\n"):
        commit, is_entry, words = line.partition(b"\0")
        how, _, detail = os.fsdecode(words).partition(": ")
        maker, _, step = how.partition(" ")
        if is_entry and maker in _MAKERS and step not in ("(start)", "(finish)", "(abort)"):
            forwards = detail == "Fast-forward"
            # "merge topic" and "pull origin": what they name is no matter, what is in brackets is.
            made = f"{maker} {step}" if step.startswith("(") else maker
            found[commit.decode()] = f"{maker} (fast-forward)" if forwards else made
    return found


def _listed(git: Git, limit: int, *but: str) -> tuple[Commit, ...]:
    """Of the commits that HEAD leads to. Raises GitError where it leads to none."""
    form = "--format=%H%x00%T%x00%P%x00%s"
    done = git.start("rev-list", f"--max-count={limit}", "--encoding=UTF-8", form, "HEAD", *but, "--").finish()
    if done.code != 0:
        raise GitError("HEAD's commits cannot be listed: " + done.err.decode("utf-8", "replace").strip())
    fields = (line.split(b"\0", 3) for line in done.out.split(b"\n") if b"\0" in line)
    return tuple(
        Commit(commit.decode(), tree.decode(), tuple(parents.decode().split()), subject.decode("utf-8", "replace"))
        for commit, tree, parents, subject in fields
    )
