"""What the hook script has let through by itself: a line each in a small file, until the next process takes them in."""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import NamedTuple

from gofigure.errors import StoreError
from gofigure.store.db import Database, NotNowError

_NAME = "hits"
_LINE = re.compile(r"([a-z-]+) ([0-9a-f]{40}|[0-9a-f]{64})")
_MOST = 1 << 20  # bytes that are read of it; there is a new epoch, and so a new process, every day


class Hit(NamedTuple):
    """One tree that a hook let through by itself, so many times between two runs of gofigure."""

    at_ns: int  # the last of them
    hook: str
    tree: str  # git's id
    times: int
    run: int | None  # the newest by which the hook's last job was proven on it, where that is still known


def take_in(database: Database, state_dir: str) -> None:
    """Move what the script has written into the store. Raises StoreError."""
    place = os.path.join(state_dir, _NAME)
    own = f"{place}-{os.getpid()}"
    try:
        os.rename(place, own)
    except OSError:  # another process was quicker, or nothing may be changed here
        return
    try:
        _record(database, own)
    except StoreError as error:
        _give_back(own, place)  # at the next start, then
        if not isinstance(error, NotNowError):
            raise
        return
    os.unlink(own)


def _give_back(own: str, place: str) -> None:
    """The script may have written on meanwhile."""
    with open(own, "rb") as file, open(place, "ab") as more:
        more.write(file.read(_MOST))
    os.unlink(own)


def _record(database: Database, place: str) -> None:
    with open(place, "rb") as file:
        at_ns = os.fstat(file.fileno()).st_mtime_ns
        lines = file.read(_MOST).decode("ascii", "replace").splitlines()
    counts = Counter(match.groups() for match in map(_LINE.fullmatch, lines) if match)
    with database.writing():
        database.executemany(
            f"INSERT INTO hits VALUES (?, ?, ?, ?, {_PROVEN_BY})",  # noqa: S608 - our own words
            [(at_ns, hook, tree, times, bytes.fromhex(tree), hook, at_ns) for (hook, tree), times in counts.items()],
        )


_PROVEN_BY = (
    "(SELECT max(runs.id) FROM runs JOIN objects ON runs.tree = objects.digest WHERE objects.oid = ?"
    " AND runs.trigger = ? AND runs.started_ns <= ? AND runs.state IN ('passed', 'reused'))"
)
