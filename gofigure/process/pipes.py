"""Pipes to a child, and the moment it ends: what capture and supervisor share."""

from __future__ import annotations

import errno
import os
import select
import signal
import time
from typing import TYPE_CHECKING

from gofigure.process.spawn import Arg, apart, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

CHUNK = 65536
_MOST_LEFT = 1 << 20  # the largest pipe that an ordinary user may have
_LOOK = 0.02  # seconds between looks where no event tells of an exit
_UNKNOWN = 255  # someone else reaped it: never taken for a pass
READABLE = select.POLLIN | select.POLLHUP | select.POLLERR


def read_some(fd: int) -> bytes:
    """What is there now; b"" at the end. Raises BlockingIOError where there is nothing yet."""
    try:
        return os.read(fd, CHUNK)
    except OSError as error:
        if error.errno == errno.EIO:  # a pseudo-terminal that nobody has open any more says it so
            return b""
        raise


def drain(fd: int, take: Callable[[bytes], object]) -> bool:
    """Take what is in the pipe now, waiting for nothing; True at its end."""
    left = _MOST_LEFT  # a background child may write for ever
    while left > 0:
        try:
            data = read_some(fd)
        except BlockingIOError:
            return False
        if not data:
            return True
        take(data)
        left -= len(data)
    return False


def exit_code(pid: int, flags: int = 0) -> int | None:
    """Reap `pid`; None while it runs (only with WNOHANG)."""
    try:
        reaped, status = os.waitpid(pid, flags)
    except ChildProcessError:
        return _UNKNOWN
    if not reaped:
        return None
    apart.discard(pid)
    return os.waitstatus_to_exitcode(status)


class Pipes:
    """The parent's ends of a child's stdin, stdout and stderr, all non-blocking; -1 where closed."""

    def __init__(self) -> None:
        self.inp = self.out = self.err = -1

    def start(self, argv: Sequence[Arg], *, env: Mapping[str, str], cwd: Arg | None, wants_input: bool) -> int:
        """Start `argv`, not in a session of its own; its pid."""
        theirs: list[int] = []
        try:
            stdin = None
            if wants_input:
                stdin, self.inp = os.pipe()
                theirs.append(stdin)
            self.out, stdout = os.pipe()
            theirs.append(stdout)
            self.err, stderr = os.pipe()
            theirs.append(stderr)
            for fd in self.open():
                os.set_blocking(fd, False)
            return spawn(argv, env=env, cwd=cwd, stdin=stdin, stdout=stdout, stderr=stderr, session=False)
        except BaseException:
            self.close()
            raise
        finally:
            for fd in theirs:
                os.close(fd)

    def open(self) -> list[int]:
        return [fd for fd in (self.inp, self.out, self.err) if fd >= 0]

    def close_input(self) -> None:
        if self.inp >= 0:
            os.close(self.inp)
        self.inp = -1

    def close(self) -> None:
        for fd in self.open():
            os.close(fd)
        self.inp = self.out = self.err = -1


class ExitWatch:
    """Whether a child has ended, and an fd that tells (-1 where the system has none: look now and then)."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.code: int | None = None
        self.fd = pidfd(pid)

    def ended(self) -> bool:
        if self.code is None:
            self.code = exit_code(self.pid, os.WNOHANG)
        return self.code is not None

    def kill(self) -> None:
        """End it at once, and reap it."""
        if not self.ended():
            os.kill(self.pid, signal.SIGKILL)  # ours and not reaped: the pid cannot be another's
            self.code = exit_code(self.pid)

    def milliseconds(self, deadline: float | None) -> float | None:
        """How long a poll may sleep."""
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        if self.fd < 0:
            left = _LOOK if left is None else min(left, _LOOK)
        return None if left is None else left * 1000 + 1

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1


def pidfd(pid: int) -> int:
    """A descriptor that becomes readable when the process ends, and can never mean a later one; -1: there is none."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):  # macOS, an old kernel, a sandbox, too many files
        return -1
