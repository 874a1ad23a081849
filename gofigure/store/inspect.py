"""Look into a store without opening it for use: nothing is created, migrated, rolled back or set aside."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
from typing import NamedTuple
from urllib.parse import quote

from gofigure.errors import StoreError
from gofigure.process.capture import HelperFailed, capture
from gofigure.store.db import APPLICATION_ID, DamagedError
from gofigure.store.migrations import STEPS
from gofigure.store.planted import refuse_foreign_journal, refuse_planted

NEWEST_SCHEMA = len(STEPS)
_PATIENCE = 20.0

# A second process, because SQLite keeps its own account of locks within one.
_SECOND = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    connection.execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError as error:
    sys.exit(7 if "locked" in str(error) else str(error))
"""


class Inspected(NamedTuple):
    """What a store's file says of itself."""

    ours: bool  # made by gofigure, in this repository and on this machine
    schema: int
    complaint: str = ""  # the first of `PRAGMA quick_check`; "" where all is well
    newest_ns: int = 0  # when the newest run was started
    running: tuple[int, ...] = ()  # runs recorded as under way in one working tree
    interrupted: bool = False  # a write was cut off: whoever opens it next to write takes that back


def inspect(path: str, token: bytes | None, worktree: str) -> Inspected:
    """The store at `path`, which must exist. Raises StoreError if it must not be used, or cannot be read."""
    refuse_planted(path)
    refuse_foreign_journal(path)
    try:
        uri = f"file:{quote(os.fsencode(path))}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=1.0)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            return _look(connection, token, worktree)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        code = getattr(error, "sqlite_errorcode", 0)
        if code == sqlite3.SQLITE_READONLY_ROLLBACK:
            return Inspected(ours=True, schema=NEWEST_SCHEMA, interrupted=True)
        code &= 0xFF
        if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY):
            raise StoreError(f"{path} cannot be read: {error}") from error
        raise DamagedError(f"{path} is damaged ({error})") from error


def _look(connection: sqlite3.Connection, token: bytes | None, worktree: str) -> Inspected:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID or schema == 0:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # no database at all?
        return Inspected(ours=False, schema=schema)
    (complaint,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if complaint != "ok" or schema > NEWEST_SCHEMA:
        return Inspected(ours=True, schema=schema, complaint="" if complaint == "ok" else complaint)
    row = connection.execute("SELECT value FROM meta WHERE name = 'token'").fetchone()
    if row is None or (token is not None and row[0] != token):
        return Inspected(ours=False, schema=schema)
    (newest,) = connection.execute("SELECT coalesce(max(started_ns), 0) FROM runs").fetchone()
    running = connection.execute("SELECT id, worktree FROM runs WHERE state = 'running' ORDER BY id").fetchall()
    here = (os.fsencode(worktree), worktree)
    return Inspected(True, schema, "", newest, tuple(number for number, where in running if where in here))


def why_locks_fail(folder: str) -> str:
    """Whether one process's write lock keeps another out on this file system: "", or what happened instead."""
    place = os.path.join(folder, "locks")
    try:
        with contextlib.closing(sqlite3.connect(place, timeout=0, isolation_level=None)) as connection:
            connection.execute("CREATE TABLE t (x)")
            connection.execute("BEGIN IMMEDIATE")
            second = capture([sys.executable, "-I", "-c", _SECOND, place], env={}, cwd="/", timeout=_PATIENCE)
    except (sqlite3.Error, HelperFailed) as error:
        return str(error)
    if second.code == 7:
        return ""
    return second.err.decode(errors="replace").strip() or "two processes got the same lock"
