"""Private checkouts that nobody uses any more: how much they hold, and away with them."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from gofigure.git.repository import Repository
from gofigure.store.lock import RunLock
from gofigure.workspace.slots import cache_home, home_in_cache, home_in_repository, numbers, remove_all


class Place(NamedTuple):
    """One place for a checkout, with something in it."""

    folder: str
    used_ns: int  # when a run took it last


class Held(NamedTuple):
    """What stands in some of them."""

    checkouts: int = 0
    files: int = 0
    bytes: int = 0  # on the disk


def places(repository: Repository, environ: Mapping[str, str]) -> list[Place]:
    """Those of a repository, wherever they may lie."""
    homes = [home_in_repository(repository.state_dir)]
    if cache_home(environ):
        homes.append(home_in_cache(repository, environ))
    return [place for home in homes for place in _places_in(home)]


def orphans(environ: Mapping[str, str]) -> list[str]:
    """The folders in the user's cache of repositories that are gone."""
    cache = cache_home(environ)
    found = []
    for name in _names(cache) if cache else ():
        try:
            with open(os.path.join(cache, name, "repository"), "rb") as file:
                repository = file.read()
        except OSError:
            continue  # none of ours, or about to be made
        if repository and not os.path.lexists(repository):
            found.append(os.path.join(cache, name))
    return found


def remove_orphan(home: str, in_time: Callable[[], None], *, dry: bool) -> Held:
    """Remove the folder of a repository that is gone."""
    removed = remove(_places_in(home), in_time, dry=dry)
    if not dry and not _places_in(home):
        remove_all(home)
    return removed


def remove(old: Iterable[Place], in_time: Callable[[], None], *, dry: bool) -> Held:
    """Empty these, but for one that a run is in. `in_time` is called now and then, and may raise.

    The lock file stays: whoever had it open would hold a lock that nobody else can see.
    """
    checkouts = files = freed = 0
    for place in old:
        lock_file = os.path.join(place.folder, "lock")
        with RunLock(lock_file) as lock:
            if not lock.try_acquire() or os.lstat(lock_file).st_mtime_ns != place.used_ns:
                continue
            held = held_in([place], in_time)
            checkouts, files, freed = checkouts + 1, files + held.files, freed + held.bytes
            if not dry:
                _empty(place.folder, in_time)
    return Held(checkouts, files, freed)


def held_in(some: Iterable[Place], in_time: Callable[[], None]) -> Held:
    """How much these hold; links count as links."""
    checkouts = files = total = 0
    for place in some:
        checkouts += 1
        for parent, _, names in os.walk(place.folder):
            in_time()
            for name in names:
                with contextlib.suppress(OSError):
                    total += os.lstat(os.path.join(parent, name)).st_blocks * 512
                    files += 1
    return Held(checkouts, files, total)


def _empty(folder: str, in_time: Callable[[], None]) -> None:
    """File by file, so that it can be broken off; half a checkout is put right by the next run in it."""
    for parent, _, names in os.walk(folder, topdown=False):
        in_time()
        for name in names:
            if parent != folder:
                with contextlib.suppress(OSError):
                    os.unlink(os.path.join(parent, name))
    for name in _names(folder):
        if name != "lock":
            remove_all(os.path.join(folder, name))


def _places_in(home: str) -> list[Place]:
    return list(_found(home)) if os.path.isdir(home) else []


def _found(home: str) -> Iterator[Place]:
    for number in numbers(home):
        folder = os.path.join(home, str(number))
        with contextlib.suppress(OSError):
            info = os.lstat(os.path.join(folder, "lock"))
            if stat.S_ISREG(info.st_mode) and len(os.listdir(folder)) > 1:
                yield Place(folder, info.st_mtime_ns)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
