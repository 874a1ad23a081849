"""Which keys have passed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gofigure.store.db import Database

COMPARED = 10  # newest proofs of a stage that a change is told by; the trees of these are kept
_CHUNK = 500
_COLUMNS = "key, stage, run, proven_ns, seconds, manifest, outputs, made"


class Proof(NamedTuple):
    """A recorded pass."""

    key: bytes
    stage: str
    run: int
    proven_ns: int  # wall clock
    seconds: float  # how long the stage took when it was proven
    manifest: str  # JSON: what the key was made of
    outputs: bytes = b""  # the digest of what stages had made when it was proven; empty where they make nothing
    made: str = ""  # JSON: what its recipes have handed back


class FileProof(NamedTuple):
    """A recorded pass of a per-file stage on one file."""

    key: bytes
    run: int
    outputs: bytes = b""  # as of a proof


class Proofs:
    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, key: bytes, outputs: bytes = b"") -> Proof | None:
        row = self._db.execute(
            f"SELECT {_COLUMNS} FROM proofs WHERE key = ? AND outputs = ?",  # noqa: S608 - our own words
            (key, outputs),
        ).fetchone()
        return Proof(*row) if row else None

    def recent(self, stage: str) -> list[Proof]:
        """The newest proofs of a stage, as many as are compared; newest first."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM proofs WHERE stage = ? ORDER BY proven_ns DESC LIMIT ?",  # noqa: S608
            (stage, COMPARED),
        )
        return [Proof(*row) for row in rows]

    def stages(self) -> set[str]:
        """The stages that have ever been proven."""
        return {row[0] for row in self._db.execute("SELECT DISTINCT stage FROM proofs")}

    def unproven_files(self, keys: Sequence[bytes], outputs: bytes = b"") -> set[bytes]:
        """Those of the per-file keys that have no proof beside these outputs."""
        missing = set(keys)
        for at in range(0, len(keys), _CHUNK):
            part = keys[at : at + _CHUNK]
            marks = ",".join("?" * len(part))
            wanted = f"SELECT key FROM file_proofs WHERE key IN ({marks}) AND outputs = ?"  # noqa: S608
            rows = self._db.execute(wanted, (*part, outputs))
            missing.difference_update(bytes(row[0]) for row in rows)
        return missing

    def has_any(self, keys: Sequence[bytes]) -> bool:
        """Whether one of these keys, of a stage or of a file, is proven."""
        return any(
            self._db.execute(f"SELECT 1 FROM {table} WHERE key = ?", (key,)).fetchone()  # noqa: S608 - our own words
            for table in ("proofs", "file_proofs")
            for key in keys
        )

    def remove(self, keys: Iterable[bytes]) -> None:
        """Take back what has failed since it was proven, beside any outputs; to be called inside a transaction."""
        rows = [(key,) for key in keys]
        self._db.executemany("DELETE FROM proofs WHERE key = ?", rows)
        self._db.executemany("DELETE FROM file_proofs WHERE key = ?", rows)

    def add(self, proofs: Iterable[Proof], files: Iterable[FileProof]) -> None:
        """Record passes; to be called inside a transaction."""
        into = f"INSERT OR REPLACE INTO proofs ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
        self._db.executemany(into, proofs)
        self._db.executemany("INSERT OR REPLACE INTO file_proofs (key, run, outputs) VALUES (?, ?, ?)", files)
