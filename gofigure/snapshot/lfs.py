"""Files of a working tree that are only Git LFS pointers: what a stage reads there is not what is meant."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from gofigure.git import lfs
from gofigure.git.repository import Repository
from gofigure.snapshot.select import show

_NAME = b".gitattributes\0"
_MOST = 1 << 20  # of attributes, in bytes


def pointers_in(repository: Repository, index_file: str, listed: bytes, new: Iterable[bytes]) -> list[bytes]:
    """Such paths. `listed`: see working_tree.listing; `new`: untracked files.

    Where no .gitattributes names the filter, that is all that is looked at.
    """
    root = os.fsencode(repository.root)
    if not any(lfs.names_the_filter(_read(root, path)) for path in _attribute_files(listed, new)):
        return []
    return lfs.pointers(root, lfs.filtered(lfs.start_filtered(repository.git, index_file)))


def notes_of(unprovable: Mapping[bytes, str], pointer: str) -> tuple[str, ...]:
    """What is left out, in words; a line for all pointers together, as a fresh clone may have thousands."""
    paths = sorted(path for path, why in unprovable.items() if why == pointer)
    notes = [f"{show(path)}: {why}" for path, why in sorted(unprovable.items()) if why != pointer]
    if len(paths) > 1:
        notes.append(f"{show(paths[0])} and {len(paths) - 1} more: Git LFS pointers, not the files (git lfs pull)")
    elif paths:
        notes.append(f"{show(paths[0])}: {pointer}")
    return tuple(notes)


def _attribute_files(listed: bytes, new: Iterable[bytes]) -> Iterable[bytes]:
    """Those of the index, found without taking the listing apart, and new ones."""
    at = listed.find(_NAME)
    while at >= 0:
        start = listed.rfind(b"\0", 0, at) + 3  # after "H "
        path = listed[start : at + len(_NAME) - 1]
        if path == _NAME[:-1] or path.endswith(b"/" + _NAME[:-1]):
            yield path
        at = listed.find(_NAME, at + 1)
    yield from (path for path in new if path.rpartition(b"/")[2] == _NAME[:-1])


def _read(root: bytes, path: bytes) -> bytes:
    try:
        with open(
            os.open(os.path.join(root, path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb"
        ) as file:
            return file.read(_MOST)
    except OSError:
        return b""
