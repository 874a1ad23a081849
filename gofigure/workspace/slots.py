"""Where private checkouts lie, and who has which.

    CACHE/gofigure/checkouts/NAME-DIGEST/    one per repository
        repository                           the git directory that it belongs to
        0/ 1/ ...                            one per run at the same time; tools' caches hold the path, so it stays
            lock                             held while a run is in it
            git/ tree/                       see git.checkout
            used                             there while it is in use, or was when its run was killed
            links                            what is linked into the tree, each ended by a NUL

In the user's cache folder, not in the repository (docs/decisions/0022): a tool that looks for its configuration or its
modules in the folders above would find the user's own files there.
"""

from __future__ import annotations

import itertools
import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence

from gofigure.digest.content import digest_bytes
from gofigure.git.repository import Repository
from gofigure.store.lock import RunLock

_NAME_LENGTH = 40


class Slot:
    """One place for a checkout, locked as long as this process holds it."""

    def __init__(self, folder: str, lock: RunLock) -> None:
        self.folder = folder
        self._lock = lock

    @property
    def was_left(self) -> bool:
        """Whether the last run in it did not get to put it in order."""
        return os.path.exists(self._used)

    def begin(self) -> None:
        with open(self._used, "wb"):
            pass

    def end(self) -> None:
        os.unlink(self._used)

    def links(self) -> list[bytes]:
        try:
            with open(os.path.join(self.folder, "links"), "rb") as file:
                return [path for path in file.read().split(b"\0") if path]
        except FileNotFoundError:
            return []

    def note_links(self, paths: Sequence[bytes]) -> None:
        with open(os.path.join(self.folder, "links"), "wb") as file:
            file.write(b"".join(path + b"\0" for path in paths))

    def empty(self) -> None:
        """Take away all that is in it: whatever is wrong with it goes too."""
        for name in ("tree", "git"):
            place = os.path.join(self.folder, name)
            if os.path.lexists(place):
                remove_all(place)

    def release(self) -> None:
        self._lock.release()

    @property
    def _used(self) -> str:
        return os.path.join(self.folder, "used")


def acquire(home: str, worktree: str) -> Slot:
    """The first place that nobody is in, those that this working tree used last before others. Raises OSError."""
    known = sorted(_numbers(home), key=lambda number: (_last_user(home, number) != worktree, number))
    for number in itertools.chain(known, _new(known)):
        folder = os.path.join(home, str(number))
        os.makedirs(folder, mode=0o700, exist_ok=True)
        lock = RunLock(os.path.join(folder, "lock"))
        if lock.try_acquire(create=True):
            lock.describe(worktree)
            return Slot(folder, lock)
    raise AssertionError("unreachable: there is always another number")


def checkouts_home(repository: Repository, environ: Mapping[str, str]) -> str:
    """The folder for a repository's checkouts, made if need be. Raises OSError where it can be nowhere."""
    cache = environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    common = os.path.realpath(repository.common_dir)
    if not _is_below(os.path.realpath(cache), os.path.realpath(repository.root)):
        try:
            return _made(os.path.join(cache, "gofigure", "checkouts", _name_of(common)), common)
        except OSError:  # no home, or one that cannot be written
            pass
    return _made(os.path.join(repository.state_dir, "checkouts"), common)


def remove_all(folder: str) -> None:
    """Remove a folder and all in it, links as links; folders that a stage has closed are opened first."""
    if os.path.islink(folder) or not os.path.isdir(folder):
        os.unlink(folder)
        return
    for parent, names, _ in os.walk(folder):
        for name in names:
            place = os.path.join(parent, name)
            if not os.path.islink(place):
                os.chmod(place, stat.S_IRWXU)
    shutil.rmtree(folder)


def _numbers(home: str) -> list[int]:
    return [int(name) for name in os.listdir(home) if name.isdecimal() and len(name) <= 6]


def _new(known: list[int]) -> Iterator[int]:
    number = 0
    while True:
        if number not in known:
            yield number
        number += 1


def _last_user(home: str, number: int) -> str:
    """The working tree whose run was in it last; the lock file tells."""
    try:
        with open(os.path.join(home, str(number), "lock"), "rb") as file:
            return os.fsdecode(file.read(8192))
    except OSError:
        return ""


def _made(home: str, common: str) -> str:
    os.makedirs(home, mode=0o700, exist_ok=True)
    place = os.path.join(home, "repository")
    if not os.path.exists(place):
        with open(place, "wb") as file:
            file.write(os.fsencode(common))
    return home


def _name_of(common: str) -> str:
    parent, name = os.path.split(common)
    name = os.path.basename(parent) if name == ".git" else name.removesuffix(".git")
    readable = "".join(char if char.isalnum() or char in "._-" else "-" for char in name)[:_NAME_LENGTH]
    return f"{readable}-{digest_bytes(os.fsencode(common)).hex()[:12]}"


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
