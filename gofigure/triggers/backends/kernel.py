"""inotify(7): three system calls, and the form of what they tell.

Not by a library: the one there is takes 15 to 35 ms to load, a tenth of a watcher's start (docs/decisions/0025).
"""

from __future__ import annotations

import ctypes
import errno
import os
import select
import struct
from collections.abc import Iterable
from typing import NamedTuple, Protocol

# <linux/inotify.h>
MODIFY, ATTRIB, CLOSE_WRITE = 0x2, 0x4, 0x8
MOVED = 0x40 | 0x80
CREATED, DELETED = 0x100, 0x200
_DELETE_SELF, _MOVE_SELF = 0x400, 0x800
UNMOUNT, OVERFLOW, IGNORED = 0x2000, 0x4000, 0x8000
_ONLYDIR, _DONT_FOLLOW, _EXCL_UNLINK = 0x1000000, 0x2000000, 0x4000000
IS_FOLDER = 0x40000000

# MODIFY tells early, CLOSE_WRITE tells of what was written through a mapping (inotify(7), "Limitations").
_CONTENT = MODIFY | CLOSE_WRITE | ATTRIB | CREATED | DELETED | MOVED | _DELETE_SELF
FOLDER = _CONTENT | _ONLYDIR | _DONT_FOLLOW | _EXCL_UNLINK
TOP = FOLDER | _MOVE_SELF  # of any other folder, the one above it tells
NAMES = DELETED | MOVED | _ONLYDIR  # what is in a folder, and not what is in that

_HEAD = struct.Struct("iIII")  # watch, mask, cookie, length of the name
_CHUNK = 256 * 1024


class Event(NamedTuple):
    """One event; the name is empty where it is about the watched folder itself."""

    wd: int
    mask: int
    name: bytes


class Kernel(Protocol):
    """One inotify instance; its methods raise OSError."""

    def fileno(self) -> int: ...

    def add_watch(self, path: bytes, mask: int) -> int: ...

    def rm_watch(self, wd: int) -> None: ...

    def read(self, timeout: int) -> Iterable[Event]:
        """All that there is, waiting at most so many milliseconds for it."""

    def close(self) -> None: ...


class Instance:
    """A new one. Raises OSError: a user may have so many, and a process so many files."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._call("inotify_init1", os.O_CLOEXEC | os.O_NONBLOCK)

    def fileno(self) -> int:
        return self._fd

    def add_watch(self, path: bytes, mask: int) -> int:
        return self._call("inotify_add_watch", self._fd, path, ctypes.c_uint32(mask))

    def rm_watch(self, wd: int) -> None:
        self._call("inotify_rm_watch", self._fd, wd)

    def read(self, timeout: int) -> Iterable[Event]:
        if timeout:
            poll = select.poll()
            poll.register(self._fd, select.POLLIN)
            poll.poll(timeout)
        found: list[Event] = []
        while True:
            try:
                found += events_in(os.read(self._fd, _CHUNK))
            except BlockingIOError:
                return found

    def close(self) -> None:
        os.close(self._fd)

    def _call(self, name: str, *args: object) -> int:
        result: int = getattr(self._libc, name)(*args)
        if result < 0:
            number = ctypes.get_errno() or errno.EIO
            raise OSError(number, os.strerror(number))
        return result


def events_in(data: bytes) -> Iterable[Event]:
    """The events that the kernel has written one after the other, each with its name filled up with zeros."""
    at = 0
    while at < len(data):
        wd, mask, _, length = _HEAD.unpack_from(data, at)
        at += _HEAD.size + length
        yield Event(wd, mask, data[at - length : at].rstrip(b"\0"))
