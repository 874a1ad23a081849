"""Bring what fixers have changed in a private checkout into the user's files, and never over the user's own changes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence

from gofigure.digest.content import BigFileError, NotAFileError, read_regular
from gofigure.git.fixes import Fix, as_checked_out, merged
from gofigure.git.repository import Repository


def take_over(repository: Repository, checkout: Repository, fixes: Sequence[Fix], folder: str) -> list[Fix]:
    """Write each fixed file into the working tree; where the user has edited it as well, merge the two.

    `folder`: for files under way, on the same file system if possible. Returns those left alone: the user's edits
    are at odds with the fix, or something else than a file stands there.
    """
    before = dict(as_checked_out(checkout, [fix.path for fix in fixes]))
    return [fix for fix in fixes if not _taken_over(repository, checkout, fix.path, before[fix.path], folder)]


def _taken_over(repository: Repository, checkout: Repository, path: bytes, base: bytes, folder: str) -> bool:
    root = os.path.realpath(os.fsencode(repository.root))
    place = os.path.join(root, path)
    if os.path.realpath(os.path.dirname(place)) != os.path.dirname(place):
        return False  # a folder on the way is a link
    try:
        theirs = read_regular(os.path.join(os.fsencode(checkout.root), path))
        mine = read_regular(place)
        both = theirs if mine == base else merged(repository.git, mine, base, theirs, folder)
        if both is None:
            return False
        if both != mine:
            _replace(place, both, folder)
    except (OSError, NotAFileError, BigFileError):
        return False
    return True


def _replace(place: bytes, data: bytes, folder: str) -> None:
    """Put a whole new file in the old one's place at once; a crash leaves one or the other."""
    new = os.path.join(os.fsencode(folder), b"new")
    with open(new, "wb") as file:
        file.write(data)
    shutil.copymode(place, new)
    try:
        os.rename(new, place)
    except OSError:  # another file system
        beside = place + b".gofigure-new"
        shutil.copy2(new, beside)
        os.rename(beside, place)
