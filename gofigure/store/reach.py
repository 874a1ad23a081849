"""Take away the records of folders that nothing leads to any more.

A tree is used by its root: who finds that relies on all that is below. So what can be reached from the roots that
are kept stays, the rest goes in one transaction, and only while no other process has the store open: one might
just have found a root that is about to go.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from gofigure.digest.tree import FOLDER, decode
from gofigure.store.bounds import Bounds
from gofigure.store.db import Database
from gofigure.store.proofs import COMPARED

_FORGET_AT = 4  # times the bound: then marking never came to its end, and all can be worked out again


def sweep_folders(database: Database, bounds: Bounds) -> int:
    """Remove them if they are many; how many. The caller is alone with the store."""
    (rows,) = database.execute("SELECT count(*) FROM trees").fetchone()
    bound = max(bounds.folders, 2 * _kept_last(database))
    if rows <= bound:
        return 0
    if rows > _FORGET_AT * bound:
        with database.writing():
            for table in ("trees", "selections"):
                database.execute(f"DELETE FROM {table}")  # noqa: S608
            database.execute("DELETE FROM objects WHERE kind = 'tree'")
        return int(rows)
    kept = _reachable(database, _roots(database))
    with database.writing():
        doomed = [(row[0],) for row in database.execute("SELECT digest FROM trees") if bytes(row[0]) not in kept]
        database.executemany("DELETE FROM trees WHERE digest = ?", doomed)
        database.execute("DELETE FROM selections WHERE tree NOT IN (SELECT digest FROM trees)")
        database.execute("INSERT OR REPLACE INTO meta VALUES ('folders kept', ?)", (str(rows - len(doomed)),))
    return len(doomed)


def _kept_last(database: Database) -> int:
    row = database.execute("SELECT value FROM meta WHERE name = 'folders kept'").fetchone()
    return int(row[0]) if row else 0


def _roots(database: Database) -> Iterable[bytes]:
    """The trees that git's own are known as, that runs under way are about, and that `why` compares with."""
    yield from (bytes(row[0]) for row in database.execute("SELECT digest FROM objects WHERE kind = 'tree'"))
    yield from (bytes(row[0]) for row in database.execute("SELECT tree FROM runs WHERE state = 'running'") if row[0])
    for (stage,) in database.execute("SELECT DISTINCT stage FROM proofs").fetchall():
        newest = database.execute(
            "SELECT manifest FROM proofs WHERE stage = ? ORDER BY proven_ns DESC LIMIT ?", (stage, COMPARED)
        )
        yield from (bytes.fromhex(json.loads(manifest)["tree"]) for (manifest,) in newest)


def _reachable(database: Database, roots: Iterable[bytes]) -> set[bytes]:
    """Every folder below the roots, and themselves."""
    seen: set[bytes] = set()
    waiting = list(roots)
    while waiting:
        digest = waiting.pop()
        if digest in seen:
            continue
        seen.add(digest)
        row = database.execute("SELECT record FROM trees WHERE digest = ?", (digest,)).fetchone()
        if row is not None:
            waiting += [entry.digest for _, entry in decode(bytes(row[0])) if entry.kind == FOLDER]
    return seen
