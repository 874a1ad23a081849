"""Which folder each watch is for; watches belong to folders, and folders move."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from typing import Literal

from gofigure.triggers.backends.kernel import FOLDER, TOP, Kernel

LIMIT = "limit"
# "new": nothing that happened there before was told. "known": the same folder was watched already.
Added = Literal["new", "known", "no folder"]


class NoWatch(Exception):  # noqa: N818 - says it better
    """A folder is there and cannot be watched: LIMIT, or the system's words."""


class Watches:
    """Paths are relative to the top; b"" is the top itself."""

    def __init__(self, top: bytes, kernel: Kernel) -> None:
        self._top = os.path.join(top, b"")
        self._kernel = kernel
        self._numbers: dict[bytes, int] = {}
        self._paths: dict[int, bytes] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, path: bytes) -> bool:
        return path in self._numbers

    def path(self, number: int) -> bytes | None:
        """What a watch is for; None for one that is no longer ours: its last events may still come."""
        return self._paths.get(number)

    def add(self, path: bytes) -> Added:
        """Watch what is a folder now at `path`, and no link to one. Raises NoWatch."""
        try:
            number = self._kernel.add_watch(self._top + path, FOLDER if path else TOP)
        except OSError as error:
            self.drop(path)
            if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                return "no folder"
            raise NoWatch(LIMIT if error.errno == errno.ENOSPC else os.strerror(error.errno or 0)) from None
        if self._numbers.get(path) == number:
            return "known"
        self.drop(path)
        if number in self._paths:  # the same folder under its former name
            del self._numbers[self._paths[number]]
        self._numbers[path] = number
        self._paths[number] = path
        return "new"

    def ended(self, number: int) -> None:
        """The kernel has taken a watch away."""
        path = self._paths.pop(number, None)
        if path is not None:
            del self._numbers[path]

    def drop(self, path: bytes) -> None:
        number = self._numbers.pop(path, None)
        if number is not None:
            del self._paths[number]
            with contextlib.suppress(OSError):  # the folder is gone already, and its watch with it
                self._kernel.rm_watch(number)

    def drop_below(self, tops: AbstractSet[bytes]) -> bool:
        """Drop the watches on these folders and on all below them; whether there were any."""
        dropped = [path for path in self._numbers if is_below(path, tops)] if tops else []
        for path in dropped:
            self.drop(path)
        return bool(dropped)

    def keep_only(self, paths: Collection[bytes]) -> None:
        for path in [path for path in self._numbers if path not in paths]:
            self.drop(path)


def is_below(path: bytes, tops: AbstractSet[bytes]) -> bool:
    """Whether a path is one of these, or below one."""
    while path:
        if path in tops:
            return True
        path = path.rpartition(b"/")[0]
    return False
