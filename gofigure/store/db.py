"""Open `.gofigure` safely: refuse a planted file, set a damaged one aside, bring an old one up to date.

Rollback journal, not WAL: SQLite before 3.51.3 can lose committed rows in WAL mode when two processes meet
(sqlite.org/wal.html, "The WAL-Reset Bug").
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gofigure.errors import StoreError, StoreUnwritable
from gofigure.store.migrations import STEPS
from gofigure.store.names import ASIDE, NAME
from gofigure.store.planted import CutOffError, identity, journal_inode, refuse_foreign_journal, refuse_planted

MEMORY = ":memory:"
APPLICATION_ID = 0x676F6669  # "gofi"
_BUSY_MS = 10_000
_STEPS_BETWEEN_LOOKS = 5000  # of SQLite's virtual machine: below a millisecond
# Besides what SQLite calls so: our own statements, which fit our own tables, do not; or a text is none (0).
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, 0)
_PRAGMAS = f"""
  PRAGMA busy_timeout = {_BUSY_MS};
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
  PRAGMA foreign_keys = ON;
  PRAGMA mmap_size = 0;
  PRAGMA synchronous = FULL;
"""


_FAULTS = (sqlite3.Error, UnicodeDecodeError)  # the latter: SQLite's message quotes a damaged name


class _Cursor(sqlite3.Cursor):
    """Damage may come to light at any row: SQLite's errors become ours wherever they are met."""

    connection: _Connection

    def execute(self, sql: str, values: Any = ()) -> _Cursor:
        try:
            super().execute(sql, values)
        except _FAULTS as error:
            raise self.connection.explained(error) from error
        return self

    def fetchone(self) -> Any:
        try:
            return super().fetchone()
        except _FAULTS as error:
            raise self.connection.explained(error) from error

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except _FAULTS as error:
            raise self.connection.explained(error) from error


class _Connection(sqlite3.Connection):
    """A connection that remembers whether it has met damage."""

    path = MEMORY
    file: tuple[int, int] | None = None  # (device, inode) of what was opened
    is_damaged = False

    def explained(self, error: Exception) -> StoreError:
        failure = _explained(error, self.path)
        if isinstance(failure, DamagedError) and (version := self._version()) > len(STEPS):
            failure = _newer(self.path, version)  # begun since this was opened: what is not understood is not damaged
        self.is_damaged = self.is_damaged or isinstance(failure, DamagedError)
        return failure

    def _version(self) -> int:
        try:
            return int(sqlite3.Connection.execute(self, "PRAGMA user_version").fetchone()[0])
        except sqlite3.Error:
            return 0


