"""Read logs while they are being written: files give no event that every system has, and so they are asked."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from gofigure.process.log import CAP, after_cut, marker, until_cut
from gofigure.runner.logs import ENDED, StageLogs

CHUNK = 256 * 1024
_TURN = 32
_ASK_FILES = 0.05  # seconds
_ASK_STORE = 0.25


class Chunk(NamedTuple):
    """Bytes that a stage has printed; with none, the stage has ended, and this is all of it."""

    stage: StageLogs
    data: bytes


class Reader:
    """One log, from its first byte on; it may grow, be cut in the middle when it ends, or be replaced."""

    def __init__(self, path: str, cap_bytes: int = CAP) -> None:
        self._path = path
        self._cap = cap_bytes
        self._fd = -1
        self._at = 0
        self._whole = False  # it was found to be written to its end, and `_at` is a place in it as it is now
        self._file: tuple[int, int] | None = None

    def read(self, *, ended: bool) -> bytes:
        """What there is to read now, at most CHUNK; b"": nothing more. `ended`: nobody writes it any more."""
        if self._fd < 0 and not self._open():
            return b""
        lost = 0
        if ended and not self._whole:
            self._at, lost = after_cut(self._fd, self._at, self._cap)
            self._whole = True
        data = os.pread(self._fd, CHUNK, self._at)
        if not ended:
            # Once it is cut, what lies behind the cut is not what had come there; `after_cut` finds the way.
            data = data[: until_cut(self._fd, self._at, len(data), self._cap)]
        self._at += len(data)
        if not data and self._replaced():
            return self.read(ended=ended)
        return marker(lost) + data if lost else data

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _open(self) -> bool:
        """A stage may put anything in its log's place: no link is followed, no pipe waited for."""
        try:
            fd = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return False
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode):
            os.close(fd)
            return False
        self._fd, self._at, self._whole, self._file = fd, 0, False, (info.st_dev, info.st_ino)
        return True

    def _replaced(self) -> bool:
        """Whether another file has this name now; that one is read next."""
        with contextlib.suppress(OSError):
            info = os.lstat(self._path)
            if (info.st_dev, info.st_ino) != self._file:
                self.close()
                return self._open()
        return False


def read_all(logs: StageLogs) -> Iterator[bytes]:
    """Every byte of a stage's logs."""
    for file in logs.files:
        reader = Reader(file.path)
        with contextlib.closing(reader):
            while data := reader.read(ended=True):
                yield data


def follow(look: Callable[[bool], Sequence[StageLogs]], settle: Callable[[], None]) -> Iterator[Chunk]:
    """What stages print, as they print it, and the end of each, until all have ended.

    `look`: the stages and their logs as they are now; told False, it may leave out to ask the store.
    `settle`: marks what a process that was killed has left, if it did.
    """
    stages: dict[str, _Stage] = {}
    next_question = time.monotonic()
    while True:
        anew = time.monotonic() >= next_question
        if anew:
            settle()
            next_question = time.monotonic() + _ASK_STORE
        for logs in look(anew):
            stages.setdefault(logs.stage.stage, _Stage()).logs = logs
        for stage in stages.values():
            yield from stage.news()
        if all(stage.told for stage in stages.values()):
            return
        time.sleep(_ASK_FILES)


class _Stage:
    """How far one stage has been read."""

    def __init__(self) -> None:
        self.logs: StageLogs
        self.told = False  # that it has ended
        self._reading = 0  # which of its files
        self._reader: Reader | None = None

    def news(self) -> Iterator[Chunk]:
        """What it has printed since, at most _TURN chunks: others want to be heard too."""
        if self.told:
            return
        ended = self.logs.stage.state in ENDED
        left = _TURN
        while self._reading < len(self.logs.files):
            # A stage's commands run one after the other: there being a next log, this one is whole.
            whole = ended or self._reading + 1 < len(self.logs.files)
            self._reader = self._reader or Reader(self.logs.files[self._reading].path)
            while data := self._reader.read(ended=whole):
                yield Chunk(self.logs, data)
                left -= 1
                if not left:
                    return
            if not whole:
                return
            self._reader.close()
            self._reader = None
            self._reading += 1
        if ended:
            self.told = True
            yield Chunk(self.logs, b"")
