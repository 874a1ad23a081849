"""Bring what fixers have changed in a private checkout into the user's files, and never over the user's own changes."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from gofigure.digest.content import BigFileError, NotAFileError, read_regular
from gofigure.git.fixes import Fix, as_checked_out, merged
from gofigure.git.repository import Repository

_TRIES = 3
_AT_ODDS = "your edits are at odds with it"


class Source(NamedTuple):
    """The checkout with the fixed files."""

    checkout: Repository
    tree: str  # git's tree that it was made of


def take_over(
    repository: Repository, source: Source, fixes: Sequence[Fix], unseen: Container[bytes], folder: str
) -> Mapping[bytes, str]:
    """Write each fixed file into the working tree; where the user has edited it as well, merge the two.

    `unseen`: see git.fixes.unseen; `folder`: for files under way, on the same file system if possible. Returns why
    which paths were left alone.
    """
    checkout = source.checkout
    before = dict(as_checked_out(checkout, source.tree, [fix.path for fix in fixes], folder))
    left: dict[bytes, str] = {}
    for fix in fixes:
        if fix.path in unseen:
            left[fix.path] = "git is told not to look at it"
            continue
        try:
            why = _taken_over(repository, checkout, fix, before[fix.path], folder)
        except BigFileError:
            why = "it is too large"
        except NotAFileError:
            why = "it is no file there"
        except OSError as error:
            why = error.strerror or str(error)
        if why:
            left[fix.path] = why
    return left


def _taken_over(repository: Repository, checkout: Repository, fix: Fix, base: bytes, folder: str) -> str:
    """Why not, or ""."""
    place = os.path.join(os.path.realpath(os.fsencode(repository.root)), fix.path)
    if os.path.realpath(os.path.dirname(place)) != os.path.dirname(place):
        return "a folder on the way to it is a link"
    theirs = read_regular(os.path.join(os.fsencode(checkout.root), fix.path))
    for _ in range(_TRIES):
        mine = read_regular(place)
        old, fixed = _with_ends_of(mine, base), _with_ends_of(mine, theirs)
        both = fixed if mine == old else merged(repository.git, mine, old, fixed, folder)
        if both is None:
            return _AT_ODDS
        mode = _mode(fix, stat.S_IMODE(os.stat(place).st_mode))
        new = _written(both, mode, place, folder)
        try:
            if read_regular(place) == mine:  # an editor may have saved while git was merging
                os.rename(new, place)
                return ""
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(new)
    return "it is being written"


def _with_ends_of(mine: bytes, text: bytes) -> bytes:
    """The text with the user's line ends, where git stores others than it checks out here (core.autocrlf)."""
    crlf = mine.count(b"\r\n")
    is_crlf = 0 < crlf == mine.count(b"\n")
    return text.replace(b"\n", b"\r\n") if is_crlf and b"\r" not in text else text


def _mode(fix: Fix, now: int) -> int:
    if fix.mode == fix.mode_before:
        return now
    # Git knows one bit of it: whoever may read may also execute, or nobody may.
    return now | (now & 0o444) >> 2 if fix.mode == b"100755" else now & ~0o111


def _written(data: bytes, mode: int, place: bytes, folder: str) -> bytes:
    """A new file on the file system of the one that it will replace at once: a crash leaves one or the other."""
    new = os.path.join(os.fsencode(folder), b"new")
    with open(new, "wb") as file:
        file.write(data)
    os.chmod(new, mode)
    if os.stat(new).st_dev == os.stat(place).st_dev:
        return new
    beside = place + b".gofigure-new"
    shutil.copy2(new, beside)
    return beside