class Database:
    """One connection. Reads need no ceremony; writes go through `writing`."""

    def __init__(self, connection: _Connection, path: str) -> None:
        self.connection = connection
        self.path = path
        self.executemany = connection.executemany
        self._owed: list[tuple[str, Sequence[Sequence[Any]]]] = []
        self._is_writing = False
        self._afterwards: list[Callable[[], None]] = []

    def execute(self, sql: str, values: Any = ()) -> sqlite3.Cursor:
        """Run one statement. Raises StoreError, here or when its rows are read."""
        return self.connection.cursor(_Cursor).execute(sql, values)

    def refuse_newer(self) -> None:
        """Raise StoreError where a newer gofigure has taken it over since it was opened."""
        (version,) = self.execute("PRAGMA user_version").fetchone()
        if version > len(STEPS):
            raise _newer(self.path, version)

    def owe(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Write rows that can be worked out again: in the next transaction, or when this is closed.

        A transaction waits for the disk five times. Until then they are not read either.
        """
        self._owed.append((sql, rows))

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction; the write lock is taken first, so that waiting for it works (SQLITE_BUSY_SNAPSHOT)."""
        if self._is_writing:  # part of a larger one
            yield
            return
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            self._is_writing = True
            for sql, rows in self._owed:
                self.connection.executemany(sql, rows)
            yield
            self.connection.execute("COMMIT")
            self._owed.clear()
            afterwards, self._afterwards = self._afterwards, []
        except sqlite3.Error as error:
            self._roll_back()
            raise self.connection.explained(error) from error
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._is_writing = False
            self._afterwards.clear()
        for do in afterwards:
            do()

    def afterwards(self, do: Callable[[], None]) -> None:
        """Have something done once what is being written can be seen by others; not at all if it never can."""
        self._afterwards.append(do)

    def pay(self, step: int) -> None:
        """Write what is owed now, so many rows in a transaction: who runs something gets the file between two."""
        owed, self._owed = self._owed, []
        for sql, rows in owed:
            for at in range(0, len(rows), step):
                self.owe(sql, rows[at : at + step])
                with self.writing():
                    pass

    @contextlib.contextmanager
    def hurried(self, until: float) -> Iterator[None]:
        """Wait for nobody, and end what goes on after `until` (monotonic) with NotNowError."""
        self.connection.set_progress_handler(lambda: time.monotonic() >= until, _STEPS_BETWEEN_LOOKS)
        self.connection.execute("PRAGMA busy_timeout = 20")
        try:
            yield
        finally:
            self.connection.set_progress_handler(None, 0)
            self.connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")

    def free_pages(self, number: int) -> None:
        """Cut so many empty pages off the file."""
        try:
            self.connection.executescript(f"PRAGMA incremental_vacuum({number})")  # `execute` would end after one
        except sqlite3.Error as error:
            raise self.connection.explained(error) from error

    def copied(self) -> Database:
        """All that it holds, in memory."""
        connection = sqlite3.connect(MEMORY, isolation_level=None, factory=_Connection)
        self.connection.backup(connection)
        return Database(connection, MEMORY)

    def _roll_back(self) -> None:
        if self.connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):  # what made us come here is the error to tell
                self.connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close it; what turned out to be damaged makes room for a new one at the next start."""
        if self._owed and not self.connection.is_damaged:
            with contextlib.suppress(StoreError), self.writing():  # it is only slower without
                pass
        self.connection.close()
        if self.connection.is_damaged:
            _set_aside(self.path, self.connection.file)


def in_memory() -> Database:
    """A store that remembers nothing: for folders that are not to be written to."""
    connection = sqlite3.connect(MEMORY, isolation_level=None, factory=_Connection)
    database = Database(connection, MEMORY)
    _migrate(database, b"")
    return database


def open_database(path: str, token: bytes) -> tuple[Database, str]:
    """Open or create the store at `path`. `token` ties it to this repository on this machine.

    Returns the database and a line to tell the user ("" mostly). Raises StoreError where the file is not ours
    to use; a damaged or foreign one is moved aside, never deleted.
    """
    refuse_planted(path)
    file = identity(path)
    try:
        refuse_foreign_journal(path)
    except CutOffError:
        aside = os.path.basename(_set_aside(path, file))
        return _connect(path, token), f"{NAME} was never finished; kept as {aside}, a new one was begun"
    if file is not None and not _is_writable(path):
        return _copy(path, token), f"{path} cannot be written; what it holds counts, nothing new will be remembered"
    try:
        return _connect(path, token), ""
    except (DamagedError, _ForeignError) as error:
        aside = os.path.basename(_set_aside(path, file))
        said = "is damaged" if isinstance(error, DamagedError) else str(error)
        return _connect(path, token), f"{NAME} {said}; kept as {aside}, a new one was begun"


def _is_writable(path: str) -> bool:
    """The folder must be writable too: for the journal."""
    return os.access(path, os.W_OK) and os.access(os.path.dirname(path), os.W_OK)


def _copy(path: str, token: bytes) -> Database:
    """A store in memory that holds what the file does. Raises StoreUnwritable where that cannot be read."""
    from urllib.parse import quote

    database = in_memory()
    try:
        with contextlib.closing(sqlite3.connect(f"file:{quote(os.fsencode(path))}?mode=ro", uri=True)) as source:
            source.backup(database.connection)
        if database.execute("SELECT value FROM meta WHERE name = 'token'").fetchone() != (token,):
            raise StoreUnwritable(f"{path} was not made here, and cannot be written")
    except (sqlite3.Error, DamagedError) as error:
        raise StoreUnwritable(f"{path} can neither be read nor written: {error}") from error
    return database


def _set_aside(path: str, file: tuple[int, int] | None) -> str:
    """Move a store away, unless another process has done so already and `path` is its new one. The new name."""
    aside = f"{path.removesuffix(NAME)}{ASIDE}{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    if identity(path) == file:
        for side in ("", "-journal", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.rename(path + side, aside + side)
    return aside


class DamagedError(StoreError):
    """The file holds what SQLite cannot have written; it is moved aside when it is closed."""


class NotNowError(StoreError):
    """Another process is busy with it, or the time that was given for a statement is over."""


class _ForeignError(Exception):
    """A sound database that was not made here."""


def _connect(path: str, token: bytes) -> Database:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise StoreUnwritable(f"{path} cannot be created: {error.strerror}") from error
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=True, factory=_Connection)
    connection.path, connection.file = path, identity(path)
    database = Database(connection, path)
    try:
        connection.executescript(_PRAGMAS)
        database.execute("PRAGMA journal_mode = TRUNCATE").fetchone()
        _check(database, token)
    except sqlite3.Error as error:
        connection.close()
        raise connection.explained(error) from error
    except BaseException:
        connection.close()
        raise
    return database


def _check(database: Database, token: bytes) -> None:
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID and database.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise _ForeignError("is another program's database")
    if version > len(STEPS):
        raise _newer(database.path, version)
    if version < len(STEPS):
        _migrate(database, token)
    meta = dict(database.execute("SELECT name, value FROM meta"))
    if meta.get("token") != token:
        raise _ForeignError("was not made in this repository on this machine")
    journal = journal_inode(database.path + "-journal")
    if journal is not None and meta.get("journal") != journal:
        with contextlib.suppress(StoreError), database.writing():  # where we may only read, there will be no journal
            database.execute("INSERT OR REPLACE INTO meta VALUES ('journal', ?)", (journal,))


def _newer(path: str, version: int) -> StoreError:
    return StoreError(
        f"{path} was written by a newer gofigure (schema {version}, this one knows {len(STEPS)})",
        hint="upgrade gofigure, or start this anew if that was done",
    )


def _migrate(database: Database, token: bytes) -> None:
    """Bring the schema up to date, in one transaction."""
    if not database.execute("PRAGMA page_count").fetchone()[0]:
        database.execute("PRAGMA auto_vacuum = INCREMENTAL")  # before the first page, or it does nothing
    with database.writing():
        # Looked at again under the lock: another process may have done it meanwhile.
        (version,) = database.execute("PRAGMA user_version").fetchone()
        for step in STEPS[version:]:
            for statement in step.split(";"):
                database.execute(statement)
        if version == 0:
            database.execute("INSERT INTO meta VALUES ('token', ?)", (token,))
            database.execute(
                "INSERT INTO meta VALUES ('journal', ?)", (journal_inode(database.path + "-journal") or b"",)
            )
            database.execute("INSERT INTO meta VALUES ('swept', ?)", (str(time.time_ns()),))  # nothing is old yet
        database.execute(f"PRAGMA user_version = {len(STEPS)}")
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _explained(error: Exception, path: str) -> StoreError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreError(f"{path}: the disk is full", hint="free some space; nothing that was proven is lost")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return NotNowError(f"{path} has been locked by another process for {_BUSY_MS // 1000} s")
    if code == sqlite3.SQLITE_INTERRUPT:
        return NotNowError(f"{path}: it would have taken too long")
    return _unusable(error, code, path)


def _unusable(error: Exception, code: int, path: str) -> StoreError:
    """What it means that the file cannot be used as it stands."""
    if not os.path.lexists(path):
        return StoreError(
            f"{path} was removed while it was in use: nothing of this run could be recorded",
            hint="a stage that runs `git clean -x` must leave it: git clean -e .gofigure",
        )
    claims_it = code == sqlite3.SQLITE_READONLY and _is_writable(path)  # a wrong format version in its header
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM) and not claims_it:
        return StoreUnwritable(f"{path} cannot be written: {error}")
    if claims_it or code in _DAMAGE:
        return DamagedError(f"{path} is damaged ({error})", hint="it is set aside; the next start begins a new one")
    return StoreError(f"{path}: {error}")
