"""Remove what checkout stages have brought and nobody uses any more."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from gofigure.recipes.checkout.places import (
    OWNER,
    Record,
    cache_of,
    home_of,
    is_of_a_mirror,
    lock_of,
    records,
    remove,
    sources_in,
    used_file,
    warm_note,
)
from gofigure.store.lock import RunLock


class Known(NamedTuple):
    """What is known of who uses them."""

    root: str  # this working tree
    stages: Collection[str] | None  # its checkout stages; None: nobody can tell just now
    long_ago_ns: int  # what was not used since then is used no more


def any_here(state_dir: str) -> bool:
    return os.path.isdir(os.path.join(home_of(state_dir), "records"))


def sweep(
    state_dir: str, environ: Mapping[str, str], known: Known, in_time: Callable[[], None], *, dry: bool
) -> tuple[int, int, int]:
    """How many checkouts and mirrors, with how many files and bytes, were removed or would be.

    `in_time` raises where there is no time for more: between two of them.
    """
    home = home_of(state_dir)
    gone = _Gone(in_time, dry=dry)
    left: set[str] = set()
    for path, record in records(home):
        if not _is_over(path, record, known):
            left.add(record.mirror)
            continue
        with RunLock(lock_of(record.mirror)) as lock:
            if not lock.try_acquire(create=True):
                left.add(record.mirror)  # somebody is at work with it
                continue
            if record.owned and os.path.isdir(record.dest) and is_of_a_mirror(record.dest, home):
                gone.take(record.dest)
            if not dry:
                _forget(path)
    for mirror in _folders(os.path.join(home, "mirrors")):
        if mirror in left or not mirror.endswith(".git"):
            continue
        with RunLock(lock_of(mirror)) as lock:
            if lock.try_acquire(create=True):
                gone.take(mirror)
    for folder in _orphans(environ):
        gone.take(folder)
    return gone.places, gone.files, gone.bytes


class _Gone:
    """What was removed, or would be."""

    def __init__(self, in_time: Callable[[], None], *, dry: bool) -> None:
        self.places = self.files = self.bytes = 0
        self._in_time = in_time
        self._dry = dry

    def take(self, folder: str) -> None:
        self._in_time()
        files, size = _size(folder)
        self.places, self.files, self.bytes = self.places + 1, self.files + files, self.bytes + size
        if not self._dry:
            remove(folder)


def _is_over(path: str, record: Record, known: Known) -> bool:
    # In a folder that the user has named may be commits of their own, which the mirror holds.
    may_idle = not record.owned and os.path.isdir(record.dest)
    if not os.path.isdir(record.root) or (_used_ns(path) < known.long_ago_ns and not may_idle):
        return True
    return record.root == known.root and known.stages is not None and record.stage not in known.stages


def _used_ns(path: str) -> int:
    """When a checkout was made or used."""
    times = []
    for name in (path, used_file(path)):
        with contextlib.suppress(FileNotFoundError):
            times.append(os.lstat(name).st_mtime_ns)
    return max(times, default=0)


def _forget(path: str) -> None:
    """A record, with what lies beside it."""
    for name in (warm_note(path), used_file(path), path):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


def _orphans(environ: Mapping[str, str]) -> Iterator[str]:
    """The folders of repositories that are gone."""
    if not environ:
        return
    for folder in _folders(sources_in(os.path.realpath(cache_of(environ)))):
        with contextlib.suppress(OSError), open(os.path.join(folder, OWNER), encoding="utf-8") as file:
            if not os.path.isdir(file.read()):
                yield folder


def _folders(above: str) -> list[str]:
    with contextlib.suppress(OSError), os.scandir(above) as entries:
        return sorted(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
    return []


def _size(folder: str) -> tuple[int, int]:
    """Files, and the bytes that they take on the disk."""
    files = size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(parent, name)).st_blocks * 512
                files += 1
    return files, size
