"""One command under way: what listens to it, and what it has told when it has ended."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Mapping
from typing import NamedTuple

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


def _pytest(report: str) -> Listener:
    from gofigure.reports.pytest_words import PytestWords

    return PytestWords(report)


EARS: Mapping[Ear, Callable[[str], Listener | None]] = {  # by the report that is written
    "": lambda _: None,
    "cargo": lambda _: _cargo(),
    "go": lambda _: _go(),
    "go -json": lambda _: _go(raw=True),
    "go -v": lambda _: _go(verbose=True),
    "node": lambda _: _node(),
    "pytest": _pytest,
}


class Heard(NamedTuple):
    """What a command has told of its tests."""

    cases: list[Case]
    more: int = 0  # how many tests there were besides
    cut: bool = False  # a report that comes wherever the command ends well did not come, or not all of it


class Hearing:
    """To be made right before the command is started: what a report said before that is not about it."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self.listener = EARS[asking.ear](asking.file)
        self.forget()
        self._before = _state(asking.file)

    def forget(self) -> None:
        """Leave no report: secrets are not masked there, as they are in logs."""
        if self._asking.file and not self._asking.theirs:
            with contextlib.suppress(OSError):
                os.unlink(self._asking.file)

    def told(self, *, by_itself: bool) -> Heard:
        """`by_itself`: nobody has ended the command. A report of one that was ended may be another's."""
        if self.listener is not None and not self._asking.file:
            return Heard(self.listener.cases, self.listener.left_out)
        now = _state(self._asking.file)
        data = b""
        if by_itself and now is not None and now != self._before:
            with contextlib.suppress(OSError):
                data = _read(self._asking.file)
        self.forget()
        if self._asking.form == "junit":
            from gofigure.reports.junit import read_junit

            cases, more, is_whole = read_junit(data)
            return Heard(cases, more, not is_whole and len(data) < _LARGEST_REPORT and not _is_odd(self._asking.file))
        from gofigure.reports.jest import read_jest

        return Heard(*read_jest(data, self._asking.folder))


def _state(path: str) -> tuple[int, int, int] | None:
    """By which a file that was written anew is known; None: there is none."""
    try:
        info = os.lstat(path)
    except OSError:
        return None
    return (info.st_ino, info.st_size, info.st_mtime_ns) if stat.S_ISREG(info.st_mode) else None


def _is_odd(path: str) -> bool:
    """Whether there is something there that is no file, as /dev/null: what was written there nobody knows."""
    try:
        return not stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def _read(path: str) -> bytes:
    """The beginning of a report."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        return file.read(_LARGEST_REPORT)
