"""What somebody else could have put in the store's place, or beside it: SQLite would believe it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import stat
import time

from gofigure.errors import StoreError

_JOURNAL_PATIENCE = 1.0
_RESERVED_BYTE = 0x40000001


class CutOffError(StoreError):
    """Who made the file was killed before it was a store; nobody is at it any more."""


def identity(path: str) -> tuple[int, int] | None:
    try:
        info = os.lstat(path)
    except FileNotFoundError:
        return None
    return info.st_dev, info.st_ino


def refuse_planted(path: str) -> None:
    """Raise StoreError if `path` or a side file of it could have been put there by somebody else."""
    for name in (path, path + "-journal"):
        try:
            info = os.lstat(name)
        except FileNotFoundError:
            continue
        wrong = None
        if not stat.S_ISREG(info.st_mode):
            wrong = "is not a regular file"
        elif info.st_uid != os.geteuid():
            wrong = f"belongs to user {info.st_uid}, not to you"
        elif info.st_nlink > 1:
            wrong = "has a second name (hard link)"
        elif info.st_mode & 0o022:
            wrong = "can be written by others"
        if wrong:
            raise StoreError(f"{name} {wrong}; it is not used", hint=f"look at it, then: rm {name}")
    for name in (path + "-wal", path + "-shm"):
        if os.path.lexists(name):
            raise StoreError(f"{name} is not gofigure's; it is not used", hint=f"look at it, then: rm {name}")


def refuse_foreign_journal(path: str) -> None:
    """Raise StoreError if SQLite would roll back a journal that it did not write here; CutOffError: see there.

    SQLite believes any journal that it finds beside a database, and so one that came with the tree could put
    proofs into ours. Ours is truncated after each transaction, never deleted: it is known by its inode.
    """
    journal = path + "-journal"
    until = time.monotonic() + _JOURNAL_PATIENCE
    while _size(journal) and (known := _known_journal(path)) != journal_inode(journal):
        if known is None and _is_left(path):
            raise CutOffError(f"{path} was never finished", hint="the next run begins a new one")
        if time.monotonic() >= until:
            raise StoreError(
                f"{journal} was not written by gofigure here; it is not used", hint=f"look at it, then: rm {journal}"
            )
        time.sleep(0.01)  # another process is just writing, and the store is new


def _is_left(path: str) -> bool:
    """Whether the file is there and no process is writing it: SQLite's lock for that is one byte (os_unix.c)."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _RESERVED_BYTE)
    except OSError:
        return False
    finally:
        os.close(file)
    return True


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except FileNotFoundError:
        return 0


def journal_inode(path: str) -> bytes | None:
    known = identity(path)
    return str(known[1]).encode() if known else None


def _known_journal(path: str) -> bytes | None:
    """What the store says of its journal, read without believing any journal."""
    from urllib.parse import quote

    try:
        connection = sqlite3.connect(f"file:{quote(os.fsencode(path))}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error:
        return None
    with contextlib.closing(connection):
        try:
            row = connection.execute("SELECT value FROM meta WHERE name = 'journal'").fetchone()
        except sqlite3.Error:
            return None
    return row[0] if row else None
