"""push-to-checkout: where a hook stands for it, git leaves the working tree to the hook (githooks)."""

from __future__ import annotations

import os
from collections.abc import Mapping

from gofigure.errors import GitError
from gofigure.process.capture import Captured, start


def bring_to(commit: str, environ: Mapping[str, str]) -> None:
    """Bring the working tree that a push is about to `commit`, as git does where there is no hook.

    `environ`: as git gave it. Raises GitError where there are changes that git would not write over either. Where a
    stage has done it, there is nothing left to do.
    """
    if "GIT_DIR" not in environ or "GIT_WORK_TREE" not in environ:
        return  # it was not git that called
    if _is_there(commit, environ):
        return
    head = _git(environ, "rev-parse", "--quiet", "--verify", "HEAD")
    before = head if head.code == 0 else _git(environ, "hash-object", "-t", "tree", os.devnull)
    steps = (
        ("Up-to-date check failed", ("update-index", "-q", "--ignore-submodules", "--refresh")),
        ("Working directory has unstaged changes", ("diff-files", "--quiet", "--ignore-submodules", "--")),
        (
            "Working directory has staged changes",
            ("diff-index", "--quiet", "--cached", "--ignore-submodules", before.out.decode().strip(), "--"),
        ),
        ("Could not update working tree to new HEAD", ("read-tree", "-u", "-m", commit)),
    )
    for otherwise, args in steps:
        done = _git(environ, *args)
        if done.code != 0:
            said = done.err.decode("utf-8", "backslashreplace").strip()
            raise GitError(f"{otherwise}: {said}" if said else otherwise)


def _is_there(commit: str, environ: Mapping[str, str]) -> bool:
    """Whether the index holds that commit already."""
    index, tree = _git(environ, "write-tree"), _git(environ, "rev-parse", "--verify", f"{commit}^{{tree}}")
    return index.code == tree.code == 0 and index.out == tree.out


def _git(environ: Mapping[str, str], *args: str) -> Captured:
    return start(["git", *args], env=environ, cwd=environ["GIT_WORK_TREE"]).finish()
