"""Any line of a large log at once: how many lines begin before each block is counted once, and only for what is new."""

from __future__ import annotations

import bisect
import os
import re
import stat
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gofigure.web.logs.ansi import plain
from gofigure.web.logs.finding import finds

_BLOCK = 64 * 1024
LONGEST = 16 * 1024  # bytes of a line that are shown; the whole is to be downloaded
_MOST_FOUND = 2000
_CUT = " … (the line goes on: Download has all of it)"


class Lines(NamedTuple):
    """Some lines of a log."""

    total: int  # lines of the log
    size: int  # bytes
    first: int
    lines: list[str]


class _Over(Exception):  # noqa: N818 - no error
    """Nobody waits for it any longer."""


class LogIndex:
    """One log file, which may grow; made anew when another is in its place. For any thread."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._counts = [0]  # ends of lines before each block
        self._whole = 0  # bytes in whole blocks that are counted
        self._tail = 0  # ends of lines behind them
        self._size = 0
        self._ends_open = False  # the last byte ends no line
        self._file: tuple[int, int] | None = None
        self._lock = threading.Lock()  # two tabs may ask at once

    def lines(self, first: int, count: int) -> Lines:
        """At most `count` lines from number `first` (from 0) on. Raises OSError where the log cannot be read."""
        fd = open_log(self._path)
        try:
            self._update(fd)
            total = self._counts[-1] + self._tail + self._ends_open
            first = max(0, min(first, total))
            return Lines(total, self._size, first, [_shown(line) for line in self._from(fd, first, count)])
        finally:
            os.close(fd)

    def search(self, pattern: re.Pattern[str], is_over: Callable[[], bool] = lambda: False) -> tuple[list[int], bool]:
        """Numbers of the lines in which it is found, and whether there may be more.

        `is_over`: nobody waits for it any longer.
        """

        def go_on() -> None:
            if is_over():
                raise _Over

        return self._numbers(lambda fd: (find.line for find in finds(fd, self._size, pattern, go_on)))

    def lines_that(
        self, complain: Callable[[str], bool], is_over: Callable[[], bool] = lambda: False
    ) -> tuple[list[int], bool]:
        """The same, of lines that are judged one by one."""

        def numbers(fd: int) -> Iterator[int]:
            for number, line in enumerate(self._from(fd, 0, 1 << 62)):
                if is_over():
                    raise _Over
                if complain(plain(_text(line))):
                    yield number

        return self._numbers(numbers)

    def _numbers(self, of: Callable[[int], Iterator[int]]) -> tuple[list[int], bool]:
        found: list[int] = []
        fd = open_log(self._path)
        try:
            self._update(fd)
            for number in of(fd):
                found.append(number)
                if len(found) >= _MOST_FOUND:
                    return found, True
        except _Over:
            return found, True
        finally:
            os.close(fd)
        return found, False

    def _update(self, fd: int) -> None:
        with self._lock:
            self._count(fd)

    def _count(self, fd: int) -> None:
        info = os.fstat(fd)
        if self._file != (info.st_dev, info.st_ino) or info.st_size < self._size:
            self._counts, self._whole = [0], 0
            self._file = (info.st_dev, info.st_ino)
        elif info.st_size == self._size:
            return
        self._size, self._tail = info.st_size, 0
        while data := os.pread(fd, min(_BLOCK, self._size - self._whole), self._whole):
            if len(data) < _BLOCK:
                self._tail = data.count(b"\n")
                break
            self._counts.append(self._counts[-1] + data.count(b"\n"))
            self._whole += _BLOCK
        self._ends_open = self._size > 0 and os.pread(fd, 1, self._size - 1) != b"\n"

    def _from(self, fd: int, first: int, count: int) -> Iterator[bytes]:
        """Lines without their ends; of one that is too long, one byte more than is shown."""
        block = max(0, bisect.bisect_left(self._counts, first) - 1) if first else 0
        skip = first - self._counts[block]
        at, held = block * _BLOCK, b""
        while count > 0 and at < self._size:
            data = os.pread(fd, min(_BLOCK, self._size - at), at)
            if not data:
                break
            at += len(data)
            *whole, rest = data.split(b"\n")
            for line in whole:
                if skip:
                    skip -= 1
                elif count > 0:
                    yield (held + line)[: LONGEST + 1]
                    count -= 1
                held = b""
            held = (held + rest)[: LONGEST + 1]
        if held and count > 0 and not skip and at >= self._size:
            yield held


def open_log(path: str) -> int:
    """A stage may put anything in its log's place: no link is followed, no pipe waited for. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise FileNotFoundError(path)
    return fd


def _text(line: bytes) -> str:
    return line[:LONGEST].decode("utf-8", "backslashreplace").removesuffix("\r")


def _shown(line: bytes) -> str:
    return _text(line) + (_CUT if len(line) > LONGEST else "")
