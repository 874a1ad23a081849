"""What content is called: tree records, git object id -> digest, and the stat cache."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

from gofigure.digest.content import Content
from gofigure.digest.stamp import Stamp
from gofigure.digest.tree import record_digest
from gofigure.errors import StoreError
from gofigure.store.db import Database

# A small blob is cheaper to read again than to look up and keep a row for.
REMEMBER_BLOBS_FROM = 64 * 1024

_CHUNK = 500
_AT_ONCE = 2_000  # rows
_STAMP = "device, inode, size, mtime_ns, ctime_ns, mode"
_INSERT_OBJECTS = "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?)"


class Contents:
    """The part of the store that can be worked out again."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._records: dict[bytes, bytes] = {}  # what was looked up, or is still to be written
        self._named: dict[str, bytes] = {}  # what is still to be written

    def load_tree(self, digest: bytes) -> bytes:
        """The record of a folder. Raises StoreError where it is unknown or not what its name says."""
        record = self._records.get(digest)
        if record is None:
            row = self._db.execute("SELECT record FROM trees WHERE digest = ?", (digest,)).fetchone()
            if row is None:
                raise StoreError(f"tree {digest.hex()[:12]} is not in {self._db.path}")
            record = bytes(row[0])
            if record_digest(record) != digest:
                raise StoreError(f"{self._db.path} is damaged: a tree is not what it is called", hint="rm .gofigure")
            self._records[digest] = record
        return record

    def forget(self) -> None:
        """What was looked up no longer counts: rows have been removed."""
        self._records.clear()
        self._named.clear()

    def write(self) -> None:
        """Write what has been worked out and is not written yet, without keeping others waiting."""
        self._db.pay(_AT_ONCE)

    def has_tree(self, digest: bytes) -> bool:
        if digest in self._records:
            return True
        return self._db.execute("SELECT 1 FROM trees WHERE digest = ?", (digest,)).fetchone() is not None

    def save_trees(self, records: Mapping[bytes, bytes]) -> None:
        """Keep folders' records by their digests."""
        self._records.update(records)
        self._db.owe("INSERT OR IGNORE INTO trees VALUES (?, ?)", sorted(records.items()))

    def save_tree(self, oid: str, digest: bytes, records: Mapping[bytes, bytes]) -> None:
        """The same, and that it is what git calls `oid`."""
        self.save_trees(records)
        self._named[oid] = digest
        self._db.owe(_INSERT_OBJECTS, _objects("tree", [(oid, digest)]))

    def tree_digest(self, oid: str) -> bytes | None:
        """The digest of a git tree, if it is known."""
        return self._named.get(oid) or self._known(oid, "tree")

    def blob_digest(self, oid: str) -> bytes | None:
        return self._known(oid, "blob")

    def _known(self, oid: str, kind: str) -> bytes | None:
        row = self._db.execute(
            "SELECT digest FROM objects WHERE oid = ? AND kind = ?", (bytes.fromhex(oid), kind)
        ).fetchone()
        return row[0] if row else None

    def remember(self, kind: str, digests: Iterable[tuple[str, bytes]]) -> None:
        """Keep (object id, digest) pairs of one kind, "tree" or "blob"."""
        self._db.owe(_INSERT_OBJECTS, _objects(kind, digests))

    def recent_trees(self, oid_length: int, limit: int) -> list[tuple[str, bytes]]:
        """The git trees named most recently, newest first, with their digests."""
        rows = self._db.execute(
            "SELECT oid, digest FROM objects WHERE kind = 'tree' AND length(oid) = ? ORDER BY seen_ns DESC LIMIT ?",
            (oid_length // 2, limit),
        )
        return [(bytes(oid).hex(), bytes(digest)) for oid, digest in rows]

    def stamps(self, paths: Sequence[bytes]) -> dict[bytes, tuple[Stamp, int, Content]]:
        """Of each known absolute path: the stat it had, when that was looked at, and the content then."""
        found: dict[bytes, tuple[Stamp, int, Content]] = {}
        for at in range(0, len(paths), _CHUNK):
            part = paths[at : at + _CHUNK]
            marks = ",".join("?" * len(part))
            query = f"SELECT path, {_STAMP}, seen_ns, has_cr, digest FROM stamps WHERE path IN ({marks})"  # noqa: S608
            for path, *stamp, seen_ns, has_cr, digest in self._db.execute(query, part):
                known = Stamp(*stamp)
                found[bytes(path)] = (known, seen_ns, Content(bytes(digest), known.size, bool(has_cr)))
        return found

    def save_stamps(self, stamps: Iterable[tuple[bytes, Stamp, int, Content]]) -> None:
        rows = [(path, *stamp, seen, int(found.has_cr), found.digest) for path, stamp, seen, found in stamps]
        self._db.owe("INSERT OR REPLACE INTO stamps VALUES (?,?,?,?,?,?,?,?,?,?)", sorted(rows))

    def selection(self, tree: bytes, selector: bytes) -> tuple[bytes, int] | None:
        """(input digest, number of files) of a selector applied to a tree, if it was worked out before."""
        row = self._db.execute(
            "SELECT digest, files FROM selections WHERE tree = ? AND selector = ?", (tree, selector)
        ).fetchone()
        return (bytes(row[0]), row[1]) if row else None

    def save_selections(self, rows: Sequence[tuple[bytes, bytes, bytes, int]]) -> None:
        """Keep (tree, selector, input digest, number of files) rows."""
        self._db.owe("INSERT OR REPLACE INTO selections VALUES (?, ?, ?, ?)", rows)

    def tool(self, path: bytes, stamp: Stamp) -> tuple[bytes, str] | None:
        """(content digest, version line) of a program that has not moved since it was looked at."""
        row = self._db.execute(
            f"SELECT {_STAMP}, digest, version FROM tools WHERE path = ?",  # noqa: S608
            (path,),
        ).fetchone()
        if row is None or Stamp(*row[:6]) != stamp:
            return None
        return bytes(row[6]), row[7]

    def save_tool(self, path: bytes, stamp: Stamp, digest: bytes, version: str) -> None:
        self._db.owe("INSERT OR REPLACE INTO tools VALUES (?,?,?,?,?,?,?,?,?)", [(path, *stamp, digest, version)])


def _objects(kind: str, digests: Iterable[tuple[str, bytes]]) -> list[tuple[bytes, str, bytes, int]]:
    now = time.time_ns()
    return [(bytes.fromhex(oid), kind, digest, now) for oid, digest in digests]
