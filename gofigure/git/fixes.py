"""What fixers have changed in a checkout of our own, brought into an index as `git add` would have done."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gofigure.errors import GitError
from gofigure.git.index import parse_flags, private_index
from gofigure.git.program import Git
from gofigure.git.repository import Repository

_FILES = (b"100644", b"100755")


class Fix(NamedTuple):
    """One file with its content before and after; object ids."""

    path: bytes
    mode_before: bytes
    mode: bytes
    before: str
    after: str


def harvest(checkout: Repository, tree: str, folder: str) -> list[Fix]:
    """The files of `tree` that are changed in its checkout; their new content is written as blobs.

    `folder`: see git.index.scratch. Files that are gone, new, or of another kind are no fixes.
    """
    own = private_index(checkout.index_file, folder)
    checkout.git.run("add", "--update", index_file=own)
    args = ("diff-index", "--cached", "-z", "--raw", "--no-renames", "--ignore-submodules=all", tree)
    fields = checkout.git.run(*args, index_file=own).split(b"\0")[:-1]
    fixes = []
    for meta, path in zip(fields[::2], fields[1::2], strict=True):
        old_mode, mode, before, after, _ = meta.lstrip(b":").split(b" ")
        if old_mode in _FILES and mode in _FILES:
            fixes.append(Fix(path, old_mode, mode, before.decode(), after.decode()))
    return fixes


def into_index(repository: Repository, index_file: str | None, fixes: Sequence[Fix]) -> None:
    """Put the fixed content in place of what was staged. Raises GitError where another process has the index.

    `index_file`: the GIT_INDEX_FILE of a hook. For `git commit PATH` git hands over an index of its own, and has
    written the one that will be the user's to index.lock: without the fixes there, the commit would look undone.
    """
    active = index_file or repository.index_file
    targets = [active]
    if os.path.basename(active).startswith("next-index-"):
        targets.append(repository.index_file + ".lock")
    lines = b"".join(b"%s %s\t%s\0" % (fix.mode, fix.after.encode(), fix.path) for fix in fixes)
    for target in targets:
        flagged = _checked(repository.git, target, fixes)
        repository.git.run_as_user("update-index", "-z", "--index-info", index_file=target, stdin=lines)
        for option, paths in flagged.items():  # a new entry has lost them, and with them what they hide
            repository.git.run_as_user("update-index", option, "-z", "--stdin", index_file=target, stdin=paths)


def unseen(repository: Repository, index_file: str | None) -> frozenset[bytes]:
    """The paths that git is told not to look at in the working tree: another thing stands there on purpose."""
    listed = repository.git.run("ls-files", "-v", "-z", "--cached", index_file=index_file)
    flags = parse_flags(listed)
    return frozenset((*flags.assumed, *flags.skipped))


def merged(git: Git, mine: bytes, base: bytes, theirs: bytes, folder: str) -> bytes | None:
    """`theirs`' changes to `base`, made to `mine`; None where they are at odds, or the content is no text."""
    names = [os.path.join(folder, name) for name in ("mine", "base", "theirs")]
    for name, data in zip(names, (mine, base, theirs), strict=True):
        with open(name, "wb") as file:
            file.write(data)
    done = git.start("merge-file", "--stdout", "--quiet", *names).finish()
    return done.out if done.code == 0 else None


def as_checked_out(
    checkout: Repository, tree: str, paths: Sequence[bytes], folder: str
) -> Iterator[tuple[bytes, bytes]]:
    """(path, bytes) of files as git would check them out from a tree: with line ends and filters, before any fix.

    By an index of our own: a fixer may have staged something in the checkout's.
    """
    own = os.path.join(folder, "index-before")
    checkout.git.run("read-tree", tree, index_file=own)
    asked = b"".join(path + b"\0" for path in paths)
    listed = checkout.git.run("checkout-index", "--temp", "-z", "--stdin", index_file=own, stdin=asked)
    for line in listed.split(b"\0")[:-1]:
        name, path = line.split(b"\t", 1)
        place = os.path.join(os.fsencode(checkout.root), name)
        with open(place, "rb") as file:
            yield path, file.read()
        os.unlink(place)


def _checked(git: Git, index_file: str, fixes: Sequence[Fix]) -> dict[str, bytes]:
    """What to restore besides content: the flags of these paths. Raises GitError where one was staged anew."""
    staged: dict[bytes, tuple[bytes, str]] = {}
    for line in git.run("ls-files", "-s", "-v", "-z", index_file=index_file).split(b"\0")[:-1]:
        meta, path = line.split(b"\t", 1)
        tag, _, oid, _ = meta.split(b" ")
        staged[path] = tag, oid.decode()
    flagged: dict[str, bytes] = {}
    for fix in fixes:
        flag, blob = staged.get(fix.path, (b"", ""))
        if blob != fix.before:
            name = fix.path.decode("utf-8", "backslashreplace")
            raise GitError(f"{name} was staged anew while it was being mended", hint="commit again")
        if flag in b"Ss":
            flagged["--skip-worktree"] = flagged.get("--skip-worktree", b"") + fix.path + b"\0"
        if flag.islower():
            flagged["--assume-unchanged"] = flagged.get("--assume-unchanged", b"") + fix.path + b"\0"
    return flagged
