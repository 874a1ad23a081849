"""What an artifact holds: a list of paths and digests, called by the digest of that list.

A proof names the artifact, and the store with the proof is trusted. So nothing is put back but what was made here,
wherever the files of an artifact come from; and what is half written is not what it is called.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from typing import NamedTuple

from gofigure.digest.content import SIZE, digest_bytes
from gofigure.digest.frame import digest_value

_CONTEXT = "gofigure 2026-11 artifact"
_BEFORE_PATH = 1 + SIZE + 8


class Item(NamedTuple):
    """One thing that a stage has made. Nothing else of its mode is kept than git would keep."""

    path: bytes  # from the root of the workspace
    kind: bytes  # FILE, EXECUTABLE, LINK; FOLDER for one with nothing in it
    digest: bytes  # of its bytes, of a link's text; of nothing for a folder
    size: int = 0


def encoded(items: Iterable[Item]) -> bytes:
    return b"".join(
        b"%s%s%s%s\0" % (one.kind, one.digest, one.size.to_bytes(8, "big"), one.path) for one in sorted(items)
    )


def name_of(data: bytes) -> bytes:
    """The digest that an artifact is called by."""
    return digest_value(_CONTEXT, [data])


def decoded(data: bytes) -> tuple[Item, ...]:
    items, at = [], 0
    while at < len(data):
        path = at + _BEFORE_PATH
        end = data.index(b"\0", path)
        size = int.from_bytes(data[path - 8 : path], "big")
        items.append(Item(data[path:end], data[at : at + 1], data[at + 1 : at + 1 + SIZE], size))
        at = end + 1
    return tuple(items)


def place_of(folder: str, name: bytes) -> str:
    return os.path.join(folder, "lists", name.hex())


def read(folder: str, name: bytes) -> tuple[Item, ...] | None:
    """What an artifact holds; None where that is not there, or is not what it is called."""
    try:
        with open(place_of(folder, name), "rb") as file:
            data = file.read()
    except OSError:
        return None
    return decoded(data) if name_of(data) == name else None


def write(folder: str, items: Iterable[Item]) -> bytes:
    """Keep the list, the last of all that is kept; its name. Raises OSError."""
    data = encoded(items)
    name = name_of(data)
    place = place_of(folder, name)
    with contextlib.suppress(OSError), open(place, "rb") as file:
        if file.read() == data:
            os.utime(place)
            return name
    atomically(folder, place, data)
    return name


def atomically(folder: str, place: str, data: bytes, *, lasting: bool = True) -> None:
    """Write a whole file at once. `lasting`: it is on the disk before it has its name. Raises OSError."""
    new = new_place(folder)
    os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
    try:
        with open(new, "xb") as file:
            file.write(data)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        os.rename(new, place)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(new)


def new_place(folder: str) -> str:
    """A path for a file under way; `gc` removes those whose process was killed."""
    new = os.path.join(folder, "new")
    os.makedirs(new, mode=0o700, exist_ok=True)
    return os.path.join(new, f"{os.getpid()}-{os.urandom(8).hex()}")


NOTHING = digest_bytes(b"")
