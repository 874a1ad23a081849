"""How the outputs of a stage stood in a workspace when they were looked at last: a stat for each, and its digest.

Only what saves reading files: who takes it away, or writes into it, makes the next look longer.
"""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Mapping
from typing import NamedTuple

from gofigure.artifacts.manifest import atomically
from gofigure.digest.content import SIZE, digest_bytes
from gofigure.digest.frame import digest_value
from gofigure.digest.stamp import Stamp, is_settled

_CONTEXT = "gofigure 2026-11 stood"
_HEAD = struct.Struct(f"{SIZE}sq")
_LINE = struct.Struct(f"c{SIZE}s6q")


class Stood(NamedTuple):
    """One thing, as a run or a look has left it."""

    kind: bytes
    digest: bytes
    stamp: Stamp


class Record(NamedTuple):
    artifact: bytes
    seen_ns: int  # wall clock
    stood: Mapping[bytes, Stood]  # by path

    def knows(self, path: bytes, stamp: Stamp) -> Stood | None:
        """What stands at a path, if its stat says so."""
        one = self.stood.get(path)
        return one if one is not None and one.stamp == stamp and is_settled(stamp, self.seen_ns) else None


def place_of(folder: str, root: str, stage: str) -> str:
    return os.path.join(folder, "stood", digest_value(_CONTEXT, [os.fsencode(root), os.fsencode(stage)]).hex())


def read(place: str) -> Record | None:
    try:
        with open(place, "rb") as file:
            data = file.read()
    except OSError:
        return None
    body = data[SIZE:]
    if digest_bytes(body) != data[:SIZE]:
        return None
    artifact, seen_ns = _HEAD.unpack_from(body)
    stood, at = {}, _HEAD.size
    while at < len(body):
        kind, digest, *stamp = _LINE.unpack_from(body, at)
        end = body.index(b"\0", at + _LINE.size)
        stood[body[at + _LINE.size : end]] = Stood(kind, digest, Stamp(*stamp))
        at = end + 1
    return Record(artifact, seen_ns, stood)


def write(folder: str, place: str, record: Record) -> None:
    """Where it cannot be written, the next look takes longer."""
    lines = [_LINE.pack(one.kind, one.digest, *one.stamp) + path + b"\0" for path, one in record.stood.items()]
    body = _HEAD.pack(record.artifact, record.seen_ns) + b"".join(lines)
    with contextlib.suppress(OSError):
        atomically(folder, place, digest_bytes(body) + body, lasting=False)
