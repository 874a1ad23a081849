"""Where two lines of history come from one commit."""

from __future__ import annotations

from gofigure.errors import GitError
from gofigure.git.objects import SHALLOW_HINT, is_shallow, tree_of
from gofigure.git.program import Git


def common_ancestor(git: Git, old: str, new: str) -> str:
    """The commit since which `new` has gone its own way from `old`; `old` itself where they share no history.

    Raises NotACommit where either is none, GitError where a shallow clone does not reach back so far.
    """
    old, new = tree_of(git, old)[0], tree_of(git, new)[0]
    found = git.start("merge-base", old, new).finish()
    if found.code == 0:
        return found.out.decode().split()[0]
    if is_shallow(git):
        raise GitError(f"{old[:10]} and {new[:10]} have no commit in common in this shallow clone", hint=SHALLOW_HINT)
    return old
