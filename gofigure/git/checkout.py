"""A checkout of our own, of any tree, beside the user's working tree.

Its git directory holds a HEAD and an index; a `commondir` file (gitrepository-layout) lets it share objects, refs and
configuration with the repository, as a linked worktree does. It is not registered below `worktrees/`: the user's
`git worktree list` does not show it, and nothing that the user does with worktrees reaches it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from typing import NamedTuple

from gofigure.digest.content import digest_bytes
from gofigure.errors import GitError
from gofigure.git import index
from gofigure.git.program import output
from gofigure.git.repository import Head, Repository
from gofigure.process.capture import Running

# The whole tree, whatever part of it the user has checked out; files written by several processes, if they are many;
# every difference in a stat counts, whatever the user's own working tree lies on. Git LFS takes what is here and
# leaves pointers for the rest: it would go to the network by itself (git-lfs-config, "lfs.skipdownloaderrors").
WHOLE = (
    "-c", "core.sparseCheckout=false", "-c", "checkout.workers=0", "-c", "submodule.recurse=false",
    "-c", "core.fileMode=true", "-c", "core.trustctime=true", "-c", "core.checkStat=default",
    "-c", "lfs.skipdownloaderrors=true", "-c", "lfs.url=file:///dev/null",
)  # fmt: skip
# A commit made here must not become the user's first one: this is nobody's branch, and lies in our git directory
# (git-worktree, "refs").
_UNBORN = "refs/worktree/unborn"
_CONVERSION = r"^(core\.(autocrlf|eol|symlinks|attributesfile|checkroundtripencoding)|filter\..*)$"


def prepare(shares: Repository, git_dir: str, tree: str, head: Head | None) -> Repository:
    """The checkout in the folder `tree`, made where it is not there yet. `shares`: whose objects and refs it has."""
    os.makedirs(git_dir, mode=0o700, exist_ok=True)
    os.makedirs(tree, mode=0o700, exist_ok=True)
    _put(os.path.join(git_dir, "commondir"), shares.common_dir + "\n")
    _put(os.path.join(git_dir, "HEAD"), f"{head.commit}\n" if head is not None else f"ref: {_UNBORN}\n")
    _put(os.path.join(tree, ".git"), f"gitdir: {git_dir}\n")
    git = shares.git._replace(folder=tree, git_dir=git_dir, is_bare=False)
    return Repository(tree, git_dir, shares.common_dir, git, head)


def switch(checkout: Repository, tree: str) -> None:
    """Bring every file to what `tree` (an object id) holds; what is right already is only looked at.

    Files that somebody has changed here meanwhile are put right, too: with --reset git compares each with the index
    by its stat. Raises GitError: a lock or an index that is damaged, a filter that fails, an object that is missing.
    """
    checkout.git.run(*WHOLE, "read-tree", "--reset", "-u", tree)


class Differences(NamedTuple):
    """What in the difference of two trees concerns more than the files in it."""

    attributes: bool  # files that are the same in both may have to be written in another way
    ignores: bool  # what was ignored, or a submodule, may now be neither


def differences(checkout: Repository, old: str, new: str) -> Differences | None:
    """Of two trees; None if it cannot be told, as git has pruned the old one."""
    if old == new:
        return Differences(attributes=False, ignores=False)
    done = checkout.git.start("diff-tree", "-r", "-z", "--raw", "--no-renames", "--ignore-submodules=none", old, new)
    said = done.finish()
    if said.code != 0:
        return None
    fields = said.out.split(b"\0")[:-1]
    names = {path.rpartition(b"/")[2] for path in fields[1::2]}
    moved = any(b"160000" in meta for meta in fields[::2])
    return Differences(b".gitattributes" in names, moved or b".gitignore" in names)


def start_conversion(checkout: Repository) -> Running:
    return checkout.git.start("config", "-z", "--get-regexp", _CONVERSION)


def conversion(checkout: Repository, asked: Running) -> str:
    """All that decides how stored content becomes a file, apart from the tree's own .gitattributes; to be compared."""
    try:
        with open(os.path.join(checkout.common_dir, "info", "attributes"), "rb") as file:
            more = file.read()
    except OSError:
        more = b""
    return digest_bytes(asked.finish().out + b"\0" + more).hex()


def drop_flags(checkout: Repository) -> None:
    """Take back what a stage has told git not to look at. Raises GitError where the index is damaged."""
    flags = index.parse_flags(output(index.start_flags(checkout.git, checkout.index_file), ("ls-files",)))
    for option, paths in (("--no-assume-unchanged", flags.assumed), ("--no-skip-worktree", flags.skipped)):
        if paths:
            checkout.git.run("update-index", option, "-z", "--stdin", stdin=b"\0".join(paths) + b"\0")


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
    with contextlib.suppress(FileNotFoundError):
        os.unlink(own)
    with open(own, "xb") as file:  # never through a link that a stage has put there
        file.write(data)
    os.replace(own, path)
