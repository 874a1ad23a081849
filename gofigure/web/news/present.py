"""The name of the present state, made anew whenever something may have changed."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Sequence

# Two transactions within one tick of the file system's clock have the same stamp.
_TICK_NS = 20_000_000


class Present:
    """In the event loop's thread. Its name is never one of another page's."""

    def __init__(self, files: Sequence[str], engine: Callable[[], object]) -> None:
        """`engine`: who watches; of one that was killed only its lock tells, which no file's stamp shows."""
        self._files = files
        self._engine = engine
        self._at_work: object = None
        self._epoch = secrets.token_hex(4)
        self._count = 0
        self._stamps: tuple[object, ...] = ()  # of the files, as they were last seen
        self._may_hide_another = False  # the newest stamp is of this very tick

    @property
    def name(self) -> str:
        """As of the last look."""
        return f"{self._epoch}.{self._count}"

    def look(self) -> None:
        """Another name if a file has changed, or may have under the stamp that it had, or another engine is there."""
        stamps, at_work = tuple(map(_stamp, self._files)), self._engine()
        if stamps != self._stamps or self._may_hide_another or at_work != self._at_work:
            self._stamps, self._at_work = stamps, at_work
            self.bump()
        newest = max((one[2] for one in stamps if one), default=0)
        self._may_hide_another = 0 <= time.time_ns() - newest < _TICK_NS

    def bump(self) -> None:
        """Another name: something has changed that no file tells of."""
        self._count += 1


def _stamp(path: str) -> tuple[int, int, int] | None:
    try:
        info = os.stat(path)
    except OSError:
        return None
    return info.st_ino, info.st_size, info.st_mtime_ns
