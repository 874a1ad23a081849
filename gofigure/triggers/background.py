"""Runs that git does not wait for: at most one under way and one waiting, for each hook of a working tree.

A hook leaves its request and tries to take the waiting place. Where it is free, a process of its own session is
started, which holds that place until its turn comes; where it is taken, whoever holds it will find the request.
Places are kernel locks: a process that was killed holds none (docs/decisions/0018-in-the-background.md).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gofigure.model import MAY_WAIT
from gofigure.process.spawn import CannotStart, spawn

_LARGEST = 1024 * 1024  # as a configuration may be
_LOG_BYTES = 256 * 1024
_LOOK_EVERY = 0.1
_GLANCE = 0.002  # far longer than `is_taken` holds a place that it looks at
_GLANCES = 25
_MAKE_WAY = "make-way"
# Of a commit that is past when the turn comes; git would take these for those of the present.
_STALE = ("GIT_INDEX_FILE", "GIT_QUARANTINE_PATH")


class Asked(NamedTuple):
    """What git has handed to a hook."""

    args: tuple[str, ...]
    data: bytes


def git_dir_of(root: str, environ: Mapping[str, str]) -> str | None:
    """The git directory of the working tree at `root`, where git has started a hook; asks no program."""
    given = environ.get("GIT_DIR")
    if given:
        return os.path.join(root, given)
    place = os.path.join(root, ".git")
    if os.path.isdir(place):
        return place
    try:
        with open(place, encoding="utf-8", errors="surrogateescape") as file:  # gitrepository-layout
            said = file.read(4096).partition("gitdir: ")[2].rstrip("\n")
    except OSError:
        return None
    return os.path.join(root, said) if said else None


def written(*paths: str) -> bytes:
    """What the files say that are there, told apart. Raises OSError for one that is none, or too large."""
    parts = []
    for path in paths:
        try:
            fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            parts.append(b"")
            continue
        with open(fd, "rb") as file:
            info = os.fstat(fd)
            if not stat.S_ISREG(info.st_mode) or info.st_size > _LARGEST:
                raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
            parts.append(file.read())
    return b"\0".join(parts)  # which no TOML holds


def folder_of(git_dir: str, hook: str) -> str:
    """Where what there is to know of a hook's runs in the background lies."""
    return os.path.join(folders_of(git_dir), hook)


def folders_of(git_dir: str) -> str:
    return os.path.join(git_dir, "gofigure", "background")


def ask(folder: str, asked: Asked, argv: Sequence[str], env: Mapping[str, str]) -> bool:
    """Leave a request, and start `argv` for it if nobody waits already. False: it cannot be done in this way."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        _leave(folder, asked)
        place = _open(os.path.join(folder, "waiting"))
    except OSError:
        return False
    try:
        for _ in range(_GLANCES):
            if _take(place, wait=False):
                return _start(folder, argv, env, place)
            if os.pread(place, 1, 0):
                return True  # somebody waits, and will find the request
            time.sleep(_GLANCE)  # somebody only looks, or is about to start whoever waits
        return False
    finally:
        os.close(place)


def _start(folder: str, argv: Sequence[str], env: Mapping[str, str], place: int) -> bool:
    """Start it in a session of its own: no terminal ends it, and it keeps nothing of git's open."""
    log = os.path.join(folder, "log")
    with contextlib.suppress(FileNotFoundError):
        if os.lstat(log).st_size > _LOG_BYTES:
            os.unlink(log)
    try:
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        return False
    env = {name: value for name, value in env.items() if name not in _STALE}
    try:
        # An open file, and so its lock, lives on in whom it is handed to: the place is never free between us.
        pid = spawn(argv, env=env, stdin=place, stdout=out, stderr=out)
        os.pwrite(place, str(pid).encode(), 0)
    except CannotStart:
        return False
    finally:
        os.close(out)
    return True


def take_over() -> int:
    """The waiting place, as `ask` hands it over: as the input, in whose stead there is then nothing to read."""
    place = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return place


def leave(place: int) -> None:
    """Give the waiting place back."""
    os.ftruncate(place, 0)
    os.close(place)


@contextlib.contextmanager
def turn(git_dir: str, hook: str) -> Iterator[None]:
    """Wait until the run before this one is over, and git has come to rest."""
    from gofigure.git.operations import moves

    running = _open(os.path.join(folder_of(git_dir, hook), "running"))
    try:
        _take(running, wait=True)
        os.ftruncate(running, 0)
        os.pwrite(running, str(os.getpid()).encode(), 0)
        while moves(git_dir):
            time.sleep(_LOOK_EVERY)
        yield
    finally:
        os.close(running)


def make_way(git_dir: str, pid: int) -> bool:
    """Ask process `pid` to stop and to wait for another turn, if it runs for a hook of this working tree.

    For those that git waits for: a person sits before it, and what is checked in the background is not lost by it.
    """
    for folder in (folder_of(git_dir, hook) for hook in MAY_WAIT):
        with contextlib.suppress(OSError):
            with open(os.path.join(folder, "running"), "rb") as file:
                is_it = file.read(20) == str(pid).encode()
            if is_it and is_taken(folder, "running"):
                write_whole(os.path.join(folder, _MAKE_WAY), b"")
                os.kill(pid, signal.SIGTERM)
                return True
    return False


def was_asked_to_make_way(folder: str) -> bool:
    """Asked once more, the answer is no."""
    try:
        os.unlink(os.path.join(folder, _MAKE_WAY))
    except OSError:
        return False
    return True


def is_taken(folder: str, place: str) -> bool:
    """Whether somebody is there: "waiting" or "running"."""
    try:
        fd = os.open(os.path.join(folder, place), os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        return not _take(fd, wait=False)
    finally:
        os.close(fd)


def newest(folder: str) -> Asked:
    """The newest request."""
    with open(os.path.join(folder, "request"), "rb") as file:
        count, _, rest = file.read().partition(b"\n")
    *args, data = rest.split(b"\0", int(count))
    return Asked(tuple(map(os.fsdecode, args)), data)


def write_whole(path: str, data: bytes) -> None:
    """Put a file in the place of another at once: whoever reads it finds the one or the other."""
    part = f"{path}.{os.getpid()}"
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600), "wb") as file:
        file.write(data)
    os.rename(part, path)


def _leave(folder: str, asked: Asked) -> None:
    args = b"".join(os.fsencode(arg) + b"\0" for arg in asked.args)
    write_whole(os.path.join(folder, "request"), b"%d\n%b%b" % (len(asked.args), args, asked.data))


def _open(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _take(fd: int, *, wait: bool) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True
