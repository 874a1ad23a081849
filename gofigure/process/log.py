"""A stage's output in a file, byte for byte; of an endless one the head and the tail."""

from __future__ import annotations

import errno
import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CAP = 64 * 1024 * 1024
_COPY = 1 << 20
_MARKER = re.compile(rb"\n\[gofigure: (\d{1,19}) bytes left out here\]\n")
_LONGEST_MARKER = 80


def marker(left_out: int) -> bytes:
    """The line that stands for what was left out."""
    return b"\n[gofigure: %d bytes left out here]\n" % left_out


def after_cut(fd: int, at: int, cap_bytes: int = CAP) -> tuple[int, int]:
    """Where in a finished log a reader goes on who had read to `at` before the head and the tail were joined.

    Returns that place, and how many bytes before it nobody has kept. A log that was not cut: (at, 0).
    """
    half = cap_bytes // 2
    found = _MARKER.match(os.pread(fd, _LONGEST_MARKER, half)) if os.fstat(fd).st_size > cap_bytes else None
    if at <= half or found is None:
        return at, 0
    tail = int(found[1]) + half  # the number of its first byte, of all that were printed
    return half + found.end() + max(0, at - tail), max(0, tail - at)


def until_cut(fd: int, at: int, size: int, cap_bytes: int = CAP) -> int:
    """How many of `size` bytes read at `at`, just now, lie before the place where the log is being cut, if it is."""
    half = cap_bytes // 2
    if at + size <= half or _MARKER.match(os.pread(fd, _LONGEST_MARKER, half)) is None:
        return size
    return max(0, half - at)


class LogWriter:
    """Writes `path`, from the first byte on. Past the cap, a second, nameless file holds the tail as a ring.

    A full disk is no reason to end a run: the writer stops writing, counts what it loses, and says why.
    """

    def __init__(self, path: str | bytes, cap_bytes: int = CAP) -> None:
        self.seen = 0
        self.lost = 0
        self.error = ""
        self._path = path
        self._cap = cap_bytes
        self._fd = -1
        self._ring: Ring | None = None

    def write(self, data: bytes) -> None:
        """Accept `data`, always."""
        if not data:
            return
        self.seen += len(data)
        if self.error:
            self.lost += len(data)
            return
        room = self._cap - (self.seen - len(data))
        if len(data) <= room:
            self._append(data)
            return
        view = memoryview(data)
        if room > 0:
            self._append(view[:room])
            view = view[room:]
        self._spill(view)

    def close(self) -> int:
        """Finish the file; the number of bytes that came in."""
        if self._ring is not None:
            try:
                self._join(self._ring)
            except OSError as error:
                self._give_up(error, 0)
            self._ring.close()
            self._ring = None
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        return self.seen

    def _append(self, data: bytes | memoryview) -> None:
        done = 0
        try:
            if self._fd < 0:
                self._fd = _create(self._path)
            while done < len(data):
                done += os.write(self._fd, data[done:] if done else data)
        except OSError as error:
            self._give_up(error, len(data) - done)

    def _spill(self, data: memoryview) -> None:
        if self.error:
            self.lost += len(data)
            return
        try:
            if self._ring is None:
                self._ring = self._make_ring()
            self._ring.write(data)
        except OSError as error:
            self._abandon_tail(error)

    def _make_ring(self) -> Ring:
        """The second half of the log so far is the first content of the tail."""
        half = self._cap // 2
        ring = Ring(_nameless(self._path), self._cap - half)
        _copy(self._fd, half, ring.write, self._cap - half)
        return ring

    def _abandon_tail(self, error: OSError) -> None:
        if self._ring is not None:
            self._ring.close()
            self._ring = None
        self._give_up(error, self.seen - self._cap)

    def _join(self, ring: Ring) -> None:
        half = self._cap // 2
        os.ftruncate(self._fd, half)
        os.lseek(self._fd, half, os.SEEK_SET)
        _write_all(self._fd, marker(self.seen - self._cap))
        for start, size in ring.spans():
            _copy(ring.fd, start, lambda data: _write_all(self._fd, data), size)

    def _give_up(self, error: OSError, lost: int) -> None:
        self.error = error.strerror or str(error)
        self.lost += lost


class Ring:
    """A file of fixed size that holds the last bytes written to it."""

    def __init__(self, fd: int, size: int) -> None:
        self.fd = fd
        self._size = size
        self._at = 0
        self._full = False

    def write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)[-self._size :] if len(data) > self._size else memoryview(data)
        while view:
            done = os.pwrite(self.fd, view[: self._size - self._at], self._at)
            view = view[done:]
            self._at += done
            if self._at == self._size:
                self._at, self._full = 0, True

    def spans(self) -> list[tuple[int, int]]:
        """Where its content lies, oldest first, as (start, size)."""
        newest = (0, self._at)
        return [(self._at, self._size - self._at), newest] if self._full else [newest]

    def close(self) -> None:
        os.close(self.fd)


def _create(path: str | bytes) -> int:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    os.fchmod(fd, 0o600)  # a umask may have taken our own permission
    return fd


def _nameless(path: str | bytes) -> int:
    """A file beside `path` that goes away with us, whatever happens."""
    name = os.fsencode(path) + b".tail"
    fd = _create(name)
    os.unlink(name)
    return fd


def _copy(fd: int, start: int, take: Callable[[bytes], object], size: int) -> None:
    while size > 0:
        data = os.pread(fd, min(size, _COPY), start)
        if not data:
            raise OSError(errno.EIO, "the file became shorter")
        take(data)
        start += len(data)
        size -= len(data)


def _write_all(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]
