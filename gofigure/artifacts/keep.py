"""Keep what a stage has made: each content under its digest, then the list of them."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from gofigure.artifacts import blobs, manifest, record
from gofigure.artifacts.blobs import ChangedError
from gofigure.artifacts.manifest import NOTHING, Item
from gofigure.artifacts.record import Record, Stood
from gofigure.artifacts.walk import Chosen, found
from gofigure.digest.content import digest_bytes
from gofigure.digest.stamp import Stamp, kind_of, stamp_of
from gofigure.digest.tree import FOLDER, LINK
from gofigure.snapshot.select import show

_IN_MEMORY = 1 << 20
MANY = 16 << 20  # bytes that are worth several threads
THREADS = 4


class Kept(NamedTuple):
    """What became of the outputs of a stage."""

    artifact: bytes  # what they are called; b"" where nobody can say, see why_not
    why_not: str = ""
    lost: str = ""  # why they cannot be put back later, although they are known
    others: tuple[bytes, ...] = ()  # what is neither file nor link nor folder, and so is left out
    items: tuple[Item, ...] = ()  # what the artifact holds


class Keeping(NamedTuple):
    """Where, and of what."""

    folder: str  # of all artifacts
    root: str  # of the workspace
    stage: str
    chosen: Chosen
    most: int  # bytes that are kept
    wanted: bool = True  # else it is only found out what they are
    attend: Callable[[], None] = lambda: None  # called between files; may raise


def keep(keeping: Keeping) -> Kept:
    """Keep what stands there now. Raises nothing but what `attend` raises."""
    place = record.place_of(keeping.folder, keeping.root, keeping.stage)
    try:
        files, others = found(os.fsencode(keeping.root), keeping.chosen)
        seen_ns = time.time_ns()
        stood, lost = _all(keeping, files, record.read(place))
        _look_again(os.fsencode(keeping.root), stood)
    except ChangedError as error:
        return Kept(b"", f"{show(error.args[0])} changed while it was kept")
    except OSError as error:
        where = f"{show(os.fsencode(error.filename))}: " if error.filename else ""
        return Kept(b"", f"what it makes cannot be read: {where}{error.strerror}")
    items = [Item(path, one.kind, one.digest, _size(one)) for path, one in stood.items()]
    name = manifest.name_of(manifest.encoded(items))
    if keeping.wanted:
        try:
            manifest.write(keeping.folder, items)
        except OSError as error:
            lost = lost or error.strerror or str(error)
        record.write(keeping.folder, place, Record(name, seen_ns, stood))
    return Kept(name, "", lost if keeping.wanted else "", tuple(others), tuple(items))


def _all(keeping: Keeping, files: list[bytes], known: Record | None) -> tuple[dict[bytes, Stood], str]:
    """Each of them, and why not all of them are kept; "" if they are. Raises ChangedError and OSError."""
    root = os.fsencode(keeping.root)
    total = sum(os.lstat(os.path.join(root, path)).st_size for path in files)
    lost = _why_not(keeping, total)

    def kept(path: bytes) -> Stood:
        keeping.attend()
        return _kept(keeping, os.path.join(root, path), path, known, lost)

    if total < MANY:
        return dict(zip(files, map(kept, files), strict=True)), "".join(lost[:1])
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(THREADS) as pool:
        return dict(zip(files, pool.map(kept, files), strict=True)), "".join(lost[:1])


def _look_again(root: bytes, stood: Mapping[bytes, Stood]) -> None:
    """Raises ChangedError where somebody still writes."""
    for path, one in stood.items():
        if one.kind != FOLDER and stamp_of(os.lstat(os.path.join(root, path))) != one.stamp:
            raise ChangedError(path)


def _why_not(keeping: Keeping, total: int) -> list[str]:
    """Why no content is to be kept; empty if it is."""
    if not keeping.wanted:
        return ["not wanted"]
    return [f"they hold more than {keeping.most >> 20:,} MiB"] if total > keeping.most else []


def _kept(keeping: Keeping, place: bytes, path: bytes, known: Record | None, lost: list[str]) -> Stood:
    """One of them. `lost`: why nothing is kept any more, if something has gone wrong."""
    info = os.lstat(place)
    stamp = stamp_of(info)
    if stat.S_ISDIR(info.st_mode):
        return Stood(FOLDER, NOTHING, stamp)
    before = known.knows(path, stamp) if known is not None else None
    if before is not None and (lost or blobs.has(keeping.folder, before.digest)):
        return before
    kind = kind_of(info.st_mode)
    if kind is None:
        raise ChangedError(path)
    try:
        if kind == LINK:
            return Stood(kind, _bytes(keeping.folder, os.readlink(place), lost), stamp)
        return Stood(kind, _file(keeping.folder, place, stamp, lost), stamp)
    except ChangedError:
        raise ChangedError(path) from None


def _file(folder: str, place: bytes, stamp: Stamp, lost: list[str]) -> bytes:
    fd = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if stamp_of(os.fstat(fd)) != stamp:
            raise ChangedError
        if stamp.size < _IN_MEMORY:
            data = os.read(fd, _IN_MEMORY)
            if len(data) != stamp.size:
                raise ChangedError
            return _bytes(folder, data, lost)
        digest = blobs.digest_of(fd)
        if not lost:
            try:
                blobs.add(folder, fd, digest)
            except OSError as error:
                lost.append(error.strerror or str(error))
        return digest
    finally:
        os.close(fd)


def _bytes(folder: str, data: bytes, lost: list[str]) -> bytes:
    digest = digest_bytes(data)
    if not lost:
        try:
            blobs.add_bytes(folder, data, digest)
        except OSError as error:
            lost.append(error.strerror or str(error))
    return digest


def _size(one: Stood) -> int:
    return 0 if one.kind == FOLDER else one.stamp.size
