"""A checkout of our own, of any tree, beside the user's working tree.

Its git directory holds a HEAD and an index; a `commondir` file (gitrepository-layout) lets it share objects, refs and
configuration with the repository, as a linked worktree does. It is not registered below `worktrees/`: the user's
`git worktree list` does not show it, and nothing that the user does with worktrees reaches it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from gofigure.errors import GitError
from gofigure.git.repository import Head, Repository

# The whole tree, whatever part of it the user has checked out; files written by several processes, if they are many.
_WHOLE = ("-c", "core.sparseCheckout=false", "-c", "checkout.workers=0", "-c", "submodule.recurse=false")
_UNBORN = "ref: refs/heads/unborn\n"  # a branch of nobody's: a commit made here must not become the user's first one


def prepare(shares: Repository, git_dir: str, tree: str, head: Head | None) -> Repository:
    """The checkout in the folder `tree`, made where it is not there yet. `shares`: whose objects and refs it has."""
    os.makedirs(git_dir, mode=0o700, exist_ok=True)
    os.makedirs(tree, mode=0o700, exist_ok=True)
    _put(os.path.join(git_dir, "commondir"), shares.common_dir + "\n")
    _put(os.path.join(git_dir, "HEAD"), f"{head.commit}\n" if head is not None else _UNBORN)
    _put(os.path.join(tree, ".git"), f"gitdir: {git_dir}\n")
    git = shares.git._replace(folder=tree, git_dir=git_dir, is_bare=False)
    return Repository(tree, git_dir, shares.common_dir, git, head)


def switch(checkout: Repository, tree: str) -> None:
    """Bring every file to what `tree` (an object id) holds; what is right already is only looked at.

    Files that somebody has changed here meanwhile are put right, too: with --reset git compares each with the index
    by its stat. Raises GitError: a lock or an index that is damaged, a filter that fails, an object that is missing.
    """
    checkout.git.run(*_WHOLE, "read-tree", "--reset", "-u", tree)


def clean(checkout: Repository) -> None:
    """Remove what is neither part of the tree nor ignored: what earlier commands have left. Links are not followed."""
    checkout.git.run("clean", "-ffdq")


def changed_files(repository: Repository, paths: Sequence[bytes] = (), index_file: str | None = None) -> bytes:
    """A patch of what differs from the index in tracked files, for people; `paths`: only there."""
    args = ("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=all", "--")
    done = repository.git.start(*args, *map(os.fsdecode, paths), index_file=index_file).finish()
    if done.code not in (0, 1):
        raise GitError(done.err.decode(errors="backslashreplace").strip())
    return done.out


def _put(path: str, text: str) -> None:
    """Write a small file, if it does not say so already."""
    data = os.fsencode(text)
    try:
        with open(path, "rb") as file:
            if file.read() == data:
                return
    except FileNotFoundError:
        pass
    own = f"{path}.{os.getpid()}"
    with open(own, "wb") as file:
        file.write(data)
    os.replace(own, path)
