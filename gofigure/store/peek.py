"""The newest runs, for a shell that completes words: nothing is created, changed, waited for or complained of."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from urllib.parse import quote

from gofigure.errors import StoreError
from gofigure.store.db import APPLICATION_ID
from gofigure.store.planted import refuse_foreign_journal, refuse_planted

_PATIENCE = 0.05  # seconds


def newest_runs(path: str, limit: int) -> list[tuple[int, str, str]]:
    """Number, job and state of each, the newest first; none where the store at `path` does not tell."""
    with contextlib.suppress(sqlite3.Error, StoreError, OSError, UnicodeDecodeError):
        refuse_planted(path)
        refuse_foreign_journal(path)
        uri = f"file:{quote(os.fsencode(path))}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=_PATIENCE)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            if connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,):
                query = "SELECT id, job, state FROM runs ORDER BY id DESC LIMIT ?"
                return [(int(row[0]), str(row[1]), str(row[2])) for row in connection.execute(query, (limit,))]
    return []
