"""One engine for each working tree; what it knows is there for all to see, and all may ask it for something.

Beside the lock of its runs lie three files: `watch`, a kernel lock that the engine holds, so that one which was killed
holds nothing; `watch.json`, its state, replaced whole; `watch.in`, a FIFO that takes one command per line. Only the
lock says whether an engine lives. What a dead one has left is thrown away by the next.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import time
from collections.abc import Sequence
from select import PIPE_BUF

from gofigure.errors import StoreUnwritable
from gofigure.store.lock import take
from gofigure.triggers.background import write_whole
from gofigure.watch.commands import from_line, to_line
from gofigure.watch.state import Command, State, from_json, to_json

_LOCK, _STATE, _COMMANDS = "watch", "watch.json", "watch.in"
_EVERY = 0.2  # seconds between two states while something runs: another follows then within a second
_GLANCE = 0.002  # longer than `state_of` holds the lock that it looks at
_GLANCES = 10
_LARGEST = 4 * 1024 * 1024
_CHUNK = 64 * 1024


def folder_of(lock_file: str) -> str:
    """Where these files lie; `lock_file`: Project.lock_file, of the working tree's own git directory."""
    return os.path.dirname(lock_file)


class Place:
    """The engine's place, free or taken; to be left at the end."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._lock = -1
        self._fifo = -1
        self._heard = b""  # the beginning of a line
        self._published: State | None = None
        self._due = 0.0

    def take(self, *, patient: bool = True) -> bool:
        """Become the engine; False: another one lives. Raises StoreUnwritable where there can be none.

        `patient`: not misled by those who only look.
        """
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            lock = _open(os.path.join(self.folder, _LOCK), os.O_RDWR | os.O_CREAT)
        except OSError as error:
            name = os.path.join(self.folder, _LOCK)
            raise StoreUnwritable(f"{name} cannot be used: {error.strerror}", hint=f"ls -la {self.folder}") from error
        for _ in range(_GLANCES if patient else 1):
            if take(lock, fcntl.LOCK_EX):
                self._lock = lock
                self._begin()
                return True
            if patient:
                time.sleep(_GLANCE)
        os.close(lock)
        return False

    def _begin(self) -> None:
        """In place of what a dead engine has left, or anybody has put there."""
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode(), 0)
        for name in (_STATE, _COMMANDS):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(self.folder, name))
        path = os.path.join(self.folder, _COMMANDS)
        with contextlib.suppress(OSError):  # a file system without FIFOs: then only the keyboard commands
            os.mkfifo(path, 0o600)
            # Open for writing too: its end is never seen, however many come and go (fifo(7)).
            self._fifo = _open(path, os.O_RDWR)
            if not stat.S_ISFIFO(os.fstat(self._fifo).st_mode):
                os.close(self._fifo)
                self._fifo = -1

    def publish(self, state: State) -> None:
        """Show it to the others. What cannot be written is not shown: no reason to end."""
        busy = any(job.since_ns for job in state.jobs)
        now = time.monotonic()
        if self._lock < 0 or state == self._published or (busy and now < self._due):
            return
        self._due = now + _EVERY
        with contextlib.suppress(OSError):
            write_whole(os.path.join(self.folder, _STATE), to_json(state).encode())
            self._published = state

    def fileno(self) -> int:
        """Readable when somebody asks for something; -1: nobody can."""
        return self._fifo

    def filenos(self) -> Sequence[int]:
        return (self._fifo,) if self._fifo >= 0 else ()

    def read(self, _fd: int = -1) -> list[Command]:
        """What others have asked for. What is no command is passed over."""
        try:
            self._heard += os.read(self._fifo, _CHUNK)
        except OSError:
            return []
        *lines, self._heard = self._heard.split(b"\n")
        self._heard = self._heard[: PIPE_BUF + 1]  # no command is so long: what it begins is junk
        return [command for line in lines if len(line) < PIPE_BUF and (command := from_line(line)) is not None]

    def leave(self) -> None:
        """Give the place to the next. What was there to see goes first: nobody may take it for the next one's."""
        if self._lock < 0:
            return
        for name in (_STATE, _COMMANDS):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(self.folder, name))
        for fd in (self._fifo, self._lock):
            if fd >= 0:
                os.close(fd)
        self._fifo = self._lock = -1
        self._published = None


def pid_of_engine(folder: str) -> bytes | None:
    """What the engine there says its process is; None where none lives, whatever a dead one has left."""
    try:
        lock = _open(os.path.join(folder, _LOCK), os.O_RDWR)
    except OSError:
        return None
    try:
        if take(lock, fcntl.LOCK_SH):  # shared: two who look do not take each other for an engine
            return None
        return os.pread(lock, 20, 0)
    finally:
        os.close(lock)


def state_of(folder: str) -> State | None:
    """What the engine there has shown last; None where none lives. One that has shown nothing yet is not ready."""
    pid = pid_of_engine(folder)
    if pid is None:
        return None
    try:
        return from_json(_read(os.path.join(folder, _STATE)))
    except (OSError, ValueError, RecursionError):
        return State(int(pid) if pid.isdigit() else 0, "")


def send(folder: str, command: Command) -> bool:
    """Ask the engine there for something; False: there is none, or it does not listen."""
    line = to_line(command)
    if len(line) > PIPE_BUF:  # only shorter ones arrive whole (pipe(7))
        return False
    try:
        fd = _open(os.path.join(folder, _COMMANDS), os.O_WRONLY)
    except OSError:  # ENXIO: nobody has it open for reading
        return False
    try:
        return stat.S_ISFIFO(os.fstat(fd).st_mode) and os.write(fd, line) == len(line)
    except OSError:
        return False
    finally:
        os.close(fd)


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _read(path: str) -> str:
    fd = _open(path, os.O_RDONLY)
    with open(fd, encoding="utf-8", errors="replace") as file:
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode) or info.st_size > _LARGEST:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
        return file.read()
