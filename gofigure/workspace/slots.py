"""Where private checkouts lie, and who has which.

    CACHE/gofigure/checkouts/NAME-DIGEST/    one per repository
        repository                           the git directory that it belongs to
        0/ 1/ ...                            one per run at the same time; tools' caches hold the path, so it stays
            lock                             held while a run is in it
            git/ tree/                       see git.checkout
            modules/                         the git directories of submodules
            used                             there while it is in use, or was when its run was killed
            last                             what the last run left in it, see Last

In the user's cache folder, not in the repository (docs/decisions/0022): a tool that looks for its configuration or its
modules in the folders above would find the user's own files there.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gofigure.digest.content import digest_bytes
from gofigure.git.repository import Repository
from gofigure.store.lock import RunLock
from gofigure.workspace.inside import is_below

_NAME_LENGTH = 40
_MOST = 64  # more at once is no crowd, but something that is wrong with the place


class Last(NamedTuple):
    """What is known of the last run in a place."""

    source: str = ""  # the working tree that its links lead to
    tree: str = ""  # git's tree that stands there; "" is unknown: its run was killed on the way to it
    conversion: str = ""  # see git.checkout.conversion
    stamp: str = ""  # of the index file; another one means that a stage has written it
    links: tuple[bytes, ...] = ()  # paths


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

    def last(self) -> Last:
        try:
            with open(os.path.join(self.folder, "last"), "rb") as file:
                fields = file.read().split(b"\0")
            source, tree, conversion, stamp = map(os.fsdecode, fields[:4])
        except (FileNotFoundError, ValueError):
            return Last()
        return Last(source, tree, conversion, stamp, tuple(path for path in fields[4:] if path))

    def note(self, last: Last) -> None:
        fields = [*map(os.fsencode, last[:-1]), *last.links]
        place = os.path.join(self.folder, "last")
        with open(f"{place}.new", "wb") as file:
            file.write(b"\0".join(fields))
        os.replace(f"{place}.new", place)  # links that nobody knows of would stay for ever

    def empty(self) -> None:
        """Take away all that is in it: whatever is wrong with it goes too."""
        for name in ("tree", "git", "modules", "last"):
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
    known = sorted(numbers(home), key=lambda number: (_last_user(home, number) != worktree, number))
    for number in itertools.chain(known, _new(known)):
        folder = os.path.join(home, str(number))
        os.makedirs(folder, mode=0o700, exist_ok=True)
        lock = RunLock(os.path.join(folder, "lock"))
        if lock.try_acquire(create=True):
            lock.describe(worktree)
            return Slot(folder, lock)
    raise OSError(errno.EBUSY, f"no place in {home} can be locked")


def checkouts_home(repository: Repository, environ: Mapping[str, str]) -> str:
    """The folder for a repository's checkouts, made if need be. Raises OSError where it can be nowhere."""
    common = os.path.realpath(repository.common_dir)
    cache = cache_home(environ)
    if cache and not any(is_below(os.path.realpath(cache), top) for top in _working_trees(repository)):
        try:
            return _made(home_in_cache(repository, environ), common)
        except OSError:  # a home that cannot be written
            pass
    return _made(home_in_repository(repository.state_dir), common)


def cache_home(environ: Mapping[str, str]) -> str:
    """The folder in the user's cache for all repositories; "" where there is none that would do (XDG, "basedir")."""
    cache = environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(cache):
        home = environ.get("HOME", "")
        cache = os.path.join(home, ".cache") if os.path.isabs(home) else ""
    if not cache or "\n" in cache:  # git ends the name in a `.git` file at the line's end
        return ""
    return os.path.join(cache, "gofigure", "checkouts")


def home_in_cache(repository: Repository, environ: Mapping[str, str]) -> str:
    """A repository's folder there."""
    return os.path.join(cache_home(environ), _name_of(os.path.realpath(repository.common_dir)))


def home_in_repository(state_dir: str) -> str:
    """Where they lie if not in the user's cache."""
    return os.path.join(state_dir, "checkouts")


def _working_trees(repository: Repository) -> set[str]:
    """This one and the main one: what lies in them would be seen there as untracked."""
    return {os.path.realpath(repository.root), os.path.realpath(repository.home)}


def forget_the_rest(git_dir: str) -> None:
    """Take out of a checkout's git directory what stages have put there: locks, half a merge, settings, branches."""
    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir(git_dir):
            if name not in ("HEAD", "commondir", "index") and not name.startswith("sharedindex."):
                remove_all(os.path.join(git_dir, name))


def remove_all(folder: str) -> None:
    """Remove a folder and all in it, links as links; folders that a stage has closed are opened first."""
    if os.path.islink(folder) or not os.path.isdir(folder):
        os.unlink(folder)
        return
    os.chmod(folder, stat.S_IRWXU)
    for parent, names, _ in os.walk(folder):
        for name in names:
            place = os.path.join(parent, name)
            if not os.path.islink(place):
                os.chmod(place, stat.S_IRWXU)
    shutil.rmtree(folder)


def numbers(home: str) -> list[int]:
    """The places that there are in a repository's folder."""
    return [int(name) for name in os.listdir(home) if name.isdecimal() and len(name) <= 6]


def _new(known: list[int]) -> Iterator[int]:
    return (number for number in range(_MOST) if number not in known)


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
