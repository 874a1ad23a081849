"""One command under way: what listens to it, and what it has told when it has ended."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Mapping

from gofigure.model import Case
from gofigure.reports.asking import Asking, Ear
from gofigure.reports.listener import Listener

_LARGEST_REPORT = 128 << 20


def _go(*, verbose: bool = False, raw: bool = False) -> Listener:
    from gofigure.reports.go import GoTest

    return GoTest(verbose=verbose, raw=raw)


def _cargo() -> Listener:
    from gofigure.reports.cargo import CargoTest

    return CargoTest()


def _node() -> Listener:
    from gofigure.reports.node import NodeTest

    return NodeTest()


EARS: Mapping[Ear, Callable[[], Listener | None]] = {
    "": lambda: None,
    "cargo": _cargo,
    "go": _go,
    "go -json": lambda: _go(raw=True),
    "go -v": lambda: _go(verbose=True),
    "node": _node,
}


class Hearing:
    """To be made right before the command is started: what a report said before that is not about it."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self.listener = EARS[asking.ear]()
        self.forget()
        self._before = _state(asking.file)

    def forget(self) -> None:
        """Leave no report: secrets are not masked there, as they are in logs."""
        if self._asking.file and not self._asking.theirs:
            with contextlib.suppress(OSError):
                os.unlink(self._asking.file)

    def told(self, *, by_itself: bool) -> tuple[list[Case], int]:
        """The tests, and how many more there were. `by_itself`: nobody has ended the command.

        A report of a command that was ended may be another's, which it had started.
        """
        if self.listener is not None:
            return self.listener.cases, self.listener.left_out
        now = _state(self._asking.file)
        data = b""
        if by_itself and now is not None and now != self._before:
            with contextlib.suppress(OSError):
                data = _read(self._asking.file)
        self.forget()
        if self._asking.form == "junit":
            from gofigure.reports.junit import read_junit

            return read_junit(data)
        from gofigure.reports.jest import read_jest

        return read_jest(data, self._asking.folder)


def _state(path: str) -> tuple[int, int, int] | None:
    """By which a file that was written anew is known; None: there is none."""
    try:
        info = os.lstat(path)
    except OSError:
        return None
    return (info.st_ino, info.st_size, info.st_mtime_ns) if stat.S_ISREG(info.st_mode) else None


def _read(path: str) -> bytes:
    """The beginning of a report."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        return file.read(_LARGEST_REPORT)
