"""The kernel's side of inotify(7), as the library inotify_simple gives it."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import Protocol, cast

import inotify_simple  # type: ignore[import-untyped]
from inotify_simple import flags

UNMOUNT, OVERFLOW, IGNORED = int(flags.UNMOUNT), int(flags.Q_OVERFLOW), int(flags.IGNORED)
IS_FOLDER = int(flags.ISDIR)
ATTRIB = int(flags.ATTRIB)
MOVED = int(flags.MOVED_FROM | flags.MOVED_TO)
CREATED, DELETED = int(flags.CREATE), int(flags.DELETE)

# MODIFY tells early, CLOSE_WRITE tells of what was written through a mapping (inotify(7), "Limitations").
_CONTENT = flags.MODIFY | flags.CLOSE_WRITE | flags.ATTRIB | flags.CREATE | flags.DELETE | MOVED | flags.DELETE_SELF
FOLDER = int(_CONTENT | flags.ONLYDIR | flags.DONT_FOLLOW | flags.EXCL_UNLINK)
TOP = int(FOLDER | flags.MOVE_SELF)  # of any other folder, the one above it tells


class Event(Protocol):
    """One event; the name is decoded as by os.fsdecode, and "" where it is about the watched folder itself."""

    wd: int
    mask: int
    name: str


class Kernel(Protocol):
    """One inotify instance; its methods raise OSError."""

    def fileno(self) -> int: ...

    def add_watch(self, path: bytes, mask: int) -> int: ...

    def rm_watch(self, wd: int) -> None: ...

    def read(self, timeout: int) -> Iterable[Event]:
        """All that there is, waiting at most so many milliseconds for it."""

    def close(self) -> None: ...


def instance() -> Kernel:
    """A new one. Raises OSError: a user may have so many, and a process so many files."""
    # Left to itself the library starts ldconfig, or even a compiler, to find what is loaded already.
    inotify_simple._libc = inotify_simple._libc or ctypes.CDLL(None, use_errno=True)  # noqa: SLF001
    return cast("Kernel", inotify_simple.INotify(nonblocking=True))
