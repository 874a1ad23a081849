"""One run at a time in a working tree; one sweeper alone. Locks are the kernel's: a dead process holds none."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from types import TracebackType

from gofigure.errors import StoreUnwritable

_OFTEN = 0.05  # seconds


def take(fd: int, kind: int) -> bool:
    """Take a lock of the kernel (LOCK_EX or LOCK_SH) on an open file, if that is free. OSError: it has none."""
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _said_in(fd: int) -> str:
    return os.pread(fd, 200, 0).decode(errors="replace").strip()


class RunLock:
    """A lock file in a working tree's own git directory; its content only tells people who holds it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._fd = -1
        self._held = False

    def acquire(self, on_wait: Callable[[str], None], meanwhile: Callable[[], None] | None = None) -> bool:
        """Take the lock, waiting for it if need be; `on_wait` gets the holder's words. Returns whether it waited.

        `meanwhile`: called often as long as it waits; what it raises ends that.
        Raises StoreUnwritable where it cannot be had at all.
        """
        try:
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            self._fd = os.open(self._path, flags, 0o600)
        except OSError as error:
            raise StoreUnwritable(f"{self._path} cannot be used: {error.strerror}") from error
        has_to_wait = not take(self._fd, fcntl.LOCK_EX)
        if has_to_wait:
            on_wait(_said_in(self._fd))
            while meanwhile is not None and not take(self._fd, fcntl.LOCK_EX):
                meanwhile()
                time.sleep(_OFTEN)
            fcntl.flock(self._fd, fcntl.LOCK_EX)
        self._held = True
        return has_to_wait

    def try_acquire(self, *, create: bool = False) -> bool:
        """Take the lock if nobody holds it; with `create`, also where nobody ever did."""
        try:
            self._fd = os.open(self._path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT * create), 0o600)
        except OSError:
            return False  # no run was ever made here, or it is not ours to settle
        if take(self._fd, fcntl.LOCK_EX):
            return True
        self.release()
        return False

    def describe(self, words: str) -> None:
        """Say who holds it, for those who wait."""
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, os.fsencode(words), 0)

    def release(self) -> None:
        if self._fd >= 0:
            with contextlib.suppress(OSError):
                if self._held:
                    os.ftruncate(self._fd, 0)  # whoever has it next has not yet said so
            with contextlib.suppress(OSError):
                os.close(self._fd)
            self._held = False
            self._fd = -1

    def __enter__(self) -> RunLock:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _where: TracebackType | None
    ) -> None:
        self.release()


def holder_of(path: str) -> str:
    """Who holds a run's lock, in words; "" if nobody does, or nobody can tell."""
    said = _said_by_holder(path)
    return "" if said is None else said.partition(" ")[2] or "another run"


def process_of(path: str, run: int) -> int:
    """The process that holds a lock for a run; 0 if none does."""
    pid, _, words = (_said_by_holder(path) or "").partition(" ")
    return int(pid) if pid.isdecimal() and words.startswith(f"run {run} of ") else 0


def pid_of_holder(path: str) -> int:
    """The process that holds a lock, for whatever; 0 if none does, or nobody can tell."""
    pid = (_said_by_holder(path) or "").partition(" ")[0]
    return int(pid) if pid.isdecimal() else 0


def _said_by_holder(path: str) -> str | None:
    """None if nobody holds it, or nobody can tell."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:  # no run was ever made here, or it is of no use: then runs go on without it
        return None
    try:
        return None if take(fd, fcntl.LOCK_EX) else _said_in(fd)
    except OSError:
        return None
    finally:
        os.close(fd)


_PATIENCE = 5.0


class InUse:
    """Says that a process uses the store; one that must be alone with it asks whether it is.

    A file of its own: closing any descriptor of the store's would take SQLite's own locks away (fcntl(2)).
    """

    def __init__(self, path: str) -> None:
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError:
            self._fd = -1  # whoever cannot say so is not alone either
            return
        self.share()

    def share(self) -> None:
        """Be one of several; waits for one that is alone, which is brief."""
        until = time.monotonic() + _PATIENCE
        while self._fd >= 0 and not self._take(fcntl.LOCK_SH):
            if time.monotonic() >= until:
                return  # it was stopped in the middle; then what it removes may have to be worked out anew
            time.sleep(0.01)

    @contextlib.contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether nobody else uses the store, and none can begin to, in here."""
        is_alone = self._fd >= 0 and self._take(fcntl.LOCK_EX)
        try:
            yield is_alone
        finally:
            self.share()

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _take(self, kind: int) -> bool:
        try:
            fcntl.flock(self._fd, kind | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
