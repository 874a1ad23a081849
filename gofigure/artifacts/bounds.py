"""How much is kept, and away with what is too much: by the artifact that was used longest ago.

Who keeps or puts back says so for that long (`in_use`), and nothing is removed meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gofigure.artifacts import manifest
from gofigure.store.bounds import DAY_NS
from gofigure.store.lock import InUse


class Held(NamedTuple):
    """What is kept."""

    artifacts: int = 0
    files: int = 0
    bytes: int = 0  # on the disk


@contextlib.contextmanager
def in_use(folder: str) -> Iterator[None]:
    """Nothing is removed in here. Raises OSError where nothing can be kept."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    using = InUse(os.path.join(folder, "in-use"))
    try:
        yield
    finally:
        using.close()


def held(folder: str) -> Held:
    """What there is, without reading any of it."""
    contents = [info for _, info in _contents(folder)]
    return Held(len(_names(os.path.join(folder, "lists"))), len(contents), sum(one.st_blocks for one in contents) * 512)


def bound(folder: str, days: int, most: int, in_time: Callable[[], None], *, dry: bool) -> Held:
    """Remove what was not used for so many days, and what is beyond so many bytes; what that was, or would be.

    `in_time` is called now and then, and may raise.
    """
    if not os.path.isdir(folder):
        return Held()
    using = InUse(os.path.join(folder, "in-use"))
    try:
        with using.alone() as alone:
            return _bound(folder, days, most, in_time, dry=dry) if alone or dry else Held()
    finally:
        using.close()


def _bound(folder: str, days: int, most: int, in_time: Callable[[], None], *, dry: bool) -> Held:
    """Lists first: what is broken off leaves contents that belong to none, for the next time."""
    sizes = {digest: (path, info.st_blocks * 512) for (digest, path), info in _contents(folder)}
    needed: set[str] = set()
    total = removed = 0
    long_ago = time.time_ns() - days * DAY_NS
    for used_ns, name in _by_use(folder):
        in_time()
        items = manifest.read(folder, bytes.fromhex(name))
        more = {item.digest.hex() for item in items or ()} - needed
        size = sum(sizes[digest][1] for digest in more if digest in sizes)
        if items is not None and used_ns >= long_ago and total + size <= most:
            needed |= more
            total += size
            continue
        removed += 1
        if not dry:
            _unlink(os.path.join(folder, "lists", name))
    files = freed = 0
    for digest, (path, size) in sizes.items():
        in_time()
        if digest not in needed:
            files, freed = files + 1, freed + size
            if not dry:
                _unlink(path)
    if not dry:
        _remove_left(folder, long_ago)
    return Held(removed, files, freed)


def _remove_left(folder: str, long_ago: int) -> None:
    """What was under way when its process was killed: nobody is at work now; and what nobody has asked for long."""
    for name in _names(os.path.join(folder, "new")):
        _unlink(os.path.join(folder, "new", name))
    for name in _names(os.path.join(folder, "stood")):
        place = os.path.join(folder, "stood", name)
        with contextlib.suppress(OSError):
            if os.stat(place).st_mtime_ns < long_ago:
                os.unlink(place)


def _by_use(folder: str) -> list[tuple[int, str]]:
    """(last use, name) of each artifact, the newest first."""
    found = []
    for name in _names(os.path.join(folder, "lists")):
        with contextlib.suppress(OSError, ValueError):
            bytes.fromhex(name)
            found.append((os.stat(os.path.join(folder, "lists", name)).st_mtime_ns, name))
    return sorted(found, reverse=True)


def _contents(folder: str) -> Iterator[tuple[tuple[str, str], os.stat_result]]:
    """((digest in hex, path), stat) of each content."""
    blobs = os.path.join(folder, "blobs")
    for start in _names(blobs):
        with contextlib.suppress(OSError), os.scandir(os.path.join(blobs, start)) as entries:
            for entry in entries:
                digest = start + entry.name.partition(".")[0]
                yield (digest, entry.path), entry.stat(follow_symlinks=False)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _unlink(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)
