"""An index with nothing in it that `git status` passes over: known again by its checksum, so that it is listed once.

Plain is an index without entries that git was told not to look at, without attributes, and without a store. Git ends
an index with the checksum of all that is in it (gitformat-index); with index.skipHash that is zeros: nothing is known.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable

from gofigure.git import index
from gofigure.store.names import NAME

_FILE = "plain-index"
_SPECIAL = (b".gitattributes\0", f" {NAME}\0".encode(), f" {NAME}-".encode())  # in a list of `git ls-files`
_HEAD, _CHECKSUM, _LONGEST = 12, 20, 32  # bytes: signature, version and count; SHA-1; SHA-256


def name_of(index_file: str) -> bytes:
    """What no other index has in common with this one; empty where it does not tell."""
    try:
        with open(index_file, "rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            head = os.pread(file.fileno(), _HEAD, 0)
            end = os.pread(file.fileno(), _LONGEST, max(_HEAD, size - _LONGEST))
    except OSError:
        return b""
    return b"%s %d %s\n" % (head.hex().encode(), size, end.hex().encode()) if any(end[-_CHECKSUM:]) else b""


def is_known(folder: str, name: bytes) -> bool:
    """Whether the index of that name is plain, as far as anybody has found out. `folder`: of the working tree's own."""
    try:
        with open(os.path.join(folder, _FILE), "rb", buffering=0) as file:
            return bool(name) and file.read(len(name) + 1) == name
    except OSError:
        return False


def is_plain(listed: bytes) -> bool:
    """`listed`: every entry, as `git ls-files -v -z` names them."""
    return not any(name in listed for name in _SPECIAL) and not any(index.parse_flags(listed))


def lists_none(names: Iterable[str]) -> bool:
    """Whether no plain index has one of these names, relative to the root."""
    return all(name == NAME or name.startswith(f"{NAME}-") for name in names)


def remember(folder: str, name: bytes) -> None:
    """That the index of that name is plain; where that cannot be written, it is found out again."""
    if not name:
        return
    path = os.path.join(folder, _FILE)
    with contextlib.suppress(OSError):
        with open(os.open(f"{path}.{os.getpid()}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(name)
        os.replace(f"{path}.{os.getpid()}", path)
