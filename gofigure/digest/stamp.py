"""When a file's stat may stand for its content (git's Documentation/technical/racy-git)."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from gofigure.digest.tree import EXECUTABLE, FILE, LINK

# Coarsest time stamp among the file systems in use (FAT: 2 s).
RACY_MARGIN_NS = 2_000_000_000
_MOST = (1 << 63) - 1


class Stamp(NamedTuple):
    """All of a stat that a change of content could move."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int
    mode: int


def stamp_of(info: os.stat_result) -> Stamp:
    # SQLite's integers have 63 bits and a sign: mergerfs and cifs use 64 for an inode, 2262 is not the end of time.
    return Stamp(
        info.st_dev & _MOST,
        info.st_ino & _MOST,
        info.st_size,
        min(info.st_mtime_ns, _MOST),
        min(info.st_ctime_ns, _MOST),
        info.st_mode,
    )


def is_settled(stamp: Stamp, seen_ns: int) -> bool:
    """Whether an edit after `seen_ns` (wall clock, when the stat was taken) would have to show in the stamp.

    A file written within the clock's granularity of the moment it was looked at can be written again without
    any field moving; so only an older one is trusted. A time stamp in the future is never trusted.
    """
    return max(stamp.mtime_ns, stamp.ctime_ns) + RACY_MARGIN_NS < seen_ns


def kind_of(mode: int) -> bytes | None:
    """The tree kind of a file mode as git has it, or None for what git cannot hold."""
    if stat.S_ISREG(mode):
        return EXECUTABLE if mode & stat.S_IXUSR else FILE
    return LINK if stat.S_ISLNK(mode) else None
