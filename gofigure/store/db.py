"""Open `.gofigure` safely: refuse a planted file, set a damaged one aside, bring an old one up to date.

Rollback journal, not WAL: SQLite before 3.51.3 can lose committed rows in WAL mode when two processes meet
(design decision 10; research: reliability_security, finding 1).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import time
from collections.abc import Iterator

from gofigure.errors import StoreError, StoreUnwritable
from gofigure.store.migrations import STEPS

NAME = ".gofigure"
SIDE_FILES = (NAME + "-journal", NAME + "-wal", NAME + "-shm")
_APPLICATION_ID = 0x676F6669  # "gofi"
_BUSY_MS = 5000
_PRAGMAS = f"""
  PRAGMA busy_timeout = {_BUSY_MS};
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
  PRAGMA foreign_keys = ON;
  PRAGMA mmap_size = 0;
  PRAGMA synchronous = FULL;
"""


class Database:
    """One connection. Reads need no ceremony; writes go through `writing`."""

    def __init__(self, connection: sqlite3.Connection, path: str) -> None:
        self.connection = connection
        self.path = path
        self.execute = connection.execute
        self.executemany = connection.executemany

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction; the write lock is taken first, so that waiting for it works (SQLITE_BUSY_SNAPSHOT)."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            yield
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise _explained(error, self.path) from error
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def close(self) -> None:
        self.connection.close()


def in_memory() -> Database:
    """A store that remembers nothing: for folders that are not to be written to."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    database = Database(connection, ":memory:")
    _migrate(database, b"")
    return database


def open_database(path: str, token: bytes) -> tuple[Database, str]:
    """Open or create the store at `path`. `token` ties it to this repository on this machine.

    Returns the database and a line to tell the user ("" mostly). Raises StoreError where the file is not ours
    to use; a damaged or foreign one is moved aside, never deleted.
    """
    refuse_planted(path)
    try:
        return _connect(path, token), ""
    except sqlite3.OperationalError as error:
        raise _explained(error, path) from error
    except (sqlite3.DatabaseError, _ForeignError) as error:
        aside = f"{path}.set-aside-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
        os.rename(path, aside)
        for side in (path + "-journal", path + "-wal", path + "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.rename(side, aside + side[len(path) :])
        return _connect(path, token), f"{NAME} {error}; kept as {os.path.basename(aside)}, a new one was begun"


class _ForeignError(Exception):
    """A sound database that was not made here."""


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


def _connect(path: str, token: bytes) -> Database:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        is_new = os.path.getsize(path) == 0
    except OSError as error:
        raise StoreUnwritable(f"{path} cannot be created: {error.strerror}") from error
    else:
        is_new = True
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=True)
    database = Database(connection, path)
    try:
        connection.executescript(_PRAGMAS)
        connection.execute("PRAGMA journal_mode = TRUNCATE")
        _check(database, token, is_new=is_new)
    except BaseException:
        connection.close()
        raise
    return database


def _check(database: Database, token: bytes, *, is_new: bool) -> None:
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > len(STEPS):
        raise StoreError(
            f"{database.path} was written by a newer gofigure (schema {version}, this one knows {len(STEPS)})",
            hint="upgrade gofigure",
        )
    if application != _APPLICATION_ID and not is_new and version:
        raise _ForeignError("is another program's database")
    if version < len(STEPS):
        _migrate(database, token)
    row = database.execute("SELECT value FROM meta WHERE name = 'token'").fetchone()
    if row is None or row[0] != token:
        raise _ForeignError("was not made in this repository on this machine")


def _migrate(database: Database, token: bytes) -> None:
    """Bring the schema up to date, in one transaction."""
    with database.writing():
        # Looked at again under the lock: another process may have done it meanwhile.
        (version,) = database.execute("PRAGMA user_version").fetchone()
        for step in STEPS[version:]:
            for statement in step.split(";"):
                database.execute(statement)
        if version == 0:
            database.execute("INSERT INTO meta VALUES ('token', ?)", (token,))
        database.execute(f"PRAGMA user_version = {len(STEPS)}")
        database.execute(f"PRAGMA application_id = {_APPLICATION_ID}")


def _explained(error: sqlite3.Error, path: str) -> StoreError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreError(f"{path}: the disk is full", hint="free some space; nothing that was proven is lost")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreError(f"{path} has been locked by another process for {_BUSY_MS // 1000} s")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreUnwritable(f"{path} cannot be written: {error}")
    return StoreError(f"{path}: {error}")
